/* A job's envelope as Redis may hold it: what decodes must encode to an envelope that decodes to the same
 * job. */

#include <stdlib.h>
#include <string.h>

#include "queue/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    struct arena arena;
    struct err err = {ERR_NONE, ""};
    struct job job, again;
    struct buf first, second;
    arena_init(&arena);
    buf_init(&first, JOB_ENVELOPE_MAX);
    buf_init(&second, JOB_ENVELOPE_MAX);
    if (job_decode((struct str){bytes, size}, &arena, &job, &err) == 0) {
        require(job_encode(&job, &first, &err) == 0);
        require(job_decode((struct str){first.data, first.size}, &arena, &again, &err) == 0);
        require(job_encode(&again, &second, &err) == 0);
        require(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
    } else {
        require(err.class == ERR_REJECT && err.text[0] != '\0');
    }
    buf_free(&first);
    buf_free(&second);
    arena_free(&arena);
    free(bytes);
    return 0;
}

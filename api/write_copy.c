#include "api/write_copy.h"

#include <stdlib.h>
#include <string.h>

struct copy {
    uv_write_t write;
    void (*failed)(uv_stream_t *stream);
    char text[];
};

static void on_written(uv_write_t *write, int status)
{
    struct copy *copy = write->data;
    uv_stream_t *stream = write->handle;
    void (*failed)(uv_stream_t *) = copy->failed;
    free(copy);
    if (status < 0)
        failed(stream);
}

int write_copy(uv_stream_t *stream, struct str text, void (*failed)(uv_stream_t *stream))
{
    struct copy *copy = malloc(sizeof *copy + text.size);
    if (copy == NULL)
        abort();
    copy->failed = failed;
    copy->write.data = copy;
    memcpy(copy->text, text.data, text.size);
    uv_buf_t buf = uv_buf_init(copy->text, (unsigned)text.size);
    if (uv_write(&copy->write, stream, &buf, 1, on_written) == 0)
        return 0;
    free(copy);
    return -1;
}

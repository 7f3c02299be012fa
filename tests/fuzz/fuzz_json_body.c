/* A JSON body as a stranger sends it: what is taken is written and read again as the same text; transactions
 * out of it are read or refused with a fault that names its place. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ledger/transactions.h"

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
    struct faults faults;
    arena_init(&arena);
    faults_init(&faults, &arena);
    json_t *value = json_read(&arena, (struct str){bytes, size}, &faults);
    require((value == NULL) == (faults.count > 0));
    if (value != NULL) {
        const char *text = json_write(&arena, value);
        json_t *again = json_read(&arena, str_of(text), &faults);
        require(again != NULL && strcmp(json_write(&arena, again), text) == 0);
        struct new_transaction *list;
        size_t count;
        struct faults found;
        faults_init(&found, &arena);
        int result = transactions_read_args(value, &arena, &list, &count, &found);
        require((result != 0) == (found.count > 0));
        for (size_t i = 0; i < found.count && i < found.capacity; i++)
            require(found.list[i].pointer != NULL && str_is_utf8(str_of(found.list[i].detail)));
    }
    arena_free(&arena);
    free(bytes);
    return 0;
}

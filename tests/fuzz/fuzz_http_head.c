/* The head of a request, as bytes come: whole or in pieces, the scan must say the same, and what it lets pass
 * must parse into views that lie inside the bytes. */

#include <stdlib.h>
#include <string.h>

#include "api/chunked.h"
#include "api/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool lies_in(struct str view, const char *bytes, size_t size)
{
    return view.size == 0 || (view.data >= bytes && view.data + view.size <= bytes + size);
}

static void read_chunks(struct str bytes)
{
    struct chunked chunked;
    chunked_init(&chunked);
    size_t before = bytes.size;
    for (;;) {
        struct str piece;
        enum chunked_result result = chunked_read(&chunked, &bytes, &piece);
        require(bytes.size <= before);
        if (result != CHUNKED_DATA)
            return;
        require(piece.size > 0 && bytes.size < before);
        before = bytes.size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1); /* exactly as large, so that the sanitizer sees the first byte too far */
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    struct head_fault fault;
    size_t checked = 0;
    long whole = head_scan((struct str){bytes, size}, &checked, &fault);
    require(whole <= (long)size);
    size_t step = size == 0 ? 1 : data[0] % 7 + 1;
    long piecewise = 0;
    checked = 0;
    for (size_t end = 0; end < size && piecewise == 0;) {
        end = end + step < size ? end + step : size;
        piecewise = head_scan((struct str){bytes, end}, &checked, &fault);
    }
    require(size == 0 || (piecewise > 0) == (whole > 0));
    if (whole > 0) {
        struct head head;
        require(piecewise == whole);
        if (head_parse((struct str){bytes, (size_t)whole}, &head, &fault) == 0) {
            require(lies_in(head.path, bytes, size) && lies_in(head.query, bytes, size));
            require(head.header_count <= HEAD_HEADERS_MAX && !(head.is_chunked && head.content_length > 0));
            for (size_t i = 0; i < head.header_count; i++)
                require(lies_in(head.headers[i].name, bytes, size) &&
                        lies_in(head.headers[i].value, bytes, size));
        } else {
            require(fault.status >= 400 && fault.detail != NULL);
        }
        read_chunks((struct str){bytes + whole, size - (size_t)whole});
    }
    free(bytes);
    return 0;
}

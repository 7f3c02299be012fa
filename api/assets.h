#ifndef API_ASSETS_H
#define API_ASSETS_H

/* Files that are served as they are; made C at build time by tools/assets2c.py. */

#include <stddef.h>

struct asset {
    const char *path; /* in the repository; web/… for the pages of a person */
    const char *tag;  /* a quoted ETag: changes with the content */
    const char *data;
    size_t size;
};

extern const struct asset assets[];
extern const size_t asset_count;

#endif

#ifndef API_ASSETS_H
#define API_ASSETS_H

/* Files that are served as they are; made C at build time by tools/assets2c.py. */

#include <stddef.h>

struct asset {
    const char *data;
    size_t size;
};

extern const struct asset asset_openapi_json, asset_docs_html, asset_docs_js;

#endif

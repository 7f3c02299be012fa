/* The contract, for programs (/openapi.json) and for people (/docs). */
#include "api/assets.h"
#include "api/reply.h"

static void reply_asset(struct request *request, const char *content_type, const struct asset *asset)
{
    reply_header(request, "Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'");
    reply_text(request, 200, content_type, (struct str){asset->data, asset->size});
}

void handle_openapi_get(struct request *request)
{
    reply_asset(request, "application/json", &asset_openapi_json);
}

void handle_docs_get(struct request *request)
{
    reply_asset(request, "text/html; charset=utf-8", &asset_docs_html);
}

void handle_docs_script(struct request *request)
{
    reply_asset(request, "text/javascript; charset=utf-8", &asset_docs_js);
}

/* What a browser shows: the pages a person uses (/ and /web/…), and the contract, for programs
 * (/openapi.json) and for people (/docs). */
#include "api/assets.h"

#include <string.h>

#include "api/reply.h"

/* Nothing but our own files runs or is asked, and text can't become markup by a slip: a page that would parse
 * a string as HTML or script fails instead (Trusted Types). CSP Level 3. */
static const char pages_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";
static const char docs_policy[] =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

static const char *type_of(struct str path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t size = strlen(types[i][0]);
        if (path.size > size && memcmp(path.data + path.size - size, types[i][0], size) == 0)
            return types[i][1];
    }
    return "application/octet-stream";
}

static void reply_asset(struct request *request, struct str path, const char *policy)
{
    for (size_t i = 0; i < asset_count; i++) {
        if (!str_equal(str_of(assets[i].path), path))
            continue;
        reply_header(request, "Content-Security-Policy", "%s", policy);
        reply_header(request, "Referrer-Policy", "no-referrer");
        reply_kept(request, type_of(path), assets[i].tag, (struct str){assets[i].data, assets[i].size});
        return;
    }
    reply_problem(request, PROBLEM_NOT_FOUND, NULL);
}

void handle_page_get(struct request *request)
{
    reply_asset(request, STR("web/index.html"), pages_policy);
}

void handle_page_file(struct request *request)
{
    struct str path = request->head->path;
    reply_asset(request, (struct str){path.data + 1, path.size - 1}, pages_policy);
}

void handle_openapi_get(struct request *request)
{
    reply_asset(request, STR("api/openapi.json"), docs_policy);
}

void handle_docs_get(struct request *request)
{
    reply_asset(request, STR("api/docs.html"), docs_policy);
}

void handle_docs_script(struct request *request)
{
    reply_asset(request, STR("api/docs.js"), docs_policy);
}

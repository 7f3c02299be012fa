#include "api/route.h"

#include <stdio.h>
#include <string.h>

const struct route routes_all[] = {
#define ROUTE(method, pattern, handler, access, body)                                                        \
    {METHOD_##method, pattern, handle_##handler, ACCESS_##access, BODY_##body},
#include "api/routes.def"
#undef ROUTE
    {METHOD_OTHER, NULL, NULL, ACCESS_OPEN, BODY_NONE},
};

static bool matches(struct str pattern, struct str path, struct str *params, size_t params_max)
{
    size_t count = 0;
    while (pattern.size > 0 && path.size > 0) {
        struct str want = str_split(pattern, '/', &pattern), have = str_split(path, '/', &path);
        if (want.size > 0 && want.data[0] == ':') {
            if (have.size == 0 || count == params_max)
                return false;
            params[count++] = have;
        } else if (!str_equal(want, have)) {
            return false;
        }
    }
    return pattern.size == 0 && path.size == 0;
}

const struct route *route_find(enum method method, struct str path, struct str *params, size_t params_max,
                               char allowed[64])
{
    allowed[0] = '\0';
    if (str_equal(path, STR("*"))) {
        snprintf(allowed, 64, "GET, HEAD, POST, PUT, PATCH, DELETE");
        return NULL;
    }
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path.size--;
    enum method wanted = method == METHOD_HEAD ? METHOD_GET : method;
    size_t length = 0;
    for (const struct route *route = routes_all; route->pattern != NULL; route++) {
        if (!matches(str_of(route->pattern), path, params, params_max))
            continue;
        if (route->method == wanted)
            return route;
        const char *extra = route->method == METHOD_GET ? ", HEAD" : "";
        length += (size_t)snprintf(allowed + length, 64 - length, "%s%s%s", length > 0 ? ", " : "",
                                   method_name(route->method), extra);
    }
    return NULL;
}

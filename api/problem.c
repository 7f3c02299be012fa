#include "api/problem.h"

#include "base/buf.h"
#include "base/json.h"

enum { DOCUMENT_LIMIT = 1024 * 1024 };

static const struct {
    const char *slug;
    int status;
    const char *title;
} problems[] = {
#define PROBLEM(name, slug, status, title) [PROBLEM_##name] = {slug, status, title},
#include "api/problems.def"
#undef PROBLEM
};

int problem_status(enum problem problem)
{
    return problems[problem].status;
}

enum problem problem_of_status(int status)
{
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].status == status)
            return (enum problem)i;
    return PROBLEM_INTERNAL;
}

const char *problem_write(struct arena *arena, enum problem problem, const char *detail,
                          const struct faults *faults)
{
    struct buf text;
    buf_init(&text, DOCUMENT_LIMIT);
    buf_printf(&text, "{\"type\":\"/problems/%s\",\"title\":%s,\"status\":%d", problems[problem].slug,
               json_quote(arena, str_of(problems[problem].title)), problems[problem].status);
    if (detail != NULL)
        buf_printf(&text, ",\"detail\":%s", json_quote(arena, str_of(detail)));
    size_t count = faults == NULL ? 0 : faults->count;
    for (size_t i = 0; i < count; i++) {
        const struct fault *fault = &faults->list[i];
        buf_printf(&text, "%s{\"pointer\":%s", i == 0 ? ",\"errors\":[" : ",",
                   json_quote(arena, str_of(fault->pointer)));
        if (fault->line > 0)
            buf_printf(&text, ",\"line\":%ld", fault->line);
        buf_printf(&text, ",\"detail\":%s}", json_quote(arena, str_of(fault->detail)));
    }
    buf_add_text(&text, count > 0 ? "]}" : "}");
    /* FAULTS_LIMIT short texts stay far below the limit: an overflow would be a fault of ours. */
    char *document = arena_strdup(arena, text.overflowed ? "{}" : text.data);
    buf_free(&text);
    return document;
}

#include "api/problem.h"

#include "base/buf.h"
#include "base/json.h"

enum { DOCUMENT_LIMIT = 1024 * 1024 };

static const struct {
    const char *slug;
    int status;
    const char *title, *detail;
} problems[] = {
#define PROBLEM(name, slug, status, title, detail) [PROBLEM_##name] = {slug, status, title, detail},
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

static const char *tell_first(struct arena *arena, const struct faults *faults)
{
    const struct fault *first = &faults->list[0];
    const char *gap = first->pointer[0] == '\0' ? "" : " ";
    if (faults->count == 1)
        return arena_printf(arena, "%s%s%s", first->pointer, gap, first->detail);
    return arena_printf(arena, "%s%s%s; and %zu more", first->pointer, gap, first->detail, faults->count - 1);
}

const char *problem_write(struct arena *arena, enum problem problem, const char *detail,
                          const struct faults *faults)
{
    struct buf text;
    buf_init(&text, DOCUMENT_LIMIT);
    if (detail == NULL)
        detail = faults->count > 0 ? tell_first(arena, faults) : problems[problem].detail;
    buf_printf(&text, "{\"type\":\"/problems/%s\",\"title\":%s,\"status\":%d,\"detail\":%s,\"errors\":[",
               problems[problem].slug, json_quote(arena, str_of(problems[problem].title)),
               problems[problem].status, json_quote(arena, str_of(detail)));
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->list[i];
        buf_printf(&text, "%s{\"pointer\":%s", i == 0 ? "" : ",", json_quote(arena, str_of(fault->pointer)));
        if (fault->line > 0)
            buf_printf(&text, ",\"line\":%ld", fault->line);
        buf_printf(&text, ",\"detail\":%s}", json_quote(arena, str_of(fault->detail)));
    }
    buf_add_text(&text, "]}");
    /* FAULTS_LIMIT short texts stay far below the limit: an overflow would be a fault of ours. */
    char *document = arena_strdup(arena, text.overflowed ? "{}" : text.data);
    buf_free(&text);
    return document;
}

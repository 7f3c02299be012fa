/*
 * GET /v1/export: a person's books as CSV, JSON or an hledger journal, in pages of rows: each page is written
 * when the client has taken the one before, so that any number of rows takes the memory of one page. Rows
 * that are added or changed while it runs may be in it or not.
 */

#include "api/reply.h"
#include "ledger/export_rows.h"

enum {
    PAGE_ROWS = 500,                  /* written in under a millisecond */
    PAGE_BYTES_MAX = 64 * 1024 * 1024 /* far above 500 rows of the longest texts */
};

struct exporting {
    struct export_scope scope;
    enum export_format format;
    struct export export;
    struct arena page; /* the parameters and rows of one page */
    struct buf text;
    int32_t after_date;
    struct id after;
    bool has_begun, is_last;
};

static void free_exporting(void *arg)
{
    struct exporting *exporting = arg;
    arena_free(&exporting->page);
    buf_free(&exporting->text);
}

static void read_page(struct request *request);

static void page_taken(struct request *request)
{
    struct exporting *exporting = request->state;
    buf_reset(&exporting->text);
    if (exporting->is_last)
        reply_pieces_end(request);
    else
        read_page(request);
}

static void page_read(struct request *request, struct db_answer *answer)
{
    struct exporting *exporting = request->state;
    if (answer->result != 0) {
        reply_pieces_break(request);
        return;
    }
    const struct db_rows *rows = &answer->rows;
    export_write_rows(&exporting->export, rows, &exporting->text);
    if (rows->count < PAGE_ROWS) {
        export_end(&exporting->export, &exporting->text);
        exporting->is_last = true;
    } else {
        export_row_key(rows, rows->count - 1, &exporting->after_date, &exporting->after);
        exporting->has_begun = true;
    }
    if (exporting->text.overflowed)
        reply_pieces_break(request);
    else if (exporting->text.size == 0)
        page_taken(request);
    else
        reply_piece(request, &exporting->text, page_taken);
}

static void read_page(struct request *request)
{
    struct exporting *exporting = request->state;
    arena_reset(&exporting->page);
    struct db_params *params = arena_alloc(&exporting->page, sizeof *params);
    db_params_init(params, &exporting->page);
    export_rows_params(params, &exporting->scope, exporting->format, exporting->after_date,
                       exporting->has_begun ? &exporting->after : NULL, PAGE_ROWS);
    request_run(request, &sql_export_rows, params, page_read);
}

static void names_read(struct request *request, struct db_answer *answer)
{
    static const char *const endings[] = {"csv", "json", "journal"};
    struct exporting *exporting = request->state;
    if (answer->result != 0) {
        reply_error(request, &answer->err);
        return;
    }
    export_take_names(&exporting->export, exporting->format, &answer->rows, request->arena);
    if (exporting->scope.account != NULL &&
        export_account(&exporting->export, exporting->scope.account) == NULL) {
        reply_problem(request, PROBLEM_NOT_FOUND, "the account is not there");
        return;
    }
    export_begin(&exporting->export, &exporting->text);
    reply_header(request, "Content-Disposition", "attachment; filename=\"purser.%s\"",
                 endings[exporting->format]);
    reply_pieces(request, export_content_type(exporting->format), read_page);
}

void handle_export(struct request *request)
{
    struct exporting *exporting = arena_alloc(request->arena, sizeof *exporting);
    struct export_scope *scope = &exporting->scope;
    int format = EXPORT_CSV;
    scope->user = &request->user;
    request_query_choice(request, "format", export_format_names, &format);
    request_query_id(request, "account", &scope->account);
    request_query_date(request, "from", &scope->from, &scope->has_from);
    request_query_date(request, "to", &scope->to, &scope->has_to);
    if (request_refused(request))
        return;
    exporting->format = (enum export_format)format;
    arena_init(&exporting->page);
    buf_init(&exporting->text, PAGE_BYTES_MAX);
    arena_defer(request->arena, free_exporting, exporting);
    request->state = exporting;
    struct db_params *params = request_params(request);
    export_names_params(params, scope);
    request_run(request, &sql_export_names, params, names_read);
}

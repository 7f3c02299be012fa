/*
 * purser import FILE --account NAME: uploads a bank file, waits until each of its rows has a fate and shows
 * them. Exit 1 when the file could not be read. --dry-run shows what would be read and stores nothing.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/verb.h"

enum { POLL_MS = 100, BAR_WIDTH = 40, REJECTED_SHOWN = 20 };

static struct {
    const char *account, *mapping, *format;
    bool dry_run, reimport_deleted, as_json;
} wish = {.format = "auto"};

/* The bar: only where somebody looks at it. */

static void draw(const char *what, int64_t done, int64_t total)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (done > total)
        done = total;
    int filled = total > 0 ? (int)(done * BAR_WIDTH / total) : 0;
    fprintf(stderr, "\r%-9s [", what);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '#' : ' ', stderr);
    fprintf(stderr, "] %3d %%", total > 0 ? (int)(done * 100 / total) : 0);
    fflush(stderr);
}

static void wipe(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%*s\r", BAR_WIDTH + 20, "");
}

static void on_sent(int64_t bytes, int64_t total)
{
    draw("sending", bytes, total);
}

static const char *number_of(struct arena *arena, json_t *object, const char *name)
{
    return arena_printf(arena, "%lld", (long long)json_integer_value(json_object_get(object, name)));
}

static void show_rows(struct arena *arena, json_t *rows)
{
    static const char *const heads[] = {">LINE", "DATE", ">AMOUNT", "CURRENCY", "DESCRIPTION", NULL};
    struct table table;
    json_t *row;
    size_t i;
    table_init(&table, arena, heads);
    json_array_foreach(rows, i, row)
    {
        table_add(&table, (const char *[]){number_of(arena, row, "line"), http_text(row, "date"),
                                           http_text(row, "amount"), http_text(row, "currency"),
                                           http_text(row, "description")});
    }
    table_print(&table);
}

static void show_rejected(struct arena *arena, json_t *rows)
{
    static const char *const heads[] = {">LINE", "REASON", "TEXT", NULL};
    struct table table;
    json_t *row;
    size_t i;
    if (json_array_size(rows) == 0)
        return;
    puts("\nrejected rows:");
    table_init(&table, arena, heads);
    json_array_foreach(rows, i, row)
    {
        const char *text = http_text(row, "description");
        table_add(&table, (const char *[]){number_of(arena, row, "line"), http_text(row, "reason"),
                                           text[0] == '\0' ? http_text(row, "text") : text});
    }
    table_print(&table);
}

static void show_preview(struct arena *arena, json_t *preview)
{
    json_t *mapping = json_object_get(preview, "mapping"), *certainty = json_object_get(preview, "certainty");
    printf("format: %s\n", http_text(preview, "format"));
    if (json_is_integer(certainty))
        printf("certainty: %lld %%\n", (long long)json_integer_value(certainty));
    if (json_is_object(mapping)) {
        char *text = json_dumps(mapping, JSON_COMPACT);
        printf("mapping: %s\n", text);
        free(text);
    }
    putchar('\n');
    show_rows(arena, json_object_get(preview, "rows"));
    show_rejected(arena, json_object_get(preview, "rejected"));
}

static int show_fates(struct session *session, json_t *upload, struct err *err)
{
    static const char *const heads[] = {"FATE", ">ROWS", NULL};
    static const char *const fates[] = {"inserted",        "duplicate", "matched",
                                        "skipped_deleted", "pending",   "rejected"};
    struct arena *arena = &session->arena;
    struct table table;
    json_t *counts = json_object_get(upload, "fates"), *rejected;
    table_init(&table, arena, heads);
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
        table_add(&table, (const char *[]){fates[i], number_of(arena, counts, fates[i])});
    table_add(&table, (const char *[]){"all", number_of(arena, upload, "rows")});
    table_print(&table);
    printf("\nbalance: %s%s%s\n", http_text(upload, "reconciliation"),
           http_text(upload, "difference")[0] == '\0' ? "" : ", off by ", http_text(upload, "difference"));
    const char *path = arena_printf(arena, "/v1/uploads/%s/rows?fate=rejected", http_text(upload, "id"));
    if (json_integer_value(json_object_get(counts, "rejected")) == 0)
        return 0;
    if (session_list(session, path, REJECTED_SHOWN, &rejected, err) != 0)
        return -1;
    show_rejected(arena, rejected);
    return 0;
}

/* Until the upload has ended; *upload: as it is then. */
static int wait_for_end(struct http *http, struct arena *arena, const char *id, const char *job,
                        json_t **upload, struct err *err)
{
    struct http_request upload_request = {.method = "GET", .path = arena_printf(arena, "/v1/uploads/%s", id)};
    struct http_request job_request = {.method = "GET", .path = arena_printf(arena, "/v1/jobs/%s", job)};
    for (;;) {
        struct arena turn;
        struct http_reply reply;
        arena_init(&turn);
        int failed = http_call(http, &turn, &upload_request, &reply, err);
        const char *state = failed == 0 ? http_text(reply.body, "state") : "";
        bool ended =
            strcmp(state, "done") == 0 || strcmp(state, "failed") == 0 || strcmp(state, "undone") == 0;
        if (ended)
            *upload = json_own(arena, json_incref(reply.body));
        if (failed == 0 && !ended && http_call(http, &turn, &job_request, &reply, err) == 0) {
            json_t *progress = json_object_get(reply.body, "progress");
            draw("importing", json_integer_value(json_object_get(progress, "done")),
                 json_integer_value(json_object_get(progress, "total")));
            if (strcmp(http_text(reply.body, "state"), "dead") == 0)
                failed = err_set(err, ERR_REJECT, "the import gave up: %s", http_text(reply.body, "error"));
        }
        arena_free(&turn);
        if (failed != 0 || ended)
            return failed;
        nanosleep(&(struct timespec){0, POLL_MS * 1000000}, NULL);
    }
}

static int send_file(struct session *session, FILE *file, struct http_reply *reply, struct err *err)
{
    struct arena *arena = &session->arena;
    const char *account;
    if (session_find_account(session, wish.account, &account, err) != 0)
        return -1;
    const char *path = arena_printf(arena, "/v1/uploads?account_id=%s&format=%s%s%s%s%s", account,
                                    http_escape(arena, wish.format), wish.dry_run ? "&dry_run=true" : "",
                                    wish.reimport_deleted ? "&reimport_deleted=true" : "",
                                    wish.mapping == NULL ? "" : "&mapping=",
                                    wish.mapping == NULL ? "" : http_escape(arena, wish.mapping));
    struct http_request request = {.method = "POST", .path = path, .upload = file, .sent = on_sent};
    int failed = http_call(session->http, arena, &request, reply, err);
    wipe();
    return failed;
}

static int import_file(struct session *session, FILE *file, struct err *err)
{
    struct http_reply reply;
    json_t *upload = NULL;
    if (send_file(session, file, &reply, err) != 0)
        return -1;
    if (!wish.dry_run) {
        const char *id = http_text(json_object_get(reply.body, "upload"), "id");
        const char *job = http_text(json_object_get(reply.body, "job"), "id");
        int failed = wait_for_end(session->http, &session->arena, id, job, &upload, err);
        wipe();
        if (failed != 0)
            return -1;
    } else {
        upload = reply.body;
    }
    if (wish.as_json)
        show_value(upload);
    else if (wish.dry_run)
        show_preview(&session->arena, upload);
    else if (show_fates(session, upload, err) != 0)
        return -1;
    if (!wish.dry_run && strcmp(http_text(upload, "state"), "done") != 0)
        return err_set(err, ERR_REJECT, "%s %s: %s", session->words[0], http_text(upload, "state"),
                       http_text(upload, "error"));
    return 0;
}

static int import(struct session *session, struct err *err)
{
    const char *name = session->words[0];
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    if (file == NULL)
        return err_set(err, ERR_REJECT, "%s: %s", name, strerror(errno));
    int failed = import_file(session, file, err);
    fclose(file);
    return failed;
}

static int check(struct err *err)
{
    return wish.account != NULL ? 0 : err_set(err, ERR_REJECT, "--account NAME is needed");
}

static const struct option options[] = {{"account", &wish.account, NULL},
                                        {"mapping", &wish.mapping, NULL},
                                        {"format", &wish.format, NULL},
                                        {"dry-run", NULL, &wish.dry_run},
                                        {"reimport-deleted", NULL, &wish.reimport_deleted},
                                        {"json", NULL, &wish.as_json},
                                        {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.min = 1, .max = 1, .check = check, .run = import}, {.run = NULL}};

const struct command command_import = {
    .name = "import",
    .usage =
        "FILE|- --account NAME [--mapping NAME|JSON] [--format csv|ofx|qif|camt|mt940|json] [--dry-run]\n"
        "                     [--reimport-deleted] [--json]",
    .summary = "Upload a bank file and show what became of its rows",
    .verbs = verbs,
    .options = options,
};

/*
 * ingest_upload: reads an uploaded bank file and stores each row exactly once.
 *
 * Needs     args {"upload": ID}; the file in upload_chunk.
 * Promises  every row of the file ends with one fate; a step of rows and their fates commit together; after a
 * crash it goes on behind the last step. Repeating it from any point changes nothing.
 */
#include <stddef.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "finance/fingerprint.h"
#include "ledger/uploads.h"
#include "tasks/args.h"
#include "tasks/classify.h"

struct import {
    struct task_context *context;
    const struct job *job;
    struct upload upload;
    struct statement *statement;
    struct occurrences *occurrences;
    struct upload_step steps[2]; /* one is filled while PostgreSQL stores the other */
    struct arena step_arenas[2];
    struct upload_step *step; /* that is filled */
    struct arena chunk_arenas[2];
    struct str
        next_chunk; /* read ahead, since the connection is taken while a step is stored; NULL: the end */
    bool has_next_chunk;
    bool store_failed; /* whatever the error says, it is not the file's */
    int64_t chunks_read, bytes_read, bytes_stored;
};

static const struct json_field args_fields[] = {{"upload", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, 0}};

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    const struct id *upload;
    (void)!JSON_DECODE(args, "", args_fields, &upload, arena, faults); /* faults has it */
}

static void begin_step(struct import *import)
{
    size_t other = import->step == &import->steps[0] ? 1 : 0;
    struct arena *arena = &import->step_arenas[other];
    import->step = &import->steps[other];
    arena_reset(arena);
    upload_step_init(import->step, arena, (size_t)settings.upload_step_rows);
}

/* Waits for the step before the one that is filled. */
static int await_step(struct import *import, struct err *err)
{
    struct upload_step *before = &import->steps[import->step == &import->steps[0] ? 1 : 0];
    if (!before->sent)
        return 0;
    if (upload_step_commit(import->context->db, &import->upload, before, err) != 0)
        return -1;
    task_progress(import->context, import->job, import->bytes_stored, import->upload.bytes);
    return 0;
}

/* Piece n of the file lives until piece n + 2 is read. */
static int read_ahead(struct import *import, struct err *err)
{
    if (import->has_next_chunk)
        return 0;
    struct arena *arena = &import->chunk_arenas[import->chunks_read & 1];
    arena_reset(arena);
    import->has_next_chunk = true;
    return upload_read_chunk(import->context->db, arena, &import->upload.id, import->chunks_read++,
                             &import->next_chunk, err);
}

static int end_step(struct import *import, struct err *err)
{
    if (await_step(import, err) != 0 || read_ahead(import, err) != 0 ||
        upload_step_send(import->context->db, &import->upload, import->step, clock_wall_ms(), err) != 0) {
        import->store_failed = true;
        return -1;
    }
    import->bytes_stored = import->bytes_read;
    begin_step(import);
    return 0;
}

static int end_row(struct import *import, struct err *err)
{
    return upload_step_is_full(import->step) ? end_step(import, err) : 0;
}

/* Rows below this were stored before a crash: they are counted, not stored again. */
static bool is_stored(const struct import *import, int64_t ordinal)
{
    return ordinal < import->upload.rows_done;
}

/* A guess that is not sure must not be stored: it is shown by dry_run and sent back as a mapping. */
static int check_certainty(const struct import *import, struct err *err)
{
    const struct statement_facts *facts = statement_facts(import->statement);
    if (import->upload.mapping_given || facts->recalled ||
        facts->certainty >= settings.guess_certainty_min_percent)
        return 0;
    return err_set(
        err, ERR_REJECT,
        "what the columns mean is only %d %% sure: look at it with dry_run=true and send it as the mapping",
        facts->certainty);
}

static int on_row(void *context, const struct statement_row *row, struct err *err)
{
    struct import *import = context;
    if (check_certainty(import, err) != 0)
        return -1;
    if (row->pending) {
        if (is_stored(import, row->ordinal))
            return 0;
        upload_step_note(import->step, row->ordinal, row->line, row->offset, "pending", NULL,
                         row->has_date ? &row->date : NULL, &row->amount_minor, row->description);
        return end_row(import, err);
    }
    if (strcmp(row->currency->code, import->upload.currency) != 0) {
        if (is_stored(import, row->ordinal))
            return 0;
        char reason[80];
        snprintf(reason, sizeof reason, "is in %s, but the account is in %s", row->currency->code,
                 import->upload.currency);
        upload_step_note(import->step, row->ordinal, row->line, row->offset, "rejected", reason, &row->date,
                         NULL, row->description);
        return end_row(import, err);
    }
    uint8_t fingerprint[FINGERPRINT_SIZE];
    fingerprint_make(&(struct bank_row){.account = &import->upload.account_id,
                                        .date = row->date,
                                        .amount_minor = row->amount_minor,
                                        .currency = row->currency->code,
                                        .text = row->description,
                                        .reference = row->reference},
                     fingerprint);
    int64_t occurrence = occurrences_count(import->occurrences, fingerprint);
    if (is_stored(import, row->ordinal))
        return 0;
    upload_step_add(import->step, row, fingerprint, occurrence);
    return end_row(import, err);
}

static int on_reject(void *context, const struct statement_reject *reject, struct err *err)
{
    struct import *import = context;
    if (check_certainty(import, err) != 0)
        return -1;
    if (is_stored(import, reject->ordinal))
        return 0;
    upload_step_note(import->step, reject->ordinal, reject->line, reject->offset, "rejected", reject->reason,
                     NULL, NULL, reject->text);
    return end_row(import, err);
}

static int open_statement(struct import *import, struct err *err)
{
    struct arena *arena = import->context->arena;
    struct faults faults;
    faults_init(&faults, arena);
    struct statement_options options = {
        .currency = currency_find(str_of(import->upload.currency)),
        .limits = statement_limits_of_settings(),
        .context = import,
        .row = on_row,
        .reject = on_reject,
    };
    if (statement_format_parse(str_of(import->upload.format), &options.format) != 0)
        return err_set(err, ERR_REJECT, "%s is not a format", import->upload.format);
    if (import->upload.mapping != NULL) {
        struct mapping *mapping = arena_alloc(arena, sizeof *mapping);
        json_t *value = json_read(arena, str_of(import->upload.mapping), &faults);
        if (value == NULL || mapping_read(arena, value, "", mapping, &faults) != 0)
            return err_set(err, ERR_REJECT, "mapping%s %s", faults.list[0].pointer, faults.list[0].detail);
        options.mapping = mapping;
        options.remembered = !import->upload.mapping_given;
    }
    import->statement = statement_open(&options);
    return 0;
}

static int read_file(struct import *import, struct err *err)
{
    for (;;) {
        if (!import->has_next_chunk && (await_step(import, err) != 0 || read_ahead(import, err) != 0)) {
            import->store_failed = true;
            return -1;
        }
        struct str chunk = import->next_chunk;
        if (chunk.data == NULL)
            return statement_finish(import->statement, err);
        import->has_next_chunk = false;
        import->bytes_read += (int64_t)chunk.size;
        if (statement_feed(import->statement, chunk.data, chunk.size, err) != 0)
            return -1;
    }
}

/* The rows that are left. */
static int store_rest(struct import *import, struct err *err)
{
    return end_step(import, err) == 0 ? await_step(import, err) : -1;
}

/* Each statement of the file that states balances must add up; the differences of those that don't are
 * summed. */
static void prove(const struct statement_facts *facts, const struct currency *currency, struct arena *arena,
                  struct upload_end *end)
{
    int64_t total = 0;
    bool stated = false;
    end->reconciliation = "not_stated";
    for (size_t i = 0; i < facts->statement_count; i++) {
        int64_t difference = 0;
        enum statement_proof proof = statement_part_proof(&facts->statements[i], &difference);
        stated = stated || proof != STATEMENT_NOT_STATED;
        if (proof != STATEMENT_MISMATCH)
            continue;
        end->reconciliation = "mismatch";
        (void)!money_add(total, difference, &total); /* past 18 digits the first differences say enough */
    }
    if (strcmp(end->reconciliation, "mismatch") == 0) {
        char text[MONEY_TEXT_SIZE];
        money_format(total, currency->exponent, text);
        end->difference = arena_strdup(arena, text);
    } else if (stated) {
        end->reconciliation = "proved";
    }
}

/* The halves of transfers are looked for when all rows are there. */
static int follow_up(struct import *import, struct err *err)
{
    struct arena *arena = import->context->arena;
    char upload[ID_TEXT_SIZE], *user = arena_alloc(arena, ID_TEXT_SIZE);
    id_format(&import->upload.id, upload);
    id_format(&import->upload.user_id, user);
    struct job follow = {
        .task = "link_transfers",
        .lane = user,
        .traceparent = import->job->traceparent,
        .args = str_of(arena_printf(arena, "{\"upload\":\"%s\",\"user\":\"%s\"}", upload, user)),
    };
    return task_follow_up(import->context, &follow, &import->upload.user_id, err);
}

/* The end is committed with the job that follows it. */
static int finish(struct import *import, const char *error, const char **json, struct err *err)
{
    struct arena *arena = import->context->arena;
    struct upload_end end = {
        .state = error == NULL ? "done" : "failed", .format = import->upload.format, .error = error};
    if (import->statement != NULL) {
        const struct statement_facts *facts = statement_facts(import->statement);
        end.format = statement_format_name(facts->format);
        end.encoding = facts->encoding;
        end.certainty = facts->certainty;
        if (facts->mapping != NULL)
            end.mapping = json_write(arena, mapping_json(arena, facts->mapping));
        prove(facts, currency_find(str_of(import->upload.currency)), arena, &end);
    }
    struct db *db = import->context->db;
    if (db_begin(db, err) != 0)
        return -1;
    if (upload_finish(db, arena, &import->upload.id, &end, clock_wall_ms(), json, err) != 0 ||
        (*json != NULL && follow_up(import, err) != 0) ||
        classify_follow_up(import->context, &import->upload.user_id, 1, 0, err) != 0) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

/* Imports one upload. A file that can't be read is the end of it, with the reason; other errors try again
 * later. */
static int import_upload(struct import *import, const struct id *id, const char **json, struct err *err)
{
    bool found;
    if (upload_begin(import->context->db, import->context->arena, id, &import->upload, &found, err) != 0)
        return -1;
    if (!found)
        return 0;
    if (import->upload.currency == NULL)
        return finish(import, "the account was deleted", json, err);
    begin_step(import);
    if (open_statement(import, err) == 0 && read_file(import, err) == 0)
        return store_rest(import, err) == 0 ? finish(import, NULL, json, err) : -1;
    if (err->class != ERR_REJECT || import->store_failed)
        return -1;
    char reason[sizeof err->text];
    memcpy(reason, err->text, sizeof reason);
    /* What was read before the file broke is kept, with its fates. */
    if (store_rest(import, err) != 0)
        return -1;
    return finish(import, arena_strdup(import->context->arena, reason), json, err);
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct id *upload = NULL;
        if (jobs[i].skip || task_read_args(context, &jobs[i], args_fields, &upload) != 0)
            continue;
        struct import import = {.context = context, .job = &jobs[i], .occurrences = occurrences_new()};
        for (size_t n = 0; n < 2; n++) {
            arena_init(&import.step_arenas[n]);
            arena_init(&import.chunk_arenas[n]);
        }
        const char *json = NULL;
        int status = import_upload(&import, upload, &json, err);
        db_rollback(context->db); /* of a step that was sent before something failed */
        statement_close(import.statement);
        occurrences_free(import.occurrences);
        for (size_t n = 0; n < 2; n++) {
            arena_free(&import.step_arenas[n]);
            arena_free(&import.chunk_arenas[n]);
        }
        if (status != 0)
            return -1;
        jobs[i].outcome.result = json;
    }
    return 0;
}

const struct task task_ingest_upload = {
    .name = "ingest_upload",
    .summary = "Reads an uploaded bank file and stores each row exactly once.",
    .queue = "upload",
    .batch_max = 1,
    .timeout_ms = 60 * 60 * 1000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 100,
    .transaction = TASK_OWN_TRANSACTIONS,
    .validate = validate,
    .run = run,
};

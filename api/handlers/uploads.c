/*
 * /v1/uploads: a bank file on its way into PostgreSQL, piece by piece, and what became of it. The next piece
 * is read from the client when the last one is stored, so that the API holds one piece of each upload and no
 * more.
 */

#include "api/accept.h"
#include "api/api.h"
#include "api/handlers/upload_preview.h"
#include "api/job_view.h"
#include "api/owned.h"
#include "api/reply.h"
#include "api/unpack.h"
#include "base/settings.h"
#include "statement/statement.h"

struct receiving {
    const struct id *account;
    enum statement_format format;
    const char *mapping, *preset; /* JSON text, or the name of a saved one */
    bool dry_run, reimport_deleted;

    struct unpack *unpack;
    struct upload_preview *preview; /* of a dry run: the bytes go there in place of PostgreSQL */
    struct arena chunk_arena;       /* the parameters of one chunk */
    int64_t next_chunk, bytes;
    struct err err;
    enum problem problem;
    struct job job;
    struct str envelope;
    const char *ended_job;
};

static void read_more(struct request *request);
static void take_parts(struct request *request);

static void free_receiving(void *arg)
{
    struct receiving *receiving = arg;
    unpack_close(receiving->unpack);
    arena_free(&receiving->chunk_arena);
}

/* The job's id follows from the request's, as the upload's does: a repetition makes neither twice. */
static struct job make_job(const struct request *request, const char *task, const char *args)
{
    char user[ID_TEXT_SIZE];
    id_format(&request->user, user);
    struct job job = accept_job(request, task_find(task), arena_strdup(request->arena, user), args);
    job.id.bytes[15] ^= 1;
    return job;
}

static void reply_broken(struct request *request, struct db_answer *answer)
{
    struct receiving *receiving = request->state;
    (void)answer; /* what could not be taken back is pruned with the uploads that never ended */
    if (receiving->err.text[0] == '\0')
        request_refuse_body(request);
    else
        reply_problem(request, receiving->problem, "%s", receiving->err.text);
}

/* Takes back what was stored, then answers why: err, or what broke the body when err is empty. */
static void abandon(struct request *request, enum problem problem)
{
    struct receiving *receiving = request->state;
    receiving->problem = problem;
    if (receiving->preview != NULL) {
        reply_broken(request, NULL);
        return;
    }
    struct db_params *params = request_params(request);
    db_add_id(params, &request->id);
    request_run(request, &sql_upload_abandon, params, reply_broken);
}

static void on_ended_found(struct request *request, struct db_answer *answer)
{
    const struct receiving *receiving = request->state;
    if (answer->result != 0)
        reply_error(request, &answer->err);
    else if (answer->rows.count == 0)
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    else
        reply_json(request, 200,
                   arena_printf(request->arena, "{\"upload\":%s,\"job\":%s}", rows_text(&answer->rows, 0, 0),
                                receiving->ended_job));
}

/* Waited for: the upload as its job has left it. */
static void on_ended(struct request *request, const char *job)
{
    struct receiving *receiving = request->state;
    receiving->ended_job = job;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &request->id);
    request_run(request, &sql_upload_get, params, on_ended_found);
}

static void on_accepted(struct request *request, struct db_answer *answer)
{
    struct receiving *receiving = request->state;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_CONFLICT, "the upload was ended meanwhile");
        return;
    }
    accept_put(request->api, &receiving->envelope, 1);
    reply_job_ended(request, &receiving->job,
                    arena_printf(request->arena, "\"upload\":%s", rows_text(&answer->rows, 0, 0)), on_ended);
}

/* The file is whole: it is accepted together with its job. */
static void accept_file(struct request *request)
{
    struct receiving *receiving = request->state;
    char upload[ID_TEXT_SIZE];
    struct err err;
    id_format(&request->id, upload);
    receiving->job =
        make_job(request, "ingest_upload", arena_printf(request->arena, "{\"upload\":\"%s\"}", upload));
    if (job_encode_in(request->arena, &receiving->job, &receiving->envelope, &err) != 0) {
        reply_error(request, &err);
        return;
    }
    struct db_params *params = request_params(request);
    db_add_id(params, &request->id);
    db_add_int(params, receiving->bytes);
    db_add_id(params, &receiving->job.id);
    db_add_id(params, &request->user);
    db_add_text(params, receiving->job.task);
    db_add_text(params, receiving->job.queue);
    db_add_str(params, receiving->envelope);
    db_add_time(params, request->now_ms);
    request_run(request, &sql_upload_accept, params, on_accepted);
}

static void end_file(struct request *request)
{
    struct receiving *receiving = request->state;
    const char *preview = NULL;
    if (unpack_end(receiving->unpack, &receiving->err) != 0)
        ;
    else if (receiving->bytes == 0)
        err_set(&receiving->err, ERR_REJECT, "the file is empty");
    else if (receiving->preview == NULL) {
        accept_file(request);
        return;
    } else if ((preview = upload_preview_end(receiving->preview, &receiving->err)) != NULL) {
        reply_json(request, 200, preview);
        return;
    }
    abandon(request, PROBLEM_INVALID);
}

static void on_chunk_stored(void *arg, struct db_answer *answer)
{
    struct request *request = arg;
    if (answer->result != 0)
        reply_error(request, &answer->err);
    else
        take_parts(request);
}

static void store_part(struct request *request, struct str part)
{
    struct receiving *receiving = request->state;
    arena_reset(&receiving->chunk_arena);
    struct db_params *params = arena_alloc(&receiving->chunk_arena, sizeof *params);
    db_params_init(params, &receiving->chunk_arena);
    db_add_id(params, &request->id);
    db_add_int(params, receiving->next_chunk++);
    db_add_bytes(params, part.data, part.size);
    db_pool_run(request->api->pool, &sql_upload_chunk_add, params, on_chunk_stored, request);
}

/* Unpacks and hands on what the last piece holds, part by part; reads on when nothing is left of it. */
static void take_parts(struct request *request)
{
    struct receiving *receiving = request->state;
    struct str part;
    do {
        if (unpack_take(receiving->unpack, &part, &receiving->err) != 0) {
            abandon(request, unpack_was_too_large(receiving->unpack) ? PROBLEM_TOO_LARGE : PROBLEM_INVALID);
            return;
        }
        receiving->bytes += (int64_t)part.size;
        if (part.size > 0 && receiving->preview == NULL) {
            store_part(request, part);
            return;
        }
        if (part.size > 0 && upload_preview_feed(receiving->preview, part, &receiving->err) != 0) {
            abandon(request, PROBLEM_INVALID);
            return;
        }
    } while (part.size > 0);
    read_more(request);
}

static void on_piece(struct request *request, struct str piece, int state)
{
    struct receiving *receiving = request->state;
    if (state == BODY_MORE) {
        unpack_give(receiving->unpack, piece);
        take_parts(request);
    } else if (state == BODY_END) {
        end_file(request);
    } else {
        abandon(request, PROBLEM_MALFORMED_REQUEST);
    }
}

static void read_more(struct request *request)
{
    request_read_body(request, on_piece);
}

/* The account is the user's; the mapping and the currency are known. */
static void on_begun(struct request *request, struct db_answer *answer)
{
    struct receiving *receiving = request->state;
    if (answer->result != 0) {
        request_answer_failure(request, answer);
        return;
    }
    if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, "there is no such account");
        return;
    }
    if (rows_bool(&answer->rows, 0, 1)) {
        faults_add(&request->faults, "mapping", "is not the name of a mapping that you saved");
        (void)request_refused(request);
        return;
    }
    const char *state = rows_text(&answer->rows, 0, 2);
    if (state == NULL || strcmp(state, "receiving") != 0) {
        reply_problem(request, PROBLEM_CONFLICT, "this upload was received already");
        return;
    }
    if (receiving->dry_run) {
        const char *mapping = rows_text(&answer->rows, 0, 0);
        struct statement_options options = {
            .format = receiving->format,
            .currency = currency_find(str_of(rows_text(&answer->rows, 0, 3))),
            .mapping = mapping == NULL ? NULL : upload_mapping_read(request, str_of(mapping)),
            .remembered = !rows_bool(&answer->rows, 0, 4),
        };
        if (request_refused(request))
            return;
        receiving->preview = upload_preview_open(request->arena, &options);
    }
    read_more(request);
}

static void read_options(struct request *request, struct receiving *receiving)
{
    const char *format = NULL, *mapping = NULL;
    request_query_id(request, "account_id", &receiving->account);
    request_query_text(request, "format", 10, &format);
    request_query_text(request, "mapping", 8000, &mapping);
    request_query_bool(request, "dry_run", &receiving->dry_run);
    request_query_bool(request, "reimport_deleted", &receiving->reimport_deleted);
    if (receiving->account == NULL && request->faults.count == 0)
        faults_add(&request->faults, "account_id", "is missing");
    if (format != NULL && statement_format_parse(str_of(format), &receiving->format) != 0)
        faults_add(&request->faults, "format", "must be auto, csv, ofx, qif, camt, mt940 or json");
    if (mapping == NULL)
        return;
    if (mapping[0] != '{')
        receiving->preset = mapping;
    else if (upload_mapping_read(request, str_of(mapping)) != NULL)
        receiving->mapping = mapping;
}

void handle_upload_create(struct request *request)
{
    struct receiving *receiving = arena_alloc(request->arena, sizeof *receiving);
    request->state = receiving;
    arena_init(&receiving->chunk_arena);
    arena_defer(request->arena, free_receiving, receiving);
    read_options(request, receiving);
    if (request_refused(request))
        return;
    receiving->unpack = unpack_open(request_header(request, "content-encoding"), settings.unpack_ratio_max,
                                    settings.upload_max_bytes);
    if (receiving->unpack == NULL) {
        reply_header(request, "Accept-Encoding", "gzip, zstd");
        reply_problem(request, PROBLEM_MEDIA_TYPE, "the content encoding must be gzip or zstd, or none");
        return;
    }
    if (!receiving->dry_run && !accept_has_room(request, task_find("ingest_upload")))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    if (!receiving->dry_run)
        db_add_id(params, &request->id);
    db_add_id(params, receiving->account);
    if (!receiving->dry_run)
        db_add_text(params, statement_format_name(receiving->format));
    db_add_text(params, receiving->mapping);
    db_add_text(params, receiving->preset);
    if (!receiving->dry_run) {
        db_add_bool(params, receiving->reimport_deleted);
        db_add_time(params, request->now_ms);
    }
    request_run(request, receiving->dry_run ? &sql_upload_options : &sql_upload_create, params, on_begun);
}

void handle_upload_list(struct request *request)
{
    owned_list(request, &sql_upload_list);
}

void handle_upload_get(struct request *request)
{
    owned_get(request, &sql_upload_get);
}

void handle_upload_rows(struct request *request)
{
    static const char *const fates[] = {"inserted", "duplicate", "matched", "skipped_deleted",
                                        "pending",  "rejected",  NULL};
    const char *after = NULL;
    int fate = -1;
    struct id upload;
    int64_t limit = request_page(request, &after, 1);
    request_query_choice(request, "fate", fates, &fate);
    if (request_param_id(request, 0, &upload) != 0 || request_refused(request))
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &upload);
    db_add_text(params, after);
    db_add_int(params, limit);
    db_add_text(params, fate < 0 ? NULL : fates[fate]);
    request_answer(request, &sql_upload_rows, params);
}

static void on_undo_accepted(struct request *request, struct db_answer *answer)
{
    struct receiving *receiving = request->state;
    if (answer->result != 0 || answer->rows.count == 0 || rows_int(&answer->rows, 0, 0) != 202) {
        if (answer->result != 0)
            request_answer_failure(request, answer);
        else
            request_answer_rows(request, &answer->rows);
        return;
    }
    accept_put(request->api, &receiving->envelope, 1);
    reply_job(request, &receiving->job, NULL);
}

void handle_upload_delete(struct request *request)
{
    struct receiving *receiving = arena_alloc(request->arena, sizeof *receiving);
    struct id id;
    struct err err;
    char upload[ID_TEXT_SIZE], user[ID_TEXT_SIZE];
    if (request_param_id(request, 0, &id) != 0 || request_refused(request) ||
        !accept_has_room(request, task_find("undo_upload")))
        return;
    request->state = receiving;
    id_format(&id, upload);
    id_format(&request->user, user);
    receiving->job =
        make_job(request, "undo_upload",
                 arena_printf(request->arena, "{\"upload\":\"%s\",\"user\":\"%s\"}", upload, user));
    if (job_encode_in(request->arena, &receiving->job, &receiving->envelope, &err) != 0) {
        reply_error(request, &err);
        return;
    }
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, &id);
    db_add_id(params, &receiving->job.id);
    db_add_text(params, receiving->job.task);
    db_add_text(params, receiving->job.queue);
    db_add_str(params, receiving->envelope);
    db_add_time(params, request->now_ms);
    request_run(request, &sql_upload_undo_accept, params, on_undo_accepted);
}

#include "ledger/uploads.h"

#include <string.h>

#include "base/settings.h"
#include "finance/fingerprint.h"

int upload_begin(struct db *db, struct arena *arena, const struct id *id, struct upload *upload, bool *found,
                 struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, id);
    if (db_run(db, &sql_upload_begin, &params, &rows, err) != 0)
        return -1;
    *found = rows.count > 0;
    if (*found)
        *upload = (struct upload){
            .id = *id,
            .user_id = rows_id(&rows, 0, 0),
            .account_id = rows_id(&rows, 0, 1),
            .format = rows_text(&rows, 0, 2),
            .mapping = rows_text(&rows, 0, 3),
            .mapping_given = rows_bool(&rows, 0, 4),
            .reimport_deleted = rows_bool(&rows, 0, 5),
            .rows_done = rows_int(&rows, 0, 6),
            .bytes = rows_int(&rows, 0, 7),
            .currency = rows_text(&rows, 0, 8),
        };
    return 0;
}

int upload_read_chunk(struct db *db, struct arena *arena, const struct id *id, int64_t n, struct str *data,
                      struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, id);
    db_add_int(&params, n);
    if (db_run(db, &sql_upload_chunk_read, &params, &rows, err) != 0)
        return -1;
    *data = rows.count > 0 ? rows_bytes(&rows, 0, 0) : (struct str){NULL, 0};
    return 0;
}

void upload_step_init(struct upload_step *step, struct arena *arena, size_t capacity)
{
    *step = (struct upload_step){.arena = arena, .capacity = capacity};
#define COLUMN(group, member) step->group.member = arena_array(arena, capacity, sizeof *step->group.member)
    COLUMN(rows, ids);
    COLUMN(rows, ordinals);
    COLUMN(rows, lines);
    COLUMN(rows, offsets);
    COLUMN(rows, amounts);
    COLUMN(rows, occurrences);
    COLUMN(rows, dates);
    COLUMN(rows, value_dates);
    COLUMN(rows, no_value_date);
    COLUMN(rows, descriptions);
    COLUMN(rows, payees);
    COLUMN(rows, memos);
    COLUMN(rows, references);
    COLUMN(rows, fingerprints);
    COLUMN(notes, ordinals);
    COLUMN(notes, lines);
    COLUMN(notes, offsets);
    COLUMN(notes, amounts);
    COLUMN(notes, dates);
    COLUMN(notes, no_date);
    COLUMN(notes, no_amount);
    COLUMN(notes, fates);
    COLUMN(notes, reasons);
    COLUMN(notes, descriptions);
#undef COLUMN
}

bool upload_step_is_full(const struct upload_step *step)
{
    return step->stored + step->noted == step->capacity;
}

/* An empty text is no text. */
static const char *text_of(struct arena *arena, struct str text)
{
    return text.size == 0 ? NULL : arena_memdup(arena, text.data, text.size);
}

void upload_step_add(struct upload_step *step, const struct statement_row *row, const uint8_t *fingerprint,
                     int64_t occurrence)
{
    struct arena *arena = step->arena;
    size_t i = step->stored++;
    const char *description = text_of(arena, row->description);
    /* A memo that is all the bank said is the description: kept and searched once. */
    struct str memo = str_equal(row->memo, row->description) ? STR("") : row->memo;
    step->rows.ids[i] = id_new();
    step->rows.ordinals[i] = row->ordinal;
    step->rows.lines[i] = row->line;
    step->rows.offsets[i] = row->offset;
    step->rows.amounts[i] = row->amount_minor;
    step->rows.occurrences[i] = occurrence;
    step->rows.dates[i] = row->date;
    step->rows.value_dates[i] = row->value_date;
    step->rows.no_value_date[i] = !row->has_value_date;
    step->rows.descriptions[i] = description == NULL ? "" : description;
    step->rows.payees[i] = text_of(arena, row->payee);
    step->rows.memos[i] = text_of(arena, memo);
    step->rows.references[i] = text_of(arena, row->reference);
    step->rows.fingerprints[i] =
        (struct str){arena_memdup(arena, fingerprint, FINGERPRINT_SIZE), FINGERPRINT_SIZE};
}

void upload_step_note(struct upload_step *step, int64_t ordinal, int64_t line, int64_t offset,
                      const char *fate, const char *reason, const int32_t *date, const int64_t *amount_minor,
                      struct str description)
{
    size_t i = step->noted++;
    step->notes.ordinals[i] = ordinal;
    step->notes.lines[i] = line;
    step->notes.offsets[i] = offset;
    step->notes.fates[i] = fate;
    step->notes.reasons[i] = arena_strdup(step->arena, reason);
    step->notes.no_date[i] = date == NULL;
    step->notes.dates[i] = date == NULL ? 0 : *date;
    step->notes.no_amount[i] = amount_minor == NULL;
    step->notes.amounts[i] = amount_minor == NULL ? 0 : *amount_minor;
    step->notes.descriptions[i] = text_of(step->arena, description);
}

static int claim_step(struct db *db, const struct upload *upload, const struct upload_step *step,
                      struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, step->arena);
    db_add_id(&params, &upload->id);
    db_add_int(&params, upload->rows_done);
    db_add_int(&params, upload->rows_done + (int64_t)(step->stored + step->noted));
    if (db_run(db, &sql_upload_step, &params, &rows, err) != 0)
        return -1;
    if (rows.count == 0)
        return err_set(err, ERR_RETRY, "another worker goes on with this upload, or it was undone");
    return 0;
}

static int send_rows(struct db *db, const struct upload *upload, const struct upload_step *step,
                     int64_t now_ms, struct err *err)
{
    size_t count = step->stored;
    struct db_params params;
    db_params_init(&params, step->arena);
    db_add_id(&params, &upload->id);
    db_add_id(&params, &upload->user_id);
    db_add_id(&params, &upload->account_id);
    db_add_text(&params, upload->currency);
    db_add_bool(&params, upload->reimport_deleted);
    db_add_time(&params, now_ms);
    db_add_ids(&params, step->rows.ids, NULL, count);
    db_add_ints(&params, step->rows.ordinals, NULL, count);
    db_add_ints(&params, step->rows.lines, NULL, count);
    db_add_ints(&params, step->rows.offsets, NULL, count);
    db_add_dates(&params, step->rows.dates, NULL, count);
    db_add_dates(&params, step->rows.value_dates, step->rows.no_value_date, count);
    db_add_ints(&params, step->rows.amounts, NULL, count);
    db_add_texts(&params, step->rows.descriptions, count);
    db_add_texts(&params, step->rows.payees, count);
    db_add_texts(&params, step->rows.memos, count);
    db_add_texts(&params, step->rows.references, count);
    db_add_bytes_array(&params, step->rows.fingerprints, NULL, count);
    db_add_ints(&params, step->rows.occurrences, NULL, count);
    db_add_int(&params, settings.match_days);
    return db_send(db, &sql_upload_store, &params, err);
}

static int receive_rows(struct db *db, const struct upload_step *step, struct err *err)
{
    size_t count = step->stored;
    struct db_rows rows;
    if (db_receive(db, &sql_upload_store, step->arena, &rows, err) != 0)
        return -1;
    int64_t accounted = rows.count == 0 ? 0 : rows_int(&rows, 0, 0);
    if (accounted != (int64_t)count)
        return err_set(err, ERR_BUG, "%zu rows went in, but %lld have a fate", count, (long long)accounted);
    return 0;
}

static int store_notes(struct db *db, const struct upload *upload, const struct upload_step *step,
                       struct err *err)
{
    size_t count = step->noted;
    struct db_params params;
    db_params_init(&params, step->arena);
    db_add_id(&params, &upload->id);
    db_add_ints(&params, step->notes.ordinals, NULL, count);
    db_add_ints(&params, step->notes.lines, NULL, count);
    db_add_ints(&params, step->notes.offsets, NULL, count);
    db_add_texts(&params, step->notes.fates, count);
    db_add_texts(&params, step->notes.reasons, count);
    db_add_dates(&params, step->notes.dates, step->notes.no_date, count);
    db_add_ints(&params, step->notes.amounts, step->notes.no_amount, count);
    db_add_texts(&params, step->notes.descriptions, count);
    return db_run(db, &sql_upload_note, &params, NULL, err);
}

int upload_step_send(struct db *db, const struct upload *upload, struct upload_step *step, int64_t now_ms,
                     struct err *err)
{
    if (step->stored + step->noted == 0)
        return 0;
    if (db_begin(db, err) == 0 && claim_step(db, upload, step, err) == 0 &&
        (step->noted == 0 || store_notes(db, upload, step, err) == 0) &&
        (step->stored == 0 || send_rows(db, upload, step, now_ms, err) == 0)) {
        step->sent = true;
        return 0;
    }
    db_rollback(db);
    return -1;
}

int upload_step_commit(struct db *db, struct upload *upload, struct upload_step *step, struct err *err)
{
    if (!step->sent)
        return 0;
    step->sent = false;
    if ((step->stored == 0 || receive_rows(db, step, err) == 0) && db_commit(db, err) == 0) {
        upload->rows_done += (int64_t)(step->stored + step->noted);
        return 0;
    }
    db_rollback(db);
    return -1;
}

int upload_finish(struct db *db, struct arena *arena, const struct id *id, const struct upload_end *end,
                  int64_t now_ms, const char **json, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, id);
    db_add_text(&params, end->state);
    db_add_text(&params, end->format);
    db_add_text(&params, end->mapping);
    db_add_int(&params, end->certainty);
    db_add_text(&params, end->encoding);
    db_add_text(&params, end->reconciliation);
    db_add_text(&params, end->difference);
    db_add_text(&params, end->error);
    db_add_time(&params, now_ms);
    if (db_run(db, &sql_upload_finish, &params, &rows, err) != 0)
        return -1;
    *json = rows.count == 0 ? NULL : rows_text(&rows, 0, 0);
    return 0;
}

int upload_refresh_statistics(struct db *db, struct arena *arena, const struct id *id, struct err *err)
{
    struct db_params params, none;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_params_init(&none, arena);
    db_add_id(&params, id);
    if (db_run(db, &sql_upload_outgrows, &params, &rows, err) != 0)
        return -1;
    if (rows.count == 0 || !rows_bool(&rows, 0, 0))
        return 0;
    return db_run(db, &sql_transaction_analyze, &none, NULL, err);
}

int upload_undo(struct db *db, struct arena *arena, const struct id *id, const struct id *user,
                int64_t now_ms, const char **json, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, id);
    db_add_id(&params, user);
    db_add_time(&params, now_ms);
    if (db_run(db, &sql_upload_undo, &params, &rows, err) != 0)
        return -1;
    *json = rows.count == 0 ? NULL : rows_text(&rows, 0, 0);
    return 0;
}

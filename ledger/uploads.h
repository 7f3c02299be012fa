#ifndef LEDGER_UPLOADS_H
#define LEDGER_UPLOADS_H

/*
 * Uploaded bank files on the worker's side: the file's bytes, and steps of its rows with their fates. A step
 * is one transaction that moves upload.rows_done with the rows it stores: after a crash the file is read
 * again from its start and rows below rows_done are passed over; of two workers on one upload only one can
 * take a step.
 */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "statement/statement.h"

struct upload {
    struct id id, user_id, account_id;
    const char *format, *mapping; /* as asked for; mapping JSON or NULL */
    bool mapping_given;           /* else the mapping is what the account's last file was read by */
    bool reimport_deleted;
    int64_t rows_done, bytes;
    const char *currency; /* the account's; NULL when the account is gone */
};

/* Reads what is to be imported and marks it running. *found false: undone, finished or gone. */
int upload_begin(struct db *db, struct arena *arena, const struct id *id, struct upload *upload, bool *found,
                 struct err *err) MUST_CHECK;

/* Piece n of the file, from 0; data->data NULL behind the last. It lives in the arena. */
int upload_read_chunk(struct db *db, struct arena *arena, const struct id *id, int64_t n, struct str *data,
                      struct err *err) MUST_CHECK;

/* Rows collected for one step; texts are copied into the arena. */
struct upload_step {
    struct arena *arena;
    size_t capacity, stored, noted; /* rows to store; rows only to note (rejected, pending) */
    bool sent;                      /* upload_step_send began a transaction */
    struct {
        struct id *ids;
        int64_t *ordinals, *lines, *offsets, *amounts, *occurrences;
        int32_t *dates, *value_dates;
        bool *no_value_date;
        const char **descriptions, **payees, **memos, **references;
        struct str *fingerprints;
    } rows;
    struct {
        int64_t *ordinals, *lines, *offsets, *amounts;
        int32_t *dates;
        bool *no_date, *no_amount;
        const char **fates, **reasons, **descriptions;
    } notes;
};

/* capacity: rows and notes that fit; all memory is the arena's. Full: no more may be added. */
void upload_step_init(struct upload_step *step, struct arena *arena, size_t capacity);
bool upload_step_is_full(const struct upload_step *step);

/* A booked row. fingerprint: 32 bytes, copied. */
void upload_step_add(struct upload_step *step, const struct statement_row *row, const uint8_t *fingerprint,
                     int64_t occurrence);

/* A row that is not stored: "rejected" with its reason, or "pending". amount and date may be absent. */
void upload_step_note(struct upload_step *step, int64_t ordinal, int64_t line, int64_t offset,
                      const char *fate, const char *reason, const int32_t *date, const int64_t *amount_minor,
                      struct str description);

/* Begins to store the step in one transaction; PostgreSQL works on it while the caller reads on. The step
 * stays as it is, and db is used for nothing else, until upload_step_commit. ERR_RETRY when another worker
 * took it. */
int upload_step_send(struct db *db, const struct upload *upload, struct upload_step *step, int64_t now_ms,
                     struct err *err) MUST_CHECK;

/* Waits until the step that was sent is stored, commits it, and moves upload->rows_done behind it. Nothing
 * was sent: 0. */
int upload_step_commit(struct db *db, struct upload *upload, struct upload_step *step,
                       struct err *err) MUST_CHECK;

/* The end: state done or failed. *json: the upload as the API shows it; NULL when it was ended meanwhile. */
struct upload_end {
    const char *state, *format, *mapping, *encoding, *reconciliation, *difference,
        *error; /* may be NULL but for state, format */
    int certainty;
};
int upload_finish(struct db *db, struct arena *arena, const struct id *id, const struct upload_end *end,
                  int64_t now_ms, const char **json, struct err *err) MUST_CHECK;

/* Gives the planner statistics of a table that the upload made much larger: without, it may search each of
 * its rows through all the others. */
int upload_refresh_statistics(struct db *db, struct arena *arena, const struct id *id,
                              struct err *err) MUST_CHECK;

/* Takes out what an upload put in. *json: what was done; NULL when there is nothing to undo (any more). */
int upload_undo(struct db *db, struct arena *arena, const struct id *id, const struct id *user,
                int64_t now_ms, const char **json, struct err *err) MUST_CHECK;

#endif

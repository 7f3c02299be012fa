#include "ledger/batches.h"

int batches_open(struct db *db, struct arena *arena, struct job *members, size_t count,
                 const struct job *follow, const struct id *user, int64_t now_ms, struct err *err)
{
    if (count == 0)
        return err_set(err, ERR_BUG, "a batch without jobs");
    struct str envelope;
    if (job_encode_in(arena, follow, &envelope, err) != 0)
        return -1;
    struct id *ids = arena_array(arena, count, sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        members[i].flags |= JOB_MEMBER;
        ids[i] = members[i].id;
    }
    struct db_params params;
    db_params_init(&params, arena);
    db_add_id(&params, &follow->id);
    db_add_id(&params, user);
    db_add_text(&params, follow->task);
    db_add_text(&params, follow->queue);
    db_add_bytes(&params, envelope.data, envelope.size);
    db_add_ids(&params, ids, NULL, count);
    db_add_time(&params, now_ms);
    return db_run(db, &sql_batch_open, &params, NULL, err);
}

int batches_chain(struct db *db, struct arena *arena, struct job *jobs, size_t count, const struct id *user,
                  int64_t now_ms, struct err *err)
{
    /* From the end: each follow-up is stored with its own mark of being followed. */
    for (size_t i = count; i-- > 1;)
        if (batches_open(db, arena, &jobs[i - 1], 1, &jobs[i], user, now_ms, err) != 0)
            return -1;
    return 0;
}

int batches_done(struct db *db, struct arena *arena, const struct job *jobs, size_t count, int64_t now_ms,
                 struct str **envelopes, size_t *envelope_count, struct err *err)
{
    struct id *ids = arena_array(arena, count, sizeof *ids);
    size_t done = 0;
    *envelope_count = 0;
    for (size_t i = 0; i < count; i++)
        if ((jobs[i].flags & JOB_MEMBER) != 0 && !jobs[i].skip && jobs[i].outcome.kind == OUTCOME_DONE)
            ids[done++] = jobs[i].id;
    if (done == 0)
        return 0;
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_ids(&params, ids, NULL, done);
    db_add_time(&params, now_ms);
    if (db_run(db, &sql_batch_done, &params, &rows, err) != 0)
        return -1;
    *envelopes = arena_array(arena, (size_t)rows.count, sizeof **envelopes);
    for (int i = 0; i < rows.count; i++)
        (*envelopes)[i] = rows_bytes(&rows, i, 0);
    *envelope_count = (size_t)rows.count;
    return 0;
}

int batches_prune(struct db *db, struct arena *arena, int64_t before_ms, struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    db_add_time(&params, before_ms);
    return db_run(db, &sql_batch_prune, &params, NULL, err);
}

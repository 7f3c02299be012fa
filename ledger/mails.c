#include "ledger/mails.h"

#include "base/clock.h"
#include "base/crash.h"
#include "base/hash.h"
#include "base/settings.h"
#include "mail/mail.h"

/* The Date is that of the job: a mail sent again is the same to the last byte. */
static int write_message(struct arena *arena, const struct job *job, const struct mail_draft *draft,
                         struct mail_message *message, struct buf **bytes, struct err *err)
{
    char id[ID_TEXT_SIZE];
    id_format(&job->id, id);
    *message = (struct mail_message){
        .date_ms = job->enqueued_at_ms, .subject = draft->subject, .text = draft->text, .html = draft->html};
    if (mail_address_parse(arena, str_of(settings.mail_from), &message->from, err) != 0)
        return err_wrap(err, "PURSER_MAIL_FROM");
    if (mail_address_parse(arena, draft->to, &message->to, err) != 0)
        return -1;
    message->message_id = mail_message_id(arena, id, &message->from);
    *bytes = buf_new(arena, MAIL_MESSAGE_MAX);
    return mail_message_write(message, *bytes, err);
}

static int begin(struct db *db, struct arena *arena, const struct seal_key *key, const struct job *job,
                 const char *kind, const struct mail_message *message, bool *sent, struct err *err)
{
    uint8_t recipient[HASH_SIZE];
    hash_keyed(seal_derive(key, "mail recipient").bytes, message->to.address, strlen(message->to.address),
               recipient);
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_text(&params, message->message_id);
    db_add_id(&params, &job->id);
    db_add_text(&params, kind);
    db_add_bytes(&params, recipient, sizeof recipient);
    db_add_time(&params, clock_wall_ms());
    if (db_run(db, &sql_mail_begin, &params, &rows, err) != 0)
        return -1;
    *sent = strcmp(rows_text(&rows, 0, 0), "sent") == 0;
    return 0;
}

static int settle(struct db *db, struct arena *arena, const char *message_id, const char *state,
                  const char *error, struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    db_add_text(&params, message_id);
    db_add_text(&params, state);
    db_add_text(&params, error);
    db_add_time(&params, clock_wall_ms());
    return db_run(db, &sql_mail_settle, &params, NULL, err);
}

int mails_deliver(struct db *db, struct arena *arena, const struct seal_key *key, struct job *job,
                  const struct mail_draft *draft, struct err *err)
{
    struct err why = {ERR_NONE, ""};
    struct mail_message message;
    struct buf *bytes = NULL;
    job->outcome = (struct outcome){.kind = OUTCOME_DONE};
    if (write_message(arena, job, draft, &message, &bytes, &why) != 0) {
        job->outcome = (struct outcome){.kind = OUTCOME_DEAD, .reason = arena_strdup(arena, why.text)};
        return 0;
    }
    bool sent, unknown;
    if (begin(db, arena, key, job, draft->kind, &message, &sent, err) != 0)
        return -1;
    if (sent)
        return 0;
    crash_point("mail_begun");
    struct mail_envelope envelope = {message.from.address, message.to.address, message.message_id};
    struct mail_route route = mail_route_of_settings();
    int result = mail_send(&route, &envelope, (struct str){bytes->data, bytes->size}, &unknown, &why);
    crash_point("mail_sent");
    if (result == 0)
        return settle(db, arena, message.message_id, "sent", NULL, err);
    bool again = why.class == ERR_RETRY;
    job->outcome.kind = again ? OUTCOME_RETRY : OUTCOME_DEAD;
    job->outcome.reason = arena_strdup(arena, why.text);
    return settle(db, arena, message.message_id,
                  !again    ? "failed"
                  : unknown ? "unknown"
                            : "deferred",
                  why.text, err);
}

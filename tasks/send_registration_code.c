/*
 * send_registration_code: mails a code, or tells a known address that it has an account already.
 *
 * Needs     {"email", "kind": "code" | "known" | "reset", "sealed"?, "valid_s"?}; sealed is the code under
 *           seal_derive(key, SEAL_MAILED_CODE), and "known" has none to show. PURSER_KEYS, PURSER_MAIL_URL.
 * Promises  at least one mail, nearly always exactly one (ledger/mails.h), or a dead job with the server's
 * reply. The code is never in a log, in Redis, or in the job's result.
 */
#include <stddef.h>

#include "base/json.h"
#include "base/settings.h"
#include "ledger/mails.h"
#include "mail/template.h"
#include "tasks/args.h"
#include "tasks/telling.h"

struct args {
    const char *email, *kind, *sealed;
    int64_t valid_s;
};

static const struct json_field fields[] = {
    {"email", JSON_FIELD_TEXT, JSON_REQUIRED, 3, MAIL_ADDRESS_MAX, offsetof(struct args, email)},
    {"kind", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 16, offsetof(struct args, kind)},
    {"sealed", JSON_FIELD_TEXT, JSON_NULLABLE, 0, 512, offsetof(struct args, sealed)},
    {"valid_s", JSON_FIELD_INT, 0, 1, 86400, offsetof(struct args, valid_s)},
};

/* One mail's words; {code} and {minutes}, or {url}, are filled in. */
static const struct words {
    const char *kind, *subject, *text, *html;
    bool has_code;
} all_words[] = {
    {"code", "Your code for Purser",
     "Your code for Purser:\n\n    {code}\n\n"
     "It is good for {minutes} minutes and for one use; a newer code makes it void.\n\n"
     "Did you not ask for it? Then ignore this mail: without the code nothing happens.\n",
     "<p>Your code for Purser:</p>\n<p style=\"font:bold 24px monospace;letter-spacing:4px\">{code}</p>\n"
     "<p>It is good for {minutes} minutes and for one use; a newer code makes it void.</p>\n"
     "<p>Did you not ask for it? Then ignore this mail: without the code nothing happens.</p>\n",
     true},
    {"reset", "Your code for a new password at Purser",
     "Your code to set a new password at Purser:\n\n    {code}\n\n"
     "It is good for {minutes} minutes and for one use; a newer code makes it void.\n\n"
     "Did you not ask for it? Then ignore this mail: your password stays as it is.\n",
     "<p>Your code to set a new password at Purser:</p>\n"
     "<p style=\"font:bold 24px monospace;letter-spacing:4px\">{code}</p>\n"
     "<p>It is good for {minutes} minutes and for one use; a newer code makes it void.</p>\n"
     "<p>Did you not ask for it? Then ignore this mail: your password stays as it is.</p>\n",
     true},
    {"known", "You already have an account at Purser",
     "Someone, probably you, asked to register this address at Purser.\n\n"
     "You already have an account. Sign in at {url}; if you forgot your password, ask for a new one "
     "there.\n\n"
     "Was it not you? Then ignore this mail: nothing has changed.\n",
     "<p>Someone, probably you, asked to register this address at Purser.</p>\n"
     "<p>You already have an account. Sign in at <a href=\"{url}\">{url}</a>; if you forgot your password, "
     "ask for a new "
     "one there.</p>\n<p>Was it not you? Then ignore this mail: nothing has changed.</p>\n",
     false},
};

static const struct words *find_words(const char *kind)
{
    for (size_t i = 0; i < sizeof all_words / sizeof *all_words; i++)
        if (strcmp(all_words[i].kind, kind) == 0)
            return &all_words[i];
    return NULL;
}

static const struct words *read_args(json_t *value, struct args *args, struct arena *arena,
                                     struct faults *faults)
{
    *args = (struct args){.valid_s = 600};
    if (JSON_DECODE(value, "", fields, args, arena, faults) != 0)
        return NULL;
    const struct words *words = find_words(args->kind);
    if (words == NULL)
        faults_add(faults, "/kind", "must be code, known or reset");
    else if (words->has_code && args->sealed == NULL)
        faults_add(faults, "/sealed", "is missing");
    return faults->count > 0 ? NULL : words;
}

static void validate(json_t *value, struct arena *arena, struct faults *faults)
{
    struct args args;
    (void)read_args(value, &args, arena, faults);
}

static int run_one(struct task_context *context, const struct seal_key *key, struct job *job, struct err *err)
{
    struct arena *arena = context->arena;
    struct faults faults;
    struct args args;
    faults_init(&faults, arena);
    json_t *value = json_read(arena, job->args, &faults);
    const struct words *words = value == NULL ? NULL : read_args(value, &args, arena, &faults);
    if (words == NULL) {
        task_refuse_args(context, job, &faults);
        return 0;
    }
    struct str code = STR("");
    struct seal_key code_key = seal_derive(key, SEAL_MAILED_CODE);
    struct err why;
    if (words->has_code && seal_open(arena, &code_key, str_of(args.sealed), &code, &why) != 0) {
        job->outcome.kind = OUTCOME_DEAD;
        job->outcome.reason = "the code was sealed under another key";
        return 0;
    }
    const struct mail_value values[] = {
        {"code", code.data},
        {"url", settings.url},
        {"minutes", arena_printf(arena, "%d", (int)(args.valid_s + 59) / 60)},
        {NULL, NULL},
    };
    struct mail_draft draft = {
        .kind = words->kind,
        .to = str_of(args.email),
        .subject = words->subject,
        .text = mail_fill(arena, words->text, values, MAIL_TEXT),
        .html = mail_fill(arena, words->html, values, MAIL_HTML),
    };
    return mails_deliver(context->db, arena, key, job, &draft, err);
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    return telling_run_each(context, jobs, count, run_one, err);
}

const struct task task_send_registration_code = {
    .name = "send_registration_code",
    .summary = "Mails a code for a registration or a new password.",
    .queue = "mail",
    .batch_max = 4,
    .timeout_ms = 120000,
    .retry = {.attempts_max = 8, .base_ms = 1000, .max_ms = 60000},
    .args_max = 1024,
    .transaction = TASK_OWN_TRANSACTIONS,
    .validate = validate,
    .run = run,
};

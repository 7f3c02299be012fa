#include "queue/job.h"

#include <inttypes.h>
#include <string.h>

/*
 * The header is text of fixed width, so that Lua reads a field with one string.sub and any language writes it
 * with one format. docs/queue.md has the same table; tests/integration/test_queue_protocol.py holds the two
 * together.
 */
enum {
    AT_FLAGS = 3,
    AT_ATTEMPT = 4,
    AT_CRASHES = 8,
    AT_ENQUEUED = 10,
    AT_RUN_AT = 23,
    AT_DEADLINE = 36,
    AT_ID = 49,
    AT_LENGTHS = 85,
    AT_NEWLINE = 99,
    TIME_DIGITS = 13,
    ATTEMPT_MAX = 9999,
    CRASHES_MAX = 99,
};
static const int64_t time_max = INT64_C(9999999999999);

enum charset { CHARS_NAME, CHARS_KEY, CHARS_TRACE };

/* The texts behind the header, in their order. */
static const struct text_field {
    const char *name;
    size_t offset, max;
    int digits;
    enum charset chars;
    bool needed;
} texts[] = {
    {"task", offsetof(struct job, task), JOB_NAME_MAX, 2, CHARS_NAME, true},
    {"queue", offsetof(struct job, queue), JOB_NAME_MAX, 2, CHARS_NAME, true},
    {"lane", offsetof(struct job, lane), JOB_NAME_MAX, 2, CHARS_KEY, false},
    {"unique", offsetof(struct job, unique), JOB_UNIQUE_MAX, 3, CHARS_KEY, false},
    {"limit", offsetof(struct job, limit), JOB_UNIQUE_MAX, 3, CHARS_KEY, false},
    {"traceparent", offsetof(struct job, traceparent), JOB_NAME_MAX, 2, CHARS_TRACE, false},
};
enum { TEXT_COUNT = sizeof texts / sizeof *texts };

static const char *const state_names[] = {
    [JOB_SCHEDULED] = "scheduled", [JOB_QUEUED] = "queued",   [JOB_RUNNING] = "running",
    [JOB_RETRYING] = "retrying",   [JOB_DONE] = "done",       [JOB_DEAD] = "dead",
    [JOB_CANCELLED] = "cancelled", [JOB_EXPIRED] = "expired",
};

const char *job_state_name(enum job_state state)
{
    return state_names[state];
}

int job_state_find(struct str name, enum job_state *state)
{
    for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++)
        if (str_equal(name, str_of(state_names[i]))) {
            *state = (enum job_state)i;
            return 0;
        }
    return -1;
}

bool job_state_is_final(enum job_state state)
{
    return state >= JOB_DONE;
}

static bool is_allowed(char c, enum charset chars)
{
    bool is_digit = c >= '0' && c <= '9';
    switch (chars) {
    case CHARS_NAME:
        return is_digit || (c >= 'a' && c <= 'z') || c == '_';
    case CHARS_KEY:
        return c > ' ' && c < 0x7F;
    case CHARS_TRACE:
        return is_digit || (c >= 'a' && c <= 'f') || c == '-';
    }
    return false;
}

static int check_text(const struct text_field *field, struct str text, struct err *err)
{
    if (field->needed && text.size == 0)
        return err_set(err, ERR_REJECT, "%s of the job is missing", field->name);
    if (text.size > field->max)
        return err_set(err, ERR_REJECT, "%s of the job is longer than %zu bytes", field->name, field->max);
    for (size_t i = 0; i < text.size; i++)
        if (!is_allowed(text.data[i], field->chars))
            return err_set(err, ERR_REJECT, "%s of the job has the byte 0x%02x, which is not allowed there",
                           field->name, (unsigned char)text.data[i]);
    return 0;
}

static int check_args(struct str args, struct err *err)
{
    if (args.size < 2 || args.data[0] != '{' || args.data[args.size - 1] != '}')
        return err_set(err, ERR_REJECT, "args of the job are no JSON object");
    if (!str_is_utf8(args))
        return err_set(err, ERR_REJECT, "args of the job are not UTF-8");
    return 0;
}

static int check_number(const char *name, int64_t value, int64_t max, struct err *err)
{
    if (value < 0 || value > max)
        return err_set(err, ERR_REJECT, "%s of the job must be from 0 to %" PRId64, name, max);
    return 0;
}

/* `digits` digits at `at`; the value fits. What printf takes for it is most of the time of a put
 * (bench/queue). */
static void write_number(char *at, int digits, int64_t value)
{
    while (digits-- > 0) {
        at[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

static void write_header(char *out, const struct job *job, const struct str parts[TEXT_COUNT])
{
    char id[ID_TEXT_SIZE];
    memcpy(out, "PJ1", 3);
    out[AT_FLAGS] = "0123456789abcdef"[job->flags];
    write_number(out + AT_ATTEMPT, 4, job->attempt);
    write_number(out + AT_CRASHES, 2, job->crashes);
    write_number(out + AT_ENQUEUED, TIME_DIGITS, job->enqueued_at_ms);
    write_number(out + AT_RUN_AT, TIME_DIGITS, job->run_at_ms);
    write_number(out + AT_DEADLINE, TIME_DIGITS, job->deadline_ms);
    id_format(&job->id, id);
    memcpy(out + AT_ID, id, sizeof id - 1);
    out += AT_LENGTHS;
    for (int i = 0; i < TEXT_COUNT; out += texts[i++].digits)
        write_number(out, texts[i].digits, (int64_t)parts[i].size);
    *out = '\n';
}

int job_encode(const struct job *job, struct buf *envelope, struct err *err)
{
    struct str parts[TEXT_COUNT];
    size_t size = JOB_HEADER_SIZE + job->args.size;
    for (int i = 0; i < TEXT_COUNT; i++) {
        const char *text = *(const char *const *)((const char *)job + texts[i].offset);
        parts[i] = str_of(text == NULL ? "" : text);
        if (check_text(&texts[i], parts[i], err) != 0)
            return -1;
        size += parts[i].size;
    }
    if (check_args(job->args, err) != 0 || check_number("attempt", job->attempt, ATTEMPT_MAX, err) != 0 ||
        check_number("crashes", job->crashes, CRASHES_MAX, err) != 0 ||
        check_number("flags", job->flags, 15, err) != 0 ||
        check_number("enqueued_at", job->enqueued_at_ms, time_max, err) != 0 ||
        check_number("run_at", job->run_at_ms, time_max, err) != 0 ||
        check_number("deadline", job->deadline_ms, time_max, err) != 0)
        return -1;
    if (size > JOB_ENVELOPE_MAX)
        return err_set(err, ERR_REJECT,
                       "the job has %zu bytes; at most %d are taken, larger data belongs in the database",
                       size, JOB_ENVELOPE_MAX);
    char header[JOB_HEADER_SIZE];
    write_header(header, job, parts);
    buf_add(envelope, header, sizeof header);
    for (int i = 0; i < TEXT_COUNT; i++)
        buf_add(envelope, parts[i].data, parts[i].size);
    buf_add(envelope, job->args.data, job->args.size);
    if (envelope->overflowed)
        return err_set(err, ERR_BUG, "the buffer for envelopes is full");
    return 0;
}

int job_encode_in(struct arena *arena, const struct job *job, struct str *envelope, struct err *err)
{
    struct buf *buf = buf_new(arena, JOB_ENVELOPE_MAX);
    int result = job_encode(job, buf, err);
    *envelope = (struct str){buf->data, buf->size};
    return result;
}

/* Digits only: no sign, no space. */
static int read_number(struct str envelope, size_t at, int digits, const char *name, int64_t *value,
                       struct err *err)
{
    *value = 0;
    for (int i = 0; i < digits; i++) {
        char c = envelope.data[at + i];
        if (c < '0' || c > '9')
            return err_set(err, ERR_REJECT, "%s in the envelope is no number (byte %zu)", name, at + i);
        *value = *value * 10 + (c - '0');
    }
    return 0;
}

static int read_flags(char c, unsigned *flags, struct err *err)
{
    if (c >= '0' && c <= '9')
        *flags = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *flags = (unsigned)(c - 'a' + 10);
    else
        return err_set(err, ERR_REJECT, "flags in the envelope are no hexadecimal digit (byte %d)", AT_FLAGS);
    return 0;
}

static int read_header(struct str envelope, struct job *job, struct err *err)
{
    int64_t attempt, crashes;
    if (envelope.size < JOB_HEADER_SIZE)
        return err_set(err, ERR_REJECT, "the envelope has %zu bytes; its header alone has %d", envelope.size,
                       JOB_HEADER_SIZE);
    if (envelope.size > JOB_ENVELOPE_MAX)
        return err_set(err, ERR_REJECT, "the envelope has %zu bytes; at most %d are taken", envelope.size,
                       JOB_ENVELOPE_MAX);
    if (memcmp(envelope.data, "PJ1", 3) != 0)
        return err_set(err, ERR_REJECT, "the envelope does not start with PJ1");
    if (read_flags(envelope.data[AT_FLAGS], &job->flags, err) != 0 ||
        read_number(envelope, AT_ATTEMPT, 4, "attempt", &attempt, err) != 0 ||
        read_number(envelope, AT_CRASHES, 2, "crashes", &crashes, err) != 0 ||
        read_number(envelope, AT_ENQUEUED, TIME_DIGITS, "enqueued_at", &job->enqueued_at_ms, err) != 0 ||
        read_number(envelope, AT_RUN_AT, TIME_DIGITS, "run_at", &job->run_at_ms, err) != 0 ||
        read_number(envelope, AT_DEADLINE, TIME_DIGITS, "deadline", &job->deadline_ms, err) != 0)
        return -1;
    job->attempt = (int)attempt;
    job->crashes = (int)crashes;
    char text[ID_TEXT_SIZE];
    struct str id = {envelope.data + AT_ID, ID_TEXT_SIZE - 1};
    const char *wrong = "the envelope's id is no UUID in lower case";
    if (id_parse(id, &job->id) != 0)
        return err_set(err, ERR_REJECT, "%s", wrong);
    id_format(&job->id, text);
    if (memcmp(text, id.data, id.size) != 0)
        return err_set(err, ERR_REJECT, "%s", wrong);
    if (envelope.data[AT_NEWLINE] != '\n')
        return err_set(err, ERR_REJECT, "the envelope's header does not end with a newline (byte %d)",
                       AT_NEWLINE);
    return 0;
}

int job_decode(struct str envelope, struct arena *arena, struct job *job, struct err *err)
{
    *job = (struct job){0};
    if (read_header(envelope, job, err) != 0)
        return -1;
    size_t at = AT_LENGTHS, text_at = JOB_HEADER_SIZE;
    for (int i = 0; i < TEXT_COUNT; i++) {
        int64_t length;
        if (read_number(envelope, at, texts[i].digits, texts[i].name, &length, err) != 0)
            return -1;
        if ((size_t)length > envelope.size - text_at)
            return err_set(err, ERR_REJECT, "the envelope ends inside its %s", texts[i].name);
        struct str text = {envelope.data + text_at, (size_t)length};
        if (check_text(&texts[i], text, err) != 0)
            return -1;
        *(const char **)((char *)job + texts[i].offset) = arena_memdup(arena, text.data, text.size);
        at += texts[i].digits;
        text_at += text.size;
    }
    struct str args = {envelope.data + text_at, envelope.size - text_at};
    if (check_args(args, err) != 0)
        return -1;
    job->args = (struct str){arena_memdup(arena, args.data, args.size), args.size};
    return 0;
}

/*
 * purser demo [FILE]: the main job with real output, for a made-up person: registered by a code out of the
 * mail drop, a bank file uploaded, the job waited for, all read back. FILE keeps the person and FILE.csv the
 * bank file, so that a second run finds the data, uploads the same file again, and shows that nothing
 * doubles.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/settings.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/person.h"
#include "finance/date.h"
#include "finance/money.h"

enum { DEADLINE_MS = 30000, FILE_MAX = 8 * 1024, MS_PER_DAY = 24 * 60 * 60 * 1000 };

static const struct {
    int days_ago;
    const char *amount, *description;
} sample[] = {
    {1, "-4.20", "Corner Café"},
    {2, "-63.18", "Greengrocer Market Street"},
    {3, "-11.99", "Film Stream monthly"},
    {5, "2750.00", "Salary Loomworks Ltd"},
    {6, "-820.00", "Rent Harbour Lane 7"},
    {8, "-42.50", "City Power & Gas"},
    {9, "-4.20", "Corner Café"},
    {12, "-29.00", "Tram pass"},
    {15, "-87.35", "Greengrocer Market Street"},
    {19, "18.40", "Refund Bookshop"},
    {23, "-55.10", "Bookshop"},
    {27, "-9.80", "Bakery Anselm"},
};

enum { SAMPLE_COUNT = sizeof sample / sizeof *sample };

static void show(const char *step, const char *value)
{
    printf("  %-50s %s\n", step, value);
    fflush(stdout);
}

/* Name and password of the person, one a line. -1 when there is no such file. */
static int load_person(const char *path, struct person *person)
{
    FILE *file = path == NULL ? NULL : fopen(path, "re");
    if (file == NULL)
        return -1;
    int got = fscanf(file, "%127s %32s", person->username, person->password);
    fclose(file);
    return got == 2 ? 0 : -1;
}

static int save_person(const char *path, const struct person *person, struct err *err)
{
    if (path == NULL)
        return 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%s\n%s\n", person->username, person->password) < 0)
        err_set(err, ERR_RETRY, "%s: %s", path, strerror(errno));
    else
        return close(fd);
    if (fd >= 0)
        close(fd);
    return -1;
}

static int make_person(struct http *http, const char *path, struct person *person, struct err *err)
{
    struct maildrop *drop = maildrop_open(settings.mail_url, err);
    if (drop == NULL)
        return -1;
    uint32_t number = randombytes_random();
    snprintf(person->username, sizeof person->username, "ada%08x", number);
    snprintf(person->email, sizeof person->email, "ada%08x@example.com", number);
    person_make_password(person);
    int failed = person_register(http, drop, person, show, err);
    maildrop_close(drop);
    return failed == 0 ? save_person(path, person, err) : failed;
}

/* The bank file: the one of the last time, else a new one, whose last entry is of yesterday. */
static const char *bank_file(struct arena *arena, const char *path)
{
    char text[FILE_MAX + 1] = "";
    FILE *file = path == NULL ? NULL : fopen(path, "re");
    if (file != NULL) {
        text[fread(text, 1, FILE_MAX, file)] = '\0';
        fclose(file);
        return arena_strdup(arena, text);
    }
    struct buf made;
    buf_init(&made, FILE_MAX);
    buf_add_text(&made, "Date,Description,Amount\r\n");
    int32_t today = (int32_t)(clock_wall_ms() / MS_PER_DAY);
    for (size_t i = SAMPLE_COUNT; i-- > 0;) {
        char day[DATE_TEXT_SIZE];
        date_format(today - sample[i].days_ago, day);
        buf_printf(&made, "%s,%s,%s\r\n", day, sample[i].description, sample[i].amount);
    }
    const char *content = arena_memdup(arena, made.data, made.size);
    buf_free(&made);
    file = path == NULL ? NULL : fopen(path, "we");
    if (file != NULL) { /* without it the next run makes another, which is no harm */
        fputs(content, file);
        fclose(file);
    }
    return content;
}

static int wait_for_job(struct http *http, struct arena *arena, const char *job, struct err *err)
{
    int64_t started_ms = clock_mono_ms();
    struct http_request request = {.method = "GET", .path = arena_printf(arena, "/v1/jobs/%s", job)};
    while (clock_mono_ms() - started_ms < DEADLINE_MS) {
        struct http_reply reply;
        if (http_call(http, arena, &request, &reply, err) != 0)
            return -1;
        const char *state = http_text(reply.body, "state");
        if (strcmp(state, "done") == 0) {
            show("the job is done, in ms", arena_printf(arena, "%" PRId64, clock_mono_ms() - started_ms));
            return 0;
        }
        if (strcmp(state, "dead") == 0)
            return err_set(err, ERR_REJECT, "the job is dead: %s", http_text(reply.body, "error"));
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return err_set(err, ERR_RETRY, "job %s did not end within %d s; does a worker run?", job,
                   DEADLINE_MS / 1000);
}

static int show_fates(struct http *http, struct arena *arena, const char *upload, struct err *err)
{
    struct http_request request = {.method = "GET", .path = arena_printf(arena, "/v1/uploads/%s", upload)};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    struct buf words;
    buf_init(&words, FILE_MAX);
    const char *fate;
    json_t *count;
    json_object_foreach(json_object_get(reply.body, "fates"), fate, count) if (json_integer_value(count) > 0)
        buf_printf(&words, "%s%" JSON_INTEGER_FORMAT " %s", words.size == 0 ? "" : ", ",
                   json_integer_value(count), fate);
    show("every row has its fate", arena_memdup(arena, words.data == NULL ? "" : words.data, words.size));
    buf_free(&words);
    return 0;
}

static int upload_sample(struct http *http, struct arena *arena, const struct person *person,
                         const char *path, struct err *err)
{
    struct id id = id_new();
    char key[ID_TEXT_SIZE];
    id_format(&id, key);
    struct http_request request = {
        .method = "POST",
        .path = arena_printf(arena, "/v1/uploads?account_id=%s", person->account_id),
        .body = bank_file(arena, path),
        .key = key,
        .type = "text/csv",
    };
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    const char *job = http_text(json_object_get(reply.body, "job"), "id");
    show("uploaded a bank file, answered 202 with the job", job);
    if (wait_for_job(http, arena, job, err) != 0)
        return -1;
    return show_fates(http, arena, http_text(json_object_get(reply.body, "upload"), "id"), err);
}

static int print_books(struct http *http, struct arena *arena, struct err *err)
{
    struct http_request request = {.method = "GET", .path = "/v1/transactions?limit=500"};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    int64_t in = 0, out = 0;
    size_t i;
    json_t *row, *list = json_object_get(reply.body, "data");
    const char *code = "";
    int exponent = 2;
    printf("\n  %-12s %12s  %s\n", "date", "amount", "description");
    json_array_foreach(list, i, row)
    {
        code = http_text(row, "currency");
        const struct currency *currency = currency_find(str_of(code));
        exponent = currency == NULL ? 2 : currency->exponent;
        int64_t minor;
        if (money_parse(str_of(http_text(row, "amount")), exponent, &minor) != MONEY_OK)
            return err_set(err, ERR_BUG, "an amount can't be read");
        *(minor < 0 ? &out : &in) += minor;
        printf("  %-12s %12s  %s\n", http_text(row, "date"), http_text(row, "amount"),
               http_text(row, "description"));
    }
    char income[MONEY_TEXT_SIZE], expense[MONEY_TEXT_SIZE], net[MONEY_TEXT_SIZE];
    money_format(in, exponent, income);
    money_format(-out, exponent, expense);
    money_format(in + out, exponent, net);
    printf("\n  %zu transactions: income %s, expense %s, net %s %s\n\n", json_array_size(list), income,
           expense, net, code);
    return 0;
}

static int demonstrate(struct http *http, struct arena *arena, const char *path, struct err *err)
{
    struct person person = {.username = ""};
    bool known = load_person(path, &person) == 0;
    puts(known ? "\nThe main job, for the person of the last time:\n"
               : "\nThe main job, for a made-up person:\n");
    if (!known && make_person(http, path, &person, err) != 0)
        return -1;
    if (person_log_in(http, &person, err) != 0)
        return -1;
    show("logged in as", person.username);
    if (known)
        show("what was stored before is still there; the same", "file again changes nothing:");
    const char *file = path == NULL ? NULL : arena_printf(arena, "%s.csv", path);
    if (upload_sample(http, arena, &person, file, err) != 0)
        return -1;
    if (print_books(http, arena, err) != 0)
        return -1;
    printf("  The same as a page: %s/\n  Sign in as %s with the password %s\n\n", settings.url,
           person.username, person.password);
    return 0;
}

static int run(int argc, char **argv, struct err *err)
{
    if (argc > 2)
        return EXIT_USAGE;
    struct arena arena;
    arena_init(&arena);
    struct http *http = http_open(settings.url, DEADLINE_MS, err);
    int failed = http == NULL ? -1 : demonstrate(http, &arena, argv[1], err);
    http_close(http);
    arena_free(&arena);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_demo = {
    .name = "demo",
    .usage = "[FILE]",
    .summary = "Show the main job with real output; FILE keeps the made-up person for the next time",
    .run = run,
};

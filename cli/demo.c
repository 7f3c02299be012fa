/*
 * purser demo [FILE]: the main job with real output, for a made-up person: registered by a code out of the
 * mail drop, transactions posted, the job waited for, all read back. FILE keeps the person, so that a second
 * run finds the data.
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

#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/person.h"
#include "finance/date.h"
#include "finance/money.h"

enum { DEADLINE_MS = 30000, MS_PER_DAY = 24 * 60 * 60 * 1000 };

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
    printf("  %-46s %s\n", step, value);
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

static json_t *sample_body(const struct person *person)
{
    json_t *list = json_array();
    int32_t today = (int32_t)(clock_wall_ms() / MS_PER_DAY);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        char day[DATE_TEXT_SIZE];
        date_format(today - sample[i].days_ago, day);
        json_array_append_new(list,
                              json_pack("{ssssssss}", "account_id", person->account_id, "amount",
                                        sample[i].amount, "date", day, "description", sample[i].description));
    }
    return json_pack("{so}", "transactions", list);
}

static int wait_for_job(struct http *http, struct arena *arena, const char *job, struct err *err)
{
    int64_t started_ms = clock_mono_ms();
    struct http_request request = {"GET", arena_printf(arena, "/v1/jobs/%s", job), NULL, NULL};
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

static int post_sample(struct http *http, struct arena *arena, const struct person *person, struct err *err)
{
    struct http_request request = {
        .method = "POST",
        .path = "/v1/transactions",
        .body = json_write(arena, json_own(arena, sample_body(person))),
        .key = arena_printf(arena, "demo-%s", person->username),
    };
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    const char *job = http_text(json_object_get(reply.body, "job"), "id");
    show("posted transactions", arena_printf(arena, "%d", SAMPLE_COUNT));
    show("answered 202 with the job", job);
    return wait_for_job(http, arena, job, err);
}

static int print_books(struct http *http, struct arena *arena, struct err *err)
{
    struct http_request request = {"GET", "/v1/transactions?limit=500", NULL, NULL};
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
        show("what was stored before is still there:", "");
    else if (post_sample(http, arena, &person, err) != 0)
        return -1;
    return print_books(http, arena, err);
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

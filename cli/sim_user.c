#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "cli/sim.h"
#include "finance/date.h"
#include "finance/money.h"

enum { FOLLOW_DEADLINE_MS = 120000, CENTS_MAX = 250000, MS_PER_DAY = 24 * 60 * 60 * 1000 };

/* The amount of a user's n-th transaction: never zero, from -2,499.99 to 2,500.00. */
static int64_t amount_of(const struct sim *sim, const struct sim_user *user, int64_t n)
{
    const int64_t parts[] = {sim->seed, user->number, n};
    uint64_t hash = hash_fnv1a(HASH_FNV_START, parts, sizeof parts);
    int64_t cents = (int64_t)(hash % (2 * CENTS_MAX)) - CENTS_MAX + 1;
    return cents == 0 ? CENTS_MAX : cents;
}

int sim_user_open(struct sim *sim, struct sim_user *user, struct http *http, struct err *err)
{
    struct person *person = &user->person;
    uint32_t run = (uint32_t)sim->seed;
    snprintf(person->username, sizeof person->username, "sim%08xn%d", run, (int)user->number);
    snprintf(person->email, sizeof person->email, "sim%08xn%d@example.com", run, (int)user->number);
    person_make_password(person);
    int64_t started_us = clock_mono_us();
    http_use_token(http, NULL);
    if (person_register(http, sim->drop, person, NULL, err) != 0 || person_log_in(http, person, err) != 0)
        return err_wrap(err, "user %s", person->username);
    user->registered_us = clock_mono_us() - started_us;
    return 0;
}

/* Until the job has ended; any end but done is a failure. */
static int follow(struct http *http, struct arena *arena, const char *job, struct err *err)
{
    struct http_request request = {.method = "GET", .path = arena_printf(arena, "/v1/jobs/%s", job)};
    struct http_reply reply;
    for (int64_t end = clock_mono_ms() + FOLLOW_DEADLINE_MS; clock_mono_ms() < end;) {
        if (http_call(http, arena, &request, &reply, err) != 0)
            return -1;
        const char *state = http_text(reply.body, "state");
        if (strcmp(state, "done") == 0)
            return 0;
        if (strcmp(state, "dead") == 0 || strcmp(state, "cancelled") == 0 || strcmp(state, "expired") == 0)
            return err_set(err, ERR_REJECT, "job %s is %s: %s", job, state, http_text(reply.body, "error"));
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return err_set(err, ERR_RETRY, "job %s did not end within %d s", job, FOLLOW_DEADLINE_MS / 1000);
}

static int post_one(struct sim *sim, struct sim_user *user, int64_t n, struct http *http, struct arena *arena,
                    struct sim_times *times, struct err *err)
{
    const struct currency *currency = currency_find(str_of(user->person.currency));
    char amount[MONEY_TEXT_SIZE], day[DATE_TEXT_SIZE];
    int64_t cents = amount_of(sim, user, n);
    money_format(cents, currency == NULL ? 2 : currency->exponent, amount);
    date_format((int32_t)(clock_wall_ms() / MS_PER_DAY - n % 365), day);
    json_t *body = json_pack("{ssssssso}", "account_id", user->person.account_id, "amount", amount, "date",
                             day, "description", json_sprintf("sim %" PRId64, n));
    struct http_request request = {
        .method = "POST",
        .path = "/v1/transactions",
        .body = json_write(arena, json_own(arena, body)),
        .key = arena_printf(arena, "%s-%" PRId64, user->person.username, n),
    };
    struct http_reply reply;
    int64_t started_us = clock_mono_us();
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    if (reply.status != 202)
        return err_set(err, ERR_BUG, "a transaction was answered %ld, not 202", reply.status);
    int64_t accepted_us = clock_mono_us();
    measure_add(&times->accept, accepted_us - started_us);
    times->repeats += reply.repeats;
    user->accepted[n] = 1;
    user->claimed++;
    user->claimed_minor += cents;
    atomic_fetch_add(&sim->accepted, 1);
    if (n % sim->follow_every != 0)
        return 0;
    const char *job = http_text(json_object_get(reply.body, "job"), "id");
    if (follow(http, arena, job, err) != 0)
        return -1;
    measure_add(&times->stored, clock_mono_us() - accepted_us);
    return 0;
}

int sim_user_post(struct sim *sim, struct sim_user *user, struct http *http, struct sim_times *times,
                  struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    int failed = 0;
    for (int64_t n = 0; n < sim->per_user && failed == 0; n++) {
        failed = post_one(sim, user, n, http, &arena, times, err);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return failed;
}

/* Counts one transaction that was read back; `seen` says how often each was. */
static int count_one(struct sim *sim, struct sim_user *user, json_t *row, char *seen, struct err *err)
{
    int64_t minor, n;
    const struct currency *currency = currency_find(str_of(http_text(row, "currency")));
    struct str description = str_of(http_text(row, "description"));
    if (currency == NULL ||
        money_parse(str_of(http_text(row, "amount")), currency->exponent, &minor) != MONEY_OK)
        return err_set(err, ERR_BUG, "a stored transaction has no amount that can be read");
    if (!str_starts(description, "sim ") ||
        str_to_int((struct str){description.data + 4, description.size - 4}, &n) != 0 || n < 0 ||
        n >= sim->per_user || minor != amount_of(sim, user, n))
        return err_set(err, ERR_BUG, "%s has a transaction that was never posted: '%s'",
                       user->person.username, description.data);
    user->found++;
    user->found_minor += minor;
    if (seen[n] < 2)
        seen[n]++;
    return 0;
}

static int read_back(struct sim *sim, struct sim_user *user, struct http *http, char *seen, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    const char *cursor = "";
    int failed = 0;
    user->found = user->found_minor = 0;
    memset(seen, 0, (size_t)sim->per_user);
    while (failed == 0 && cursor != NULL) {
        struct http_request request = {.method = "GET"};
        request.path =
            arena_printf(&arena, "/v1/transactions?limit=500%s%s", *cursor == '\0' ? "" : "&cursor=", cursor);
        struct http_reply reply;
        failed = http_call(http, &arena, &request, &reply, err);
        if (failed != 0)
            break;
        size_t i;
        json_t *row;
        json_array_foreach(json_object_get(reply.body, "data"), i, row) if (failed == 0) failed =
            count_one(sim, user, row, seen, err);
        cursor = json_string_value(json_object_get(reply.body, "next_cursor"));
    }
    arena_free(&arena);
    return failed;
}

int sim_user_check(struct sim *sim, struct sim_user *user, struct http *http, int64_t end_ms, struct err *err)
{
    char *seen = calloc(1, (size_t)sim->per_user + 1);
    if (seen == NULL)
        abort();
    int failed = 0;
    for (;;) {
        failed = read_back(sim, user, http, seen, err);
        if (failed != 0 || user->found >= user->claimed || clock_mono_ms() > end_ms)
            break;
        nanosleep(&(struct timespec){0, 20 * 1000000L}, NULL);
    }
    user->doubled = user->missing = 0;
    for (int64_t n = 0; n < sim->per_user; n++) {
        user->doubled += seen[n] > 1;
        user->missing += user->accepted[n] != 0 && seen[n] == 0;
    }
    atomic_fetch_add(&sim->stored, user->found);
    free(seen);
    return failed;
}

/*
 * purser sim -u USERS -t THREADS -x TRANSACTIONS: users who register, log in, post transactions and read them
 * back; then the books are compared: what was accepted must be stored, once, to the cent. Exit 1 when it is
 * not.
 */

#include "cli/sim.h"

#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/command.h"
#include "finance/money.h"

enum {
    USERS_MAX = 100000,
    THREADS_MAX = 256,
    PER_USER_MAX = 1000000,
    FOLLOWED = 500,             /* about as many transactions are followed until they are stored */
    REPEAT_DEADLINE_MS = 60000, /* a request is repeated so long through crashes of the other side */
    STORE_DEADLINE_MS = 120000, /* from the last acceptance until all must be readable */
    BAR_WIDTH = 40,
};

enum phase { PHASE_REGISTER, PHASE_POST, PHASE_CHECK, PHASE_COUNT };

struct sim_thread {
    struct sim *sim;
    int64_t first; /* it drives the users first, first + threads, … */
    enum phase phase;
    struct sim_times times;
    struct err err;
    int failed;
    int64_t deadline_ms;
    pthread_t id;
};

static int drive_user(struct sim_thread *thread, struct sim_user *user, struct http *http)
{
    struct sim *sim = thread->sim;
    switch (thread->phase) {
    case PHASE_REGISTER:
        return sim_user_open(sim, user, http, &thread->err);
    case PHASE_POST:
        if (person_log_in(http, &user->person, &thread->err) != 0)
            return -1;
        return sim_user_post(sim, user, http, &thread->times, &thread->err);
    default:
        if (person_log_in(http, &user->person, &thread->err) != 0)
            return -1;
        return sim_user_check(sim, user, http, thread->deadline_ms, &thread->err);
    }
}

static void *drive(void *arg)
{
    struct sim_thread *thread = arg;
    struct http *http = http_open(settings.url, REPEAT_DEADLINE_MS, &thread->err);
    thread->failed = http == NULL;
    for (int64_t i = thread->first; i < thread->sim->users && !thread->failed; i += thread->sim->threads)
        thread->failed = drive_user(thread, &thread->sim->list[i], http) != 0;
    http_close(http);
    return NULL;
}

static void *show_progress(void *arg)
{
    struct sim *sim = arg;
    int64_t total = sim->users * sim->per_user;
    for (;;) {
        int64_t done = atomic_load(&sim->accepted);
        int filled = total == 0 ? BAR_WIDTH : (int)(done * BAR_WIDTH / total);
        char bar[BAR_WIDTH + 1];
        memset(bar, '.', BAR_WIDTH);
        memset(bar, '#', (size_t)filled);
        bar[BAR_WIDTH] = '\0';
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
        fprintf(stderr, "\r[%s] %" PRId64 " of %" PRId64 " accepted ", bar, done, total);
        pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    return NULL;
}

/* Runs one phase on all threads; *took_us: how long. The first failure is the phase's. */
static int run_phase(struct sim *sim, struct sim_thread *threads, enum phase phase, int64_t *took_us,
                     struct err *err)
{
    int64_t started_us = clock_mono_us();
    int failed = 0;
    for (int64_t i = 0; i < sim->threads; i++) {
        threads[i].phase = phase;
        threads[i].deadline_ms = clock_mono_ms() + STORE_DEADLINE_MS;
        if (pthread_create(&threads[i].id, NULL, drive, &threads[i]) != 0)
            abort();
    }
    for (int64_t i = 0; i < sim->threads; i++) {
        pthread_join(threads[i].id, NULL);
        if (threads[i].failed && failed == 0) {
            *err = threads[i].err;
            failed = -1;
        }
    }
    *took_us = clock_mono_us() - started_us;
    return failed;
}

static void print_row(const char *what, struct measure *measure, int64_t took_us, int64_t count)
{
    printf("%-20s %10.2f %10.2f", what, measure_quantile_ms(measure, 0.5),
           measure_quantile_ms(measure, 0.99));
    if (took_us > 0)
        printf(" %12.0f", (double)count * 1e6 / (double)took_us);
    putchar('\n');
}

/* The table and the verdict: 0 when the books agree. */
static int report(struct sim *sim, struct sim_thread *threads, const int64_t *took_us)
{
    struct sim_times times = {{NULL, 0, 0}, {NULL, 0, 0}, 0};
    struct measure registered = {NULL, 0, 0};
    int64_t claimed = 0, claimed_minor = 0, found = 0, found_minor = 0, doubled = 0, missing = 0;
    for (int64_t i = 0; i < sim->threads; i++) {
        measure_join(&times.accept, &threads[i].times.accept);
        measure_join(&times.stored, &threads[i].times.stored);
        times.repeats += threads[i].times.repeats;
    }
    for (int64_t i = 0; i < sim->users; i++) {
        const struct sim_user *user = &sim->list[i];
        measure_add(&registered, user->registered_us);
        claimed += user->claimed;
        claimed_minor += user->claimed_minor;
        found += user->found;
        found_minor += user->found_minor;
        doubled += user->doubled;
        missing += user->missing;
    }
    char claimed_text[MONEY_TEXT_SIZE], found_text[MONEY_TEXT_SIZE];
    money_format(claimed_minor, 2, claimed_text);
    money_format(found_minor, 2, found_text);
    printf("%-20s %10s %10s %12s\n", "", "p50 ms", "p99 ms", "per second");
    print_row("user registered", &registered, took_us[PHASE_REGISTER], sim->users);
    print_row("accepted (202)", &times.accept, took_us[PHASE_POST], claimed);
    print_row("accepted to stored", &times.stored, took_us[PHASE_POST] + took_us[PHASE_CHECK], found);
    if (times.repeats > 0)
        printf("%" PRId64 " requests were sent again after a broken connection or a 503\n", times.repeats);
    printf("\n%-10s %14s %20s\n", "", "transactions", "sum");
    printf("%-10s %14" PRId64 " %20s\n%-10s %14" PRId64 " %20s\n", "claimed", claimed, claimed_text, "stored",
           found, found_text);
    bool right = claimed == sim->users * sim->per_user && found == claimed && found_minor == claimed_minor &&
                 doubled == 0 && missing == 0;
    if (right)
        puts("\nThe books agree.");
    else
        printf("\nThe books do NOT agree: %" PRId64 " missing, %" PRId64 " stored twice.\n", missing,
               doubled);
    measure_free(&times.accept);
    measure_free(&times.stored);
    measure_free(&registered);
    return right ? 0 : -1;
}

static int simulate(struct sim *sim, struct err *err)
{
    struct sim_thread *threads = calloc((size_t)sim->threads, sizeof *threads);
    sim->list = calloc((size_t)sim->users, sizeof *sim->list);
    char *accepted = calloc((size_t)sim->users, (size_t)sim->per_user + 1);
    if (threads == NULL || sim->list == NULL || accepted == NULL)
        abort();
    for (int64_t i = 0; i < sim->users; i++) {
        sim->list[i].number = i + 1;
        sim->list[i].accepted = accepted + i * (sim->per_user + 1);
    }
    for (int64_t i = 0; i < sim->threads; i++)
        threads[i] = (struct sim_thread){.sim = sim, .first = i};
    pthread_t bar;
    bool shown = isatty(STDERR_FILENO) != 0 && pthread_create(&bar, NULL, show_progress, sim) == 0;
    int64_t took_us[PHASE_COUNT] = {0};
    int failed = 0;
    for (int phase = 0; phase < PHASE_COUNT && failed == 0; phase++)
        failed = run_phase(sim, threads, (enum phase)phase, &took_us[phase], err);
    if (shown) {
        pthread_cancel(bar);
        pthread_join(bar, NULL);
        fputs("\r\033[K", stderr);
    }
    if (failed == 0)
        failed = report(sim, threads, took_us);
    for (int64_t i = 0; i < sim->threads; i++) {
        measure_free(&threads[i].times.accept);
        measure_free(&threads[i].times.stored);
    }
    free(accepted);
    free(sim->list);
    free(threads);
    return failed;
}

static int read_options(int argc, char **argv, struct sim *sim, struct err *err)
{
    int option;
    while ((option = getopt(argc, argv, "u:t:x:")) != -1) {
        int64_t *value = option == 'u' ? &sim->users : option == 't' ? &sim->threads : &sim->per_user;
        int64_t max = option == 'u' ? USERS_MAX : option == 't' ? THREADS_MAX : PER_USER_MAX;
        if (option == '?')
            return err_set(err, ERR_REJECT, "-u, -t and -x each take a number");
        if (str_to_int(str_of(optarg), value) != 0 || *value < 1 || *value > max)
            return err_set(err, ERR_REJECT, "-%c must be a number from 1 to %" PRId64 ", not '%s'", option,
                           max, optarg);
    }
    if (optind != argc)
        return err_set(err, ERR_REJECT, "'%s' is no option", argv[optind]);
    if (sim->threads > sim->users)
        sim->threads = sim->users;
    return 0;
}

/* One try: without it, an instance that does not run would be knocked at for the whole deadline of repeats.
 */
static int check_instance(struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    struct http *http = http_open(settings.url, 0, err);
    struct http_reply reply;
    struct http_request request = {.method = "GET", .path = "/readyz"};
    int failed = http == NULL ? -1 : http_call(http, &arena, &request, &reply, err);
    http_close(http);
    arena_free(&arena);
    return failed;
}

static int run(int argc, char **argv, struct err *err)
{
    struct sim sim = {.users = 15, .threads = 5, .per_user = 20, .seed = (int64_t)randombytes_random()};
    if (read_options(argc, argv, &sim, err) != 0)
        return EXIT_USAGE;
    int64_t total = sim.users * sim.per_user;
    sim.follow_every = total / FOLLOWED + 1;
    if (sim.follow_every > sim.per_user)
        sim.follow_every = sim.per_user;
    if (check_instance(err) != 0)
        return EXIT_FAILED;
    sim.drop = maildrop_open(settings.mail_url, err);
    if (sim.drop == NULL)
        return EXIT_FAILED;
    int failed = simulate(&sim, err);
    maildrop_close(sim.drop);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_sim = {
    .name = "sim",
    .usage = "[-u USERS] [-t THREADS] [-x TRANSACTIONS]",
    .summary = "Register USERS, post TRANSACTIONS for each from THREADS connections, and check that each is "
               "stored once",
    .run = run,
};

/* purser-scheduler: see scheduler.h. Its loop runs one tick after another; what a tick does blocks, and that
 * is its whole life. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "scheduler/periodic.h"
#include "scheduler/scheduler.h"

enum {
    TICK_MS = 100,
    LEAD_MS = 1000,
    REAP_MS = 1500,
    REAP_IDLE_MS = 5000,
    RELAY_MS = 1500,
    PERIODIC_MS = 1000
};

/* Whether something that comes every `every_ms` is due; sets its next time. */
static bool is_due(int64_t *at_ms, int64_t every_ms)
{
    int64_t now_ms = clock_mono_ms();
    if (now_ms < *at_ms)
        return false;
    *at_ms = now_ms + every_ms;
    return true;
}

static int lead(struct scheduler *scheduler, struct err *err)
{
    bool leads;
    if (!is_due(&scheduler->lead_at_ms, LEAD_MS))
        return 0;
    if (leader_keep(scheduler, &leads, err) != 0) {
        if (scheduler->leads)
            log_warn("lead_lost");
        scheduler->leads = false;
        return -1;
    }
    if (leads && !scheduler->leads) {
        log_info("leads");
        scheduler->relay = (struct relay){0};
    }
    scheduler->leads = leads;
    return 0;
}

static int reach_queue(struct scheduler *scheduler, struct err *err)
{
    if (scheduler->queue == NULL)
        scheduler->queue = queue_open(settings.redis_url, err);
    return scheduler->queue == NULL ? -1 : 0;
}

/* A dispatcher that dies now is given up as soon as its lease has ended, not a round later. */
static void come_when_a_lease_ends(struct scheduler *scheduler)
{
    int64_t ends_ms = clock_mono_ms() + scheduler->lease_left_ms + 1;
    if (scheduler->lease_left_ms >= 0 && ends_ms < scheduler->reap_at_ms)
        scheduler->reap_at_ms = ends_ms;
}

/* What others wait for comes first: a periodic task may take its time. */
static int work(struct scheduler *scheduler, struct err *err)
{
    int result = 0;
    if (is_due(&scheduler->reap_at_ms, scheduler->relay.idle ? REAP_IDLE_MS : REAP_MS)) {
        result = reap_tick(scheduler, err) != 0 || reap_record(scheduler, err) != 0 ? -1 : 0;
        if (result == 0)
            come_when_a_lease_ends(scheduler);
    }
    if (result == 0 && (is_due(&scheduler->relay_at_ms, RELAY_MS) || scheduler->relay.full))
        result = relay_tick(scheduler, err);
    arena_reset(&scheduler->arena);
    if (is_due(&scheduler->periodic_at_ms, PERIODIC_MS) && periodic_tick(scheduler, err) != 0)
        result = -1;
    return result;
}

static void on_tick(uv_timer_t *timer)
{
    struct scheduler *scheduler = timer->data;
    struct err err = {0};
    int result = lead(scheduler, &err);
    if (result == 0)
        result = reach_queue(scheduler, &err);
    if (result == 0 && !scheduler->said_ready) {
        scheduler->said_ready = true;
        log_info("ready");
    }
    if (result == 0 && scheduler->leads)
        result = work(scheduler, &err);
    if (result != 0) {
        metrics_add(&scheduler->metrics, SCHEDULER_ERRORS, "", 1);
        if (!scheduler->said_trouble)
            log_warn("trouble", LOG_TEXT("error", err.text));
    } else if (scheduler->said_trouble) {
        log_info("trouble_over");
    }
    scheduler->said_trouble = result != 0;
    arena_reset(&scheduler->arena);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct scheduler *scheduler = handle->data;
    log_info("signal", LOG_TEXT("name", strsignal(number)));
    uv_stop(scheduler->loop);
}

static int run(struct scheduler *scheduler, struct err *err)
{
    struct redis_address address;
    const int numbers[] = {SIGTERM, SIGINT};
    scheduler->loop = uv_default_loop();
    arena_init(&scheduler->arena);
    metrics_init(&scheduler->metrics, scheduler_figures, SCHEDULER_FIGURES);
    if (redis_parse_url(settings.redis_url, &address, err) != 0)
        return -1;
    if (settings.metrics_listen[0] != '\0' &&
        (scheduler->metrics_http = metrics_http_open(scheduler->loop, settings.metrics_listen, figures_write,
                                                     scheduler, err)) == NULL)
        return -1;
    uv_timer_init(scheduler->loop, &scheduler->timer);
    scheduler->timer.data = scheduler;
    uv_timer_start(&scheduler->timer, on_tick, 0, TICK_MS);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uv_signal_init(scheduler->loop, &scheduler->signals[i]);
        scheduler->signals[i].data = scheduler;
        uv_signal_start(&scheduler->signals[i], on_signal, numbers[i]);
    }
    uv_run(scheduler->loop, UV_RUN_DEFAULT);
    queue_close(scheduler->queue);
    db_close(scheduler->db);
    log_info("stopped");
    return 0;
}

int main(int argc, char **argv)
{
    static struct scheduler scheduler;
    struct err err = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts("purser-scheduler: relays, reaps, records and does what comes with time. Several may run; one "
             "leads.\n\n"
             "Settings, from the environment:\n");
        settings_print_help(stdout);
        return 0;
    }
    if (argc > 1) {
        fprintf(stderr, "purser-scheduler: unknown argument %s; --help shows what there is\n", argv[1]);
        return 2;
    }
    if (sodium_init() < 0 || settings_load(&err) != 0 || clock_use_file(settings.clock_file, &err) != 0) {
        fprintf(stderr, "purser-scheduler: %s\n", err.text);
        return 2;
    }
    log_open("purser-scheduler", settings.log_level, settings.log_format);
    signal(SIGPIPE, SIG_IGN);
    if (run(&scheduler, &err) != 0) {
        log_error("start_failed", LOG_TEXT("error", err.text));
        return 2;
    }
    return 0;
}

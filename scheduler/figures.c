#include <stdio.h>

#include "base/clock.h"
#include "scheduler/scheduler.h"

enum { LAG_LIMIT = 100000 };

const struct metric_def scheduler_figures[SCHEDULER_FIGURES] = {
    [SCHEDULER_LEADER] = {"purser_scheduler_leader", "1 in the scheduler that leads.", METRIC_GAUGE, NULL},
    [SCHEDULER_RELAYED] = {"purser_relayed_jobs_total", "Jobs that Redis lacked and were put again.",
                           METRIC_COUNTER, NULL},
    [SCHEDULER_REAPED] = {"purser_reaped_jobs_total", "Recoveries: jobs returned from dispatchers that died.",
                          METRIC_COUNTER, NULL},
    [SCHEDULER_RECORDED] = {"purser_recorded_jobs_total", "Ends in Redis that were written to PostgreSQL.",
                            METRIC_COUNTER, NULL},
    [SCHEDULER_PERIODIC] = {"purser_periodic_runs_total", "Slots of periodic tasks that ran.", METRIC_COUNTER,
                            NULL},
    [SCHEDULER_ERRORS] = {"purser_scheduler_errors_total", "Ticks that failed.", METRIC_COUNTER, NULL},
    [SCHEDULER_OUTBOX_JOBS] = {"purser_outbox_jobs", "Unfinished rows, counted up to 100,000.", METRIC_GAUGE,
                               NULL},
    [SCHEDULER_OUTBOX_AGE] = {"purser_outbox_oldest_age_seconds", "Age of the oldest unfinished row.",
                              METRIC_GAUGE, NULL},
    [SCHEDULER_DEPTH] = {"purser_queue_depth_jobs", "Jobs that wait in a queue.", METRIC_GAUGE, NULL},
    [SCHEDULER_OLDEST] = {"purser_queue_oldest_age_seconds", "Age of the job at a queue's front.",
                          METRIC_GAUGE, NULL},
    [SCHEDULER_LANES] = {"purser_queue_lanes", "Lanes of a fair queue that hold jobs.", METRIC_GAUGE, NULL},
    [SCHEDULER_PAUSED] = {"purser_queue_paused", "1 when the queue is paused.", METRIC_GAUGE, NULL},
    [SCHEDULER_SCHEDULED] = {"purser_scheduled_jobs", "Jobs that wait for their time.", METRIC_GAUGE, NULL},
    [SCHEDULER_DEAD] = {"purser_dead_jobs", "Jobs in the dead set.", METRIC_GAUGE, NULL},
    [SCHEDULER_HELD] = {"purser_held_jobs", "Jobs held back by a limit or a pause.", METRIC_GAUGE, NULL},
    [SCHEDULER_RUNNING] = {"purser_running_jobs", "Jobs in flight, over all workers.", METRIC_GAUGE, NULL},
};

static void read_outbox(struct scheduler *scheduler)
{
    struct db_params params;
    struct db_rows rows;
    struct err err;
    db_params_init(&params, &scheduler->arena);
    db_add_time(&params, clock_wall_ms());
    db_add_int(&params, LAG_LIMIT);
    if (db_run(scheduler->db, &sql_job_lag, &params, &rows, &err) != 0)
        return;
    metrics_set(&scheduler->metrics, SCHEDULER_OUTBOX_JOBS, "", (double)rows_int(&rows, 0, 0));
    metrics_set(&scheduler->metrics, SCHEDULER_OUTBOX_AGE, "", rows_double(&rows, 0, 1));
}

static void read_queues(struct scheduler *scheduler)
{
    static const enum scheduler_figure totals[] = {SCHEDULER_SCHEDULED, SCHEDULER_DEAD, SCHEDULER_HELD,
                                                   SCHEDULER_RUNNING};
    struct metrics *metrics = &scheduler->metrics;
    struct redis_args args;
    struct err err;
    queue_call_init(&args, &scheduler->arena, "queues");
    const redisReply *reply = queue_call(scheduler->queue, &args, &err);
    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY || reply->elements < 6)
        return;
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        metrics_set(metrics, totals[i], "", (double)reply->element[i]->integer);
    for (enum scheduler_figure figure = SCHEDULER_DEPTH; figure <= SCHEDULER_PAUSED; figure++)
        metrics_clear(metrics, figure);
    int64_t now_ms = clock_wall_ms();
    for (size_t i = 6; i + 4 < reply->elements; i += 5) {
        char labels[96];
        int64_t oldest_ms = reply->element[i + 3]->integer;
        snprintf(labels, sizeof labels, "queue=\"%s\"", reply->element[i]->str);
        metrics_set(metrics, SCHEDULER_DEPTH, labels, (double)reply->element[i + 1]->integer);
        metrics_set(metrics, SCHEDULER_LANES, labels, (double)reply->element[i + 2]->integer);
        metrics_set(metrics, SCHEDULER_OLDEST, labels,
                    oldest_ms == 0 ? 0 : (double)(now_ms - oldest_ms) / 1000);
        metrics_set(metrics, SCHEDULER_PAUSED, labels, (double)reply->element[i + 4]->integer);
    }
}

void figures_write(void *data, struct buf *out)
{
    struct scheduler *scheduler = data;
    arena_reset(&scheduler->arena);
    metrics_set(&scheduler->metrics, SCHEDULER_LEADER, "", scheduler->leads ? 1 : 0);
    if (scheduler->leads) {
        read_outbox(scheduler);
        if (scheduler->queue != NULL)
            read_queues(scheduler);
    }
    metrics_write(&scheduler->metrics, out);
    arena_reset(&scheduler->arena);
}

"""The worker against a real Redis and PostgreSQL: jobs run, fail, crash, wait and stop the way docs/queue.md says."""

import os
import signal
import time

import pytest

from support.clock import Clock
from support.queue import new_id
from support.waiting import wait_until


def wait_empty(queue, deadline=20):
    wait_until(queue.is_empty, deadline, "every job has ended")


def test_every_job_that_was_put_takes_effect_once(worker, queue):
    ids = queue.put_many(1000)
    wait_empty(queue)
    assert worker.effects() == {job_id: 1 for job_id in ids}
    assert worker.rows("SELECT count(*) FROM job WHERE state = 'done'") == [(1000,)]


def test_a_job_delivered_twice_takes_effect_once(worker, queue):
    job_id = queue.put()
    wait_empty(queue)
    queue.put(job_id=job_id)
    wait_empty(queue)
    assert worker.effects() == {job_id: 1}


def test_a_delayed_job_runs_when_it_is_due_and_not_before(worker, queue):
    due = int(time.time() * 1000) + 700
    job_id = queue.put(run_at=due)
    assert queue.state(job_id) == "scheduled"
    wait_empty(queue)
    (at,), = worker.rows("SELECT at_ms FROM test_effect")
    assert due <= at < due + 150


def test_a_clock_that_is_put_forward_makes_what_is_due_run_at_once(make_worker, queue, tmp_path):
    """As after a suspended machine wakes: timers do not count the time that it slept."""
    clock = Clock(tmp_path / "clock")
    worker = make_worker(PURSER_CLOCK_FILE=clock.path).start()
    job_id = queue.put(run_at=clock.now_ms() + 3_600_000)
    first = queue.put()
    wait_until(lambda: first in worker.effects(), 10, "the worker has looked and is idle")
    clock.advance(hours=2)
    wait_until(lambda: job_id in worker.effects(), 5, "the job runs")


def test_a_failing_job_is_retried_with_growing_waits_and_then_succeeds(worker, queue):
    job_id = queue.put(args={"do": "retry", "times": 2})
    wait_empty(queue)
    assert worker.effects() == {job_id: 1}
    assert worker.row(job_id)[:2] == ("done", 3)


def test_a_job_whose_attempts_are_used_up_is_dead_with_its_reason(worker, queue):
    job_id = queue.put(args={"do": "retry", "times": 99})
    wait_until(lambda: job_id in queue.dead(), 10, "the job is dead")
    assert queue.dead()[job_id] == "told to fail (attempt 4, the last)"
    assert worker.row(job_id)[0] == "dead"
    assert worker.effects() == {}


def test_a_job_that_says_it_is_hopeless_is_dead_at_once(worker, queue):
    job_id = queue.put(args={"do": "dead"})
    wait_until(lambda: job_id in queue.dead(), 10, "the job is dead")
    assert worker.row(job_id)[:3] == ("dead", 1, "told to die")


def test_one_bad_job_does_not_harm_the_others_of_its_batch(make_worker, queue):
    worker = make_worker()
    good = queue.put_many(30)
    bad = queue.put(args={"do": "throw"})
    more = queue.put_many(30)
    worker.start()
    wait_until(lambda: queue.dead() == {bad: "told to throw"}, 10, "the bad job is dead")
    wait_until(lambda: queue.redis.hlen("{purser}:job") == 1, 10, "the others have ended")
    assert worker.effects() == {job_id: 1 for job_id in good + more}


def test_a_snoozed_job_runs_later_without_using_up_an_attempt(worker, queue):
    job_id = queue.put(args={"do": "snooze", "ms": 300})
    wait_empty(queue)
    assert worker.row(job_id)[:2] == ("done", 1)


def test_a_child_that_is_killed_gives_its_batch_back_and_the_culprit_dies_the_third_time(make_worker, queue):
    worker = make_worker()
    good = queue.put_many(20)
    bad = queue.put(args={"do": "crash", "times": 99})
    good += queue.put_many(20)
    worker.start()
    wait_until(lambda: bad in queue.dead(), 15, "the culprit is dead")
    assert "signal 9" in queue.dead()[bad] and "MB resident" in queue.dead()[bad]
    wait_until(lambda: queue.redis.hlen("{purser}:job") == 1, 10, "the others have ended")
    assert worker.effects() == {job_id: 1 for job_id in good}
    assert worker.rows("SELECT count FROM test_delivery WHERE job_id = %s", bad) == [(3,)]


def test_a_crash_is_not_an_attempt(worker, queue):
    job_id = queue.put(args={"do": "crash", "times": 2})
    wait_empty(queue)
    assert worker.row(job_id)[:2] == ("done", 1)
    assert worker.effects() == {job_id: 1}


def test_a_job_past_its_time_limit_is_killed_and_retried(worker, queue):
    job_id = queue.put(task="limited", queue="short", args={"do": "sleep", "ms": 60000})
    wait_until(lambda: job_id in queue.dead(), 15, "the job is dead")
    assert "took longer than its limit of 300 ms (attempt 4, the last)" in queue.dead()[job_id]


def test_a_job_past_its_time_limit_does_not_hurt_its_batch_mates(make_worker, queue):
    worker = make_worker(PURSER_WORKERS=1)
    good = queue.put_many(3, task="limited", queue="short")
    queue.put(task="limited", queue="short", args={"do": "sleep", "ms": 60000})
    good += queue.put_many(3, task="limited", queue="short")
    worker.start()
    wait_until(lambda: len(queue.dead()) == 1, 15, "the slow job is dead")
    wait_until(lambda: queue.redis.hlen("{purser}:job") == 1, 10, "the others have ended")
    assert set(worker.effects()) == set(good)
    assert all(worker.row(job_id)[1] == 1 for job_id in good)


def test_a_job_past_its_deadline_is_not_run(make_worker, queue):
    worker = make_worker()
    queue.put(deadline=int(time.time() * 1000) - 1)
    kept = queue.put(deadline=int(time.time() * 1000) + 60000)
    worker.start()
    wait_empty(queue)
    assert worker.effects() == {kept: 1}
    (state,) = queue.redis.hvals("{purser}:unrecorded")
    assert state == b"expired its deadline passed before it ran"


def test_a_queued_job_that_is_cancelled_does_not_run(make_worker, queue):
    worker = make_worker()
    ids = queue.put_many(3)
    assert queue.call("cancel", ids[1]) == b"cancelled"
    assert queue.state(ids[1]) == "cancelled"
    worker.start()
    wait_empty(queue)
    assert worker.effects() == {ids[0]: 1, ids[2]: 1}


def test_a_running_job_that_is_cancelled_is_stopped(worker, queue):
    job_id = queue.put(args={"do": "sleep", "ms": 60000})
    wait_until(lambda: queue.state(job_id) == "running", 5, "the job runs")
    assert queue.call("cancel", job_id) == b"running"
    wait_empty(queue, 10)
    assert worker.effects() == {}


def test_a_scheduled_job_that_is_cancelled_is_gone(queue, worker):
    job_id = queue.put(run_at=int(time.time() * 1000) + 60000)
    assert queue.call("cancel", job_id) == b"cancelled"
    assert queue.is_empty()


def test_follow_up_jobs_run_after_the_commit_of_the_job_that_asked_for_them(worker, queue):
    queue.put(args={"do": "follow", "count": 50})
    wait_until(lambda: len(worker.effects()) == 51, 10, "the job and its follow-ups took effect")
    wait_empty(queue)
    assert set(worker.effects().values()) == {1}


def test_progress_shows_while_a_job_runs(worker, queue):
    job_id = queue.put(task="own", queue="own", args={"do": "progress", "ms": 1200})
    worker.sql.cursor().execute("INSERT INTO job (id, task, queue, enqueued_at) VALUES (%s, 'own', 'own', now()) ON CONFLICT DO NOTHING",
                                (job_id,))
    wait_until(lambda: worker.rows("SELECT 1 FROM job WHERE id = %s AND progress_done BETWEEN 1 AND 3 AND progress_total = 4", job_id),
               5, "progress is written")
    wait_empty(queue)


def test_only_one_unfinished_job_may_have_a_unique_key(make_worker, queue):
    from support.queue import envelope
    worker = make_worker()
    first = queue.put(unique="report:1")
    status, holders = queue.put_envelopes(envelope(new_id(), "effect", "work", unique="report:1"))
    assert (status, holders) == ("d", [first])
    worker.start()
    wait_empty(queue)
    queue.put(unique="report:1")
    wait_empty(queue)
    assert queue.redis.hlen("{purser}:uniq") == 0


@pytest.mark.parametrize("args", [{"do": "dead"}, {"do": "crash", "times": 99}])
def test_a_unique_key_is_free_again_however_its_job_ended(worker, queue, args):
    job_id = queue.put(unique="k", args=args)
    wait_until(lambda: job_id in queue.dead(), 15, "the job is dead")
    assert queue.redis.hlen("{purser}:uniq") == 0


def test_a_stopping_worker_ends_its_jobs_and_returns_what_it_did_not_begin(make_worker, queue):
    worker = make_worker(PURSER_WORKERS=1).start()
    running = queue.put(args={"do": "sleep", "ms": 800})
    wait_until(lambda: queue.state(running) == "running", 5, "the job runs")
    rest = queue.put_many(200)
    worker.signal(signal.SIGTERM)
    assert worker.process.wait(10) == 0
    assert running in worker.effects()
    assert queue.nodes() == []
    left = [job_id for job_id in rest if queue.state(job_id) == "queued"]
    assert set(left) | set(worker.effects()) == set(rest) | {running}
    assert all(count == 1 for count in worker.effects().values())


@pytest.mark.parametrize("first", ["redis", "signal"])
def test_a_worker_that_stops_does_not_wait_for_a_redis_that_is_away(make_worker, queue, redis_server, first):
    worker = make_worker().start()
    job_id = queue.put(args={"do": "sleep", "ms": 700})
    wait_until(lambda: queue.state(job_id) == "running", 5, "the job runs")
    for step in ("redis", "signal") if first == "redis" else ("signal", "redis"):
        redis_server.kill() if step == "redis" else worker.signal(signal.SIGTERM)
    assert worker.process.wait(10) == 0
    assert worker.effects() == {job_id: 1}
    redis_server.start()


def test_a_job_that_does_not_end_in_time_for_the_stop_is_given_back(make_worker, queue):
    worker = make_worker(PURSER_STOP_MS=200, PURSER_KILL_MS=500).start()
    running = queue.put(args={"do": "sleep", "ms": 60000})
    wait_until(lambda: queue.state(running) == "running", 5, "the job runs")
    worker.signal(signal.SIGTERM)
    assert worker.process.wait(10) == 0
    assert queue.state(running) == "queued"
    assert queue.explain(running)["crashes"] == "0"


def test_a_quiet_worker_claims_nothing_until_it_is_told_to_go_on(worker, queue):
    worker.signal(signal.SIGUSR1)
    wait_until(lambda: "User defined signal 1" in worker.log(), 5, "the worker is quiet")
    job_id = queue.put()
    assert queue.state(job_id) == "queued"
    worker.signal(signal.SIGUSR2)
    wait_empty(queue)


def test_children_are_replaced_on_sighup_while_jobs_run(worker, queue):
    before = set(worker.children())
    ids = queue.put_many(3000)
    worker.signal(signal.SIGHUP)
    wait_empty(queue)
    wait_until(lambda: len(worker.children()) == 3 and not before & set(worker.children()), 10, "all children are new")
    assert worker.effects() == {job_id: 1 for job_id in ids}
    assert "child_died " not in worker.log()


def test_a_dispatcher_that_is_killed_loses_its_jobs_to_others_when_its_lease_ends(make_worker, queue):
    first = make_worker(PURSER_LEASE_MS=1000, PURSER_BEAT_MS=200).start()
    job_id = queue.put(args={"do": "sleep", "ms": 1500})
    wait_until(lambda: queue.state(job_id) == "running", 5, "the job runs")
    first.kill()
    second = make_worker().start()
    wait_until(lambda: queue.call("reap", int(time.time() * 1000), 0)[0] == 1, 5, "the job was reaped")
    wait_empty(queue)
    assert second.effects() == {job_id: 1}


def test_a_job_that_its_dispatcher_left_behind_is_known_to_run_alone(make_worker, queue):
    job_id = queue.put(args={"do": "sleep", "ms": 700})
    now = int(time.time() * 1000)
    queue.call("swap", "n:1:a", 1, now, 1000, 500, 0, 0, 1, "work", 1, 1, "1")
    assert queue.call("reap", now, 2000)[0] == 1
    make_worker().start()

    def has_begun_alone():
        return any(queue.redis.hget(key, job_id).endswith(b" alone") for key in queue.redis.scan_iter("{purser}:in:*"))

    wait_until(has_begun_alone, 5, "Redis knows that it runs alone")
    assert queue.state(job_id) == "running"
    assert int(queue.explain(job_id)["since"]) >= now
    wait_empty(queue)


def test_a_stopped_dispatcher_that_wakes_after_its_lease_has_no_effect_twice(make_worker, queue):
    first = make_worker(PURSER_LEASE_MS=600, PURSER_BEAT_MS=100).start()
    ids = queue.put_many(2, args={"do": "sleep", "ms": 700})
    wait_until(lambda: queue.state(ids[0]) == "running", 5, "the jobs run")
    first.signal(signal.SIGSTOP)
    second = make_worker().start()
    wait_until(lambda: queue.call("reap", int(time.time() * 1000), 0)[1] == 1, 5, "the node was given up")
    wait_empty(queue)
    first.signal(signal.SIGCONT)
    more = queue.put_many(50)
    wait_empty(queue)
    assert second.effects() == {job_id: 1 for job_id in ids + more}


def test_jobs_survive_a_redis_that_is_killed_and_comes_back(make_worker, queue, redis_server):
    worker = make_worker().start()
    ids = queue.put_many(2000)
    redis_server.kill()
    redis_server.start()
    queue.redis = redis_server.connect()
    more = queue.put_many(100)
    wait_empty(queue, 30)
    assert worker.effects() == {job_id: 1 for job_id in ids + more}


def test_jobs_wait_out_a_database_that_is_away(make_worker, queue, postgres):
    worker = make_worker().start()
    worker.sql.close()
    postgres.kill() if hasattr(postgres, "kill") else postgres.stop()
    ids = queue.put_many(10)
    postgres.start()
    worker.sql = postgres.connect(worker.database)
    wait_empty(queue, 30)
    assert worker.effects() == {job_id: 1 for job_id in ids}


@pytest.mark.parametrize("broken", [b"", b"junk", b"PJ1", b"PJ2" + b"0" * 200, b"\xff" * 300])
def test_a_malformed_envelope_put_by_hand_is_dead_with_a_reason(worker, queue, broken):
    job_id = new_id()
    queue.redis.hset("{purser}:job", job_id, broken)
    queue.redis.rpush("{purser}:q:work", job_id)
    good = queue.put()
    wait_until(lambda: job_id in queue.dead(), 10, "the broken job is dead")
    assert len(queue.dead()[job_id]) > 10
    wait_until(lambda: good in worker.effects(), 10, "the good job ran")


def test_an_idle_worker_asks_redis_at_most_twice_a_second(worker, queue):
    wait_until(lambda: queue.redis.info("clients")["blocked_clients"] == 1, 10, "the worker listens to the bell")
    start, before = time.monotonic(), queue.redis.info("stats")["total_commands_processed"]
    wait_until(lambda: time.monotonic() - start > 5, 10, "five seconds passed")
    assert queue.redis.info("stats")["total_commands_processed"] - before - 1 <= 2 * 5


def test_a_worker_refuses_a_queue_that_no_task_uses(make_worker):
    worker = make_worker(PURSER_QUEUES="work,nosuch")
    worker.start(wait=False)
    assert worker.process.wait(10) == 2
    assert "no task uses the queue 'nosuch'" in worker.log()
    assert os.path.exists(worker.log_path)

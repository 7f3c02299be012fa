"""The scheduler: what was accepted runs although its put was lost, its dispatcher died, or Redis forgot everything."""

import os
import time

import pytest

from support.queue import TestWorker, envelope, new_id
from support.scheduler import Scheduler
from support.waiting import wait_until


@pytest.fixture
def worker(make_folder, postgres, database, redis_server, queue):
    """Not started: a test starts it when it wants jobs to run."""
    made = TestWorker(make_folder("w"), postgres, database, redis_server)
    made.sql.cursor().execute("TRUNCATE test_effect, test_delivery, job, schedule_mark")
    yield made
    made.stop()
    made.sql.close()


@pytest.fixture
def make_scheduler(make_folder, worker):
    made = []

    def make(**settings):
        made.append(Scheduler(make_folder("s"), worker.settings | settings).start())
        return made[-1]

    yield make
    for one in made:
        one.stop()


def accept(worker, count=1, task="effect", queue="work", age_s=5, **fields):
    """Rows as the API leaves them when it dies between its commit and its put."""
    ids = [new_id() for _ in range(count)]
    with worker.sql.cursor() as cursor:
        cursor.executemany("INSERT INTO job (id, task, queue, envelope, enqueued_at) VALUES (%s, %s, %s, %s, now() - %s * interval '1 s')",
                           [(i, task, queue, envelope(i, task, queue, **fields), age_s) for i in ids])
    return ids


def test_accepted_jobs_that_were_never_put_are_put(worker, queue, make_scheduler):
    worker.start()
    make_scheduler()
    queue.redis.set("{purser}:marker", 1)
    wait_until(lambda: queue.redis.get("{purser}:marker"), 5)
    ids = accept(worker, 700)
    wait_until(lambda: worker.effects() == {job_id: 1 for job_id in ids}, 15, "all took effect once")


def test_every_unfinished_job_is_put_again_after_redis_forgot_everything(worker, queue, make_scheduler):
    make_scheduler()
    ids = accept(worker, 3000, age_s=100)
    wait_until(lambda: queue.redis.llen("{purser}:q:work") == 3000, 15, "all were put")
    queue.redis.flushall()
    worker.start()
    wait_until(lambda: len(worker.effects()) == 3000, 20, "all ran")
    wait_until(queue.is_empty, 10)
    assert worker.effects() == {job_id: 1 for job_id in ids}


def test_a_finished_job_is_not_put_again(worker, queue, make_scheduler):
    worker.start()
    accept(worker, 20)
    make_scheduler()
    wait_until(lambda: len(worker.effects()) == 20, 15)
    queue.redis.flushall()
    wait_until(lambda: queue.redis.get("{purser}:marker"), 15, "the relay went through")
    assert queue.is_empty()


def test_jobs_of_a_dispatcher_that_was_killed_run_again_within_8_seconds(worker, queue, make_scheduler, make_folder, postgres, database, redis_server):
    make_scheduler()
    worker.start()
    job_id = queue.put(args={"do": "sleep", "ms": 300})
    wait_until(lambda: queue.state(job_id) == "running", 5)
    second = TestWorker(make_folder("w"), postgres, database, redis_server)
    worker.kill()
    start = time.monotonic()
    second.start()
    try:
        wait_until(lambda: second.effects() == {job_id: 1}, 12, "the job ran")
        assert time.monotonic() - start < 8
    finally:
        second.stop()


def test_what_ended_in_redis_alone_is_written_to_postgresql(worker, queue, make_scheduler):
    expired, cancelled, poison = accept(worker, deadline=1)[0], accept(worker)[0], accept(worker, args={"do": "crash", "times": 99})[0]
    make_scheduler()
    wait_until(lambda: queue.state(cancelled) == "queued", 10)
    queue.call("cancel", cancelled)
    worker.start()
    wait_until(lambda: worker.row(poison)[0] == "dead", 20, "the crashing job's row is dead")
    assert "signal 9" in worker.row(poison)[2]
    wait_until(lambda: worker.row(cancelled)[0] == "cancelled", 5)
    wait_until(lambda: worker.row(expired)[0] == "expired", 5)
    wait_until(lambda: queue.redis.hlen("{purser}:unrecorded") == 0, 5)


def test_a_second_accepted_job_of_a_unique_key_ends_cancelled(worker, queue, make_scheduler):
    first, second = sorted(accept(worker, 2, unique="k"))  # the relay goes in the order of ids
    make_scheduler()
    wait_until(lambda: worker.row(second)[0] == "cancelled", 10)
    assert worker.row(first)[0] == "accepted"
    assert "unique key" in worker.row(second)[2]


def test_one_scheduler_leads_and_another_takes_over_when_it_dies(worker, queue, make_scheduler):
    first = make_scheduler()
    wait_until(lambda: "event=leads" in first.log(), 5)
    second = make_scheduler()
    accept(worker)
    wait_until(lambda: queue.redis.llen("{purser}:q:work") == 1, 10)
    assert "event=leads" not in second.log()
    first.process.kill()
    wait_until(lambda: "event=leads" in second.log(), 10)
    accept(worker)
    wait_until(lambda: queue.redis.llen("{purser}:q:work") == 2, 10)


def test_partitions_of_the_coming_days_are_made(worker, queue, make_scheduler):
    make_scheduler()
    day = time.strftime("%Y%m%d", time.gmtime(time.time() + 86400))
    wait_until(lambda: worker.rows("SELECT 1 FROM pg_class WHERE relname = %s", f"job_{day}"), 10, "tomorrow has a partition")
    wait_until(lambda: worker.rows("SELECT 1 FROM schedule_mark WHERE name = 'job_partitions'"), 5)


def test_the_scheduler_waits_out_a_redis_and_a_database_that_are_away(worker, queue, make_scheduler, redis_server, postgres):
    scheduler = make_scheduler()
    redis_server.kill()
    wait_until(lambda: "event=trouble" in scheduler.log(), 10)
    redis_server.start()
    queue.redis = redis_server.connect()
    wait_until(lambda: "event=trouble_over" in scheduler.log(), 10)
    accept(worker, 5)
    wait_until(lambda: queue.redis.llen("{purser}:q:work") == 5, 10)
    worker.sql.close()
    postgres.stop()
    postgres.start()
    worker.sql = postgres.connect(worker.database)
    wait_until(lambda: scheduler.log().count("event=leads") == 2, 15, "it leads again")
    accept(worker, 5)
    wait_until(lambda: queue.redis.llen("{purser}:q:work") == 10, 10)


def test_metrics_show_queues_and_outbox(worker, queue, make_scheduler, make_folder):
    import http.client
    import socket

    path = os.path.join(make_folder("m"), "s")
    make_scheduler(PURSER_METRICS_LISTEN="unix:" + path)
    queue.put_many(3)

    def scrape():
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 200 and "version=0.0.4" in answer.getheader("Content-Type")
        return answer.read().decode()

    wait_until(lambda: 'purser_queue_depth_jobs{queue="work"} 3' in scrape(), 10)
    text = scrape()
    assert "# TYPE purser_outbox_jobs gauge" in text and "purser_scheduler_leader 1" in text


def test_a_worker_shows_its_metrics(make_folder, postgres, database, redis_server, queue):
    import urllib.request

    from support.servers import free_port
    port = free_port()
    worker = TestWorker(make_folder("w"), postgres, database, redis_server, PURSER_METRICS_LISTEN=f"127.0.0.1:{port}").start()
    try:
        queue.put_many(5)
        wait_until(queue.is_empty, 10)

        def text():
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()

        wait_until(lambda: 'purser_job_outcomes_total{task="effect",outcome="done"} 5' in text(), 5)
        assert 'purser_job_latency_seconds_count{task="effect"} 5' in text()
        assert 'purser_batch_run_seconds_bucket{task="effect",le="+Inf"}' in text()
        queue.put(args={"do": "retry", "times": 1})
        queue.put(args={"do": "crash", "times": 1})
        wait_until(queue.is_empty, 10)
        wait_until(lambda: 'purser_job_retries_total{task="effect"} 1' in text(), 5)
        assert 'purser_job_crashes_total{task="effect"}' in text()
        assert 'purser_child_deaths_total{task="effect",cause="crash"} 1' in text()
        assert 'purser_job_recoveries_total{why="crash"}' in text()
        assert "purser_jobs_in_flight 0" in text()
    finally:
        worker.stop()

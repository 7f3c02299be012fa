"""The operator's commands of the queue, against real servers."""

import json
import time

import pytest

from support.instance import run_purser
from support.queue import envelope, new_id
from support.waiting import wait_until


@pytest.fixture
def purser(make_worker, queue):
    """purser(words…): what the command printed, as JSON; and .worker, not started."""
    worker = make_worker()

    def run(*words, code=0, text=False):
        done = run_purser(*words, *([] if text else ["--json"]), environment=worker.settings, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if text else json.loads(done.stdout or "null")

    run.worker = worker
    return run


def accept(worker, queue, put=True, **fields):
    job_id = new_id()
    bytes_ = envelope(job_id, "effect", "work", **fields)
    with worker.sql.cursor() as cursor:
        cursor.execute("INSERT INTO job (id, task, queue, envelope, enqueued_at) VALUES (%s, 'effect', 'work', %s, now())", (job_id, bytes_))
    if put:
        queue.put_envelopes(bytes_)
    return job_id


def test_queue_list_and_show_tell_depth_and_pause(purser, queue):
    queue.put_many(3)
    purser("queue", "pause", "work", text=True)
    listed = purser("queue", "list")
    assert listed["jobs"] == 3
    (one,) = listed["data"]
    assert one["name"] == "work" and one["depth"] == 3 and one["paused"] is True
    purser("queue", "resume", "work", text=True)
    assert purser("queue", "show", "work")["paused"] is False
    assert "work" in purser("queue", "list", text=True)
    purser("queue", "show", "nosuch", code=1)
    assert purser("queue", "pause", "--task", "effect") == {"field": "pause:task:effect", "value": "1"}
    assert purser("queue", "resume", "--task", "effect") == {"field": "pause:task:effect", "value": None}


def test_queue_drain_cancels_what_waits(purser, queue):
    queue.put_many(1500)
    queue.put_many(700, lane="a")
    assert purser("queue", "drain", "work") == {"cancelled": 2200}
    assert queue.is_empty()


def test_queue_set_changes_limits(purser, queue):
    purser("queue", "set", "rule:task:effect", "3 0 0 0", text=True)
    assert queue.redis.hget("{purser}:control", "rule:task:effect") == b"3 0 0 0"
    purser("queue", "set", "rule:task:effect", "nonsense", code=1, text=True)
    purser("queue", "set", "rule:task:effect", text=True)
    assert not queue.redis.hexists("{purser}:control", "rule:task:effect")


def test_job_show_and_explain_say_why_a_job_is_not_running(purser, queue):
    job_id = accept(purser.worker, queue)
    shown = purser("job", "show", job_id)
    assert shown["row"]["state"] == "accepted" and shown["redis"]["state"] == "queued"
    purser("queue", "pause", "work", text=True)
    assert purser("job", "explain", job_id)["why"] == "its queue work is paused"
    later = queue.put(run_at=int(time.time() * 1000) + 60000)
    assert "its time comes in" in purser("job", "explain", later)["why"]
    purser("job", "show", new_id(), code=1)


def test_job_cancel_ends_it_in_both_places(purser, queue):
    job_id = accept(purser.worker, queue)
    assert purser("job", "cancel", job_id) == {"cancel": "cancelled"}
    assert purser.worker.row(job_id)[0] == "cancelled"
    purser.worker.start()
    wait_until(queue.is_empty, 10)
    assert purser.worker.effects() == {}


def test_dead_jobs_are_listed_tried_again_and_dropped_by_filter(purser, queue):
    worker = purser.worker
    worker.start()
    crash = [accept(worker, queue, args={"do": "crash", "times": 3}) for _ in range(2)]
    told = [accept(worker, queue, args={"do": "dead"}) for _ in range(3)]
    wait_until(lambda: len(queue.dead()) == 5, 20)
    assert purser("dead", "list")["count"] == 5
    assert {job["id"] for job in purser("dead", "list", "--reason", "told to die")["data"]} == set(told)
    worker.sql.cursor().execute("UPDATE job SET state = 'dead' WHERE state = 'accepted'")  # the scheduler's part
    assert purser("dead", "retry", "--reason", "signal 9") == {"retried": 2}
    wait_until(lambda: worker.effects() == {job_id: 1 for job_id in crash}, 10)
    assert purser("dead", "drop", "--task", "effect") == {"dropped": 3}
    assert queue.is_empty()
    purser("dead", "retry", code=2, text=True)


def test_a_dead_job_that_redis_lost_is_tried_again_from_its_row(purser, queue):
    worker = purser.worker
    worker.start()
    job_id = accept(worker, queue, args={"do": "dead"})
    wait_until(lambda: job_id in queue.dead(), 10)
    queue.redis.flushall()
    assert purser("job", "retry", job_id) == {"retried": 1}
    assert worker.row(job_id)[0] == "accepted"
    assert worker.rows("SELECT envelope IS NOT NULL FROM job WHERE id = %s", job_id) == [(True,)]


def test_workers_shows_who_is_alive(purser, queue):
    purser.worker.start()
    (one,) = wait_until(lambda: [one for one in purser("workers")["data"] if "pid" in one], 10)
    assert one["pid"] == purser.worker.process.pid and one["lease_left_ms"] > 0


def test_audit_balances_and_finds_a_job_without_a_home(purser, queue):
    worker = purser.worker
    done = [accept(worker, queue) for _ in range(5)]
    worker.start()
    wait_until(lambda: len(worker.effects()) == 5, 10)
    worker.stop()
    accept(worker, queue)
    accept(worker, queue, run_at=int(time.time() * 1000) + 60000)
    audit = purser("audit")
    assert audit["balanced"] and (audit["accepted"], audit["done"], audit["queued"], audit["scheduled"]) == (7, 5, 1, 1)
    accept(worker, queue, put=False)
    audit = purser("audit", code=1)
    assert not audit["balanced"] and audit["without_home"] == 1 and len(done) == 5


def test_the_printed_library_is_what_programs_load(purser, queue):
    purser.worker.start()
    text = purser("queue", "library", text=True)
    (library,) = queue.redis.execute_command("FUNCTION", "LIST", "LIBRARYNAME", "purser", "WITHCODE")
    assert text.encode() in library

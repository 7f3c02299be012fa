"""What nobody should do to a queue, and what must not come of it: odd names, numbers that are none, clocks that jump, words that
cross, a Redis without memory, a Redis that forgot its last second, a Redis in cluster mode."""

import os
import shutil
import time

import pytest

from support.queue import KEY, Queue, envelope, library, new_id
from support.scheduler import Scheduler
from support.servers import PrivateRedis
from support.waiting import wait_until

ODD = ["/", "/x", "//", "x/", "task:effect", "pause:effect", "@two/x", "#", "%d", "{a}", "a:b:c", "!work", "-1", "nan", "two", "two/" + "k" * 90]


def now_ms():
    return int(time.time() * 1000)


def swap(queue, node, seq, now, batch=10, acks=(), lease=6000, names=("work",)):
    """(id, envelope) of what was claimed."""
    order = "123456789"[:len(names)]
    queues = [word for name in names for word in (name, batch)]
    reply = queue.call("swap", node, seq, now, now, lease, 0, len(acks) // 4, *acks, len(names), *queues, 1, order)
    return [(reply[i].decode(), reply[i + 1]) for i in range(5, len(reply), 2)] if len(reply) > 3 else []


@pytest.mark.parametrize("field", ["lane", "limit", "unique"])
def test_whatever_a_lane_a_limit_or_a_key_is_called_its_job_runs(make_worker, queue, field):
    queue.control("rule:two", "1 0 0 0")
    queue.control("rule:task:effect", "3 100000 1 100000")
    queue.control("weight:work:-1", "2")
    names = [name for name in ODD if field != "lane" or len(name) <= 64]
    ids = [queue.put(**{field: name}) for name in names]
    worker = make_worker().start()
    wait_until(queue.is_empty, 20, "every job has ended")
    assert worker.effects() == {job_id: 1 for job_id in ids}


@pytest.mark.parametrize("field", ["lane", "limit", "unique"])
def test_a_name_that_is_not_allowed_costs_its_own_job_and_no_other(make_worker, queue, field):
    ids = [queue.put(**{field: name}) for name in ("a b", "\n", "\x01", "ä", "\x7f")]
    good = queue.put_many(20)
    worker = make_worker().start()
    wait_until(lambda: set(queue.dead()) == set(ids), 20, "they are dead")
    wait_until(lambda: worker.effects() == {job_id: 1 for job_id in good}, 20)
    assert all(field in reason for reason in queue.dead().values())


@pytest.mark.parametrize("weight", ["0", "-3", "nan", "inf", "1e308", "0.01", "many", "999999999999"])
def test_a_weight_that_is_none_and_was_written_by_hand_stops_nobody(queue, weight):
    ids = queue.put_many(5, lane="a") + queue.put_many(5, lane="b")
    queue.redis.hset("{purser}:weight", "work:a", weight)
    taken = []
    for seq in range(1, 12):
        taken += [job_id for job_id, _ in swap(queue, "n:1:a", seq, now_ms(), batch=3)]
    assert sorted(taken) == sorted(ids)


@pytest.mark.parametrize("rule", ["x", "1 2 3", "99999999999999999999 9 9 9", "0 1 0 0", "0 5 1000 0", "-1 0 0 0", "1 0 0 0 0"])
def test_a_rule_that_is_none_and_was_written_by_hand_limits_nobody(queue, rule):
    ids = queue.put_many(5, limit="odd/k")
    queue.redis.hset("{purser}:control", "rule:odd", rule)
    assert [job_id for job_id, _ in swap(queue, "n:1:a", 1, now_ms())] == ids


@pytest.mark.parametrize("field, value", [
    ("rule:x", "nan 0 0 0"), ("rule:x", "0 5 1000 0"), ("rule:x", "0 5 0 5"), ("rule:x", "9" * 60 + " 0 0 0"), ("rule:", "1 0 0 0"),
    ("rule:a:b", "1 0 0 0"), ("bound:work", "many"), ("bound:work", "-1"), ("bound:work", "1e9"), ("weight:work:a", "0"),
    ("weight:work:a", "1001"), ("weight:work:a", "nan"), ("weight:work:", "1"), ("pause:work", "1"), ("nonsense", "1"), ("crash_pause_ms", "x")])
def test_a_field_or_value_that_means_nothing_is_refused(queue, field, value):
    with pytest.raises(Exception, match="(?i)rule|bound|weight|field"):
        queue.control(field, value)


def test_a_token_bucket_gives_no_more_when_dispatchers_clocks_differ(queue):
    queue.control("rule:task:effect", "0 1 1000 1")
    queue.put_many(10)
    start = now_ms()
    taken = 0
    for seq in range(1, 21):  # two dispatchers, one of them ten seconds ahead, take turns
        taken += len(swap(queue, f"n:{seq % 2}:a", seq, start + seq + 10000 * (seq % 2)))
    assert taken <= 2


def test_a_token_bucket_is_not_empty_for_an_hour_when_the_clock_goes_back_by_one(queue):
    queue.control("rule:task:effect", "0 1 1000 1")
    queue.put_many(3)
    start = now_ms()
    assert len(swap(queue, "n:1:a", 1, start + 3600000)) == 1
    assert swap(queue, "n:1:a", 2, start) == []
    queue.call("reap", start, 0)
    taken = sum(len(swap(queue, "n:1:a", seq, start + seq * 600)) for seq in range(3, 10))
    assert taken == 2


def test_a_limit_is_free_again_when_the_job_that_held_it_vanished_while_it_ran(queue):
    queue.control("rule:task:effect", "1 0 0 0")
    first, second = queue.put_many(2)
    assert [job_id for job_id, _ in swap(queue, "n:1:a", 1, 1000)] == [first]
    assert swap(queue, "n:2:a", 1, 1000) == []
    queue.call("swap", "n:3:a", 1, 1000, 1000, 6000, 1, first, 0, 0, 0)  # done, says one that had it before the rule was set
    queue.redis.hdel("{purser}:in:n:1:a", first)
    queue.call("reap", 2000, 2000)
    assert [job_id for job_id, _ in swap(queue, "n:2:a", 2, 2000)] == [second]


def test_a_dead_dispatcher_is_given_up_by_another_when_no_scheduler_is_there(queue):
    ids = queue.put_many(3)
    swap(queue, "n:1:a", 1, 1000)
    queue.call("beat", "n:2:a", 7200, 7200, 6000, 0, 0, "")  # its lease has just ended: that is for the scheduler
    assert {queue.state(job_id) for job_id in ids} == {"running"}
    queue.call("beat", "n:2:a", 7600, 7600, 6000, 0, 0, "")
    assert {queue.state(job_id) for job_id in ids} == {"queued"} and queue.nodes() == ["n:2:a"]
    assert sorted(job_id for job_id, _ in swap(queue, "n:2:a", 1, 7600)) == sorted(ids)


@pytest.mark.parametrize("what", ["dies", "retries", "snoozes", "gives it back"])
def test_a_cancelled_job_does_not_run_again_whatever_its_node_says_meanwhile(queue, what):
    job_id = queue.put()
    swap(queue, "n:1:a", 1, 1000)
    assert queue.call("cancel", job_id) == b"running"
    assert queue.call("beat", "n:1:a", 1000, 1000, 6000, 1, 0, "")[1:] == [job_id.encode()]  # told, and more than once
    assert queue.call("beat", "n:1:a", 1000, 1000, 6000, 1, 0, "")[1:] == [job_id.encode()]
    if what == "dies":
        queue.call("reap", 9000, 9000)
    elif what == "gives it back":
        queue.call("requeue", "n:1:a", 1000, "crash", "signal 9", job_id)
    else:
        swap(queue, "n:1:a", 2, 1000, acks=("R" if what == "retries" else "S", job_id, 5000, "why"))
    assert queue.is_empty() and queue.redis.hgetall("{purser}:unrecorded") == {job_id.encode(): b"cancelled cancelled while it ran"}
    assert queue.redis.exists("{purser}:cancel:n:1:a") == 0


def test_a_dead_job_that_was_cancelled_too_late_can_be_tried_again(queue):
    job_id = queue.put()
    swap(queue, "n:1:a", 1, 1000)
    assert queue.call("cancel", job_id) == b"running"
    swap(queue, "n:1:a", 2, 1000, acks=("X", job_id, "record", "refused"))
    assert queue.call("dead_retry", 1000, job_id) == b"+"
    assert swap(queue, "n:1:a", 3, 1000)[0][0] == job_id
    assert queue.call("beat", "n:1:a", 1000, 1000, 6000, 1, 0, "")[1:] == []


def test_a_retrying_job_that_is_cancelled_is_gone(worker, queue):
    job_id = queue.put(attempt=1, run_at=now_ms() + 1000, unique="k")  # its real waits are too short to be met for sure
    assert queue.state(job_id) == "retrying"
    assert queue.call("cancel", job_id) == b"cancelled"
    wait_until(queue.is_empty, 10, "it has ended")
    assert queue.redis.hlen("{purser}:uniq") == 0 and worker.effects() == {}


def test_a_cancelled_job_of_a_paused_task_ends_without_waiting_for_the_task(worker, queue):
    queue.control("pause:task:effect", "1")
    seen = queue.put()
    wait_until(lambda: queue.redis.llen("{purser}:held:pause:effect") == 1, 10, "a dispatcher has held it back")
    assert queue.call("cancel", seen) == b"cancelled"
    assert queue.is_empty() and queue.redis.keys("{purser}:held*") == []
    unseen = queue.put()
    assert queue.call("cancel", unseen) == b"cancelled"  # held back already, or not
    wait_until(queue.is_empty, 10, "it has ended")
    assert worker.effects() == {}


def test_a_cancelled_job_that_a_limit_holds_back_ends_at_once_and_the_others_keep_their_turn(make_worker, queue):
    queue.control("rule:task:effect", "1 0 0 0")
    worker = make_worker().start()
    first = queue.put(args={"do": "sleep", "ms": 1500})
    wait_until(lambda: queue.state(first) == "running", 5)
    held = [queue.put() for _ in range(3)]
    wait_until(lambda: queue.redis.llen("{purser}:held:task:effect") == 3, 10, "they are held back")
    assert queue.call("cancel", held[1]) == b"cancelled"
    assert queue.redis.lrange("{purser}:held:task:effect", 0, -1) == [held[0].encode(), held[2].encode()]
    wait_until(queue.is_empty, 10, "the others have ended")
    assert sorted(worker.effects()) == sorted([first, held[0], held[2]])


def test_a_job_whose_deadline_passes_between_its_attempts_is_not_run_again(worker, queue):
    job_id = queue.put(args={"do": "snooze", "ms": 1000}, deadline=now_ms() + 500)
    wait_until(queue.is_empty, 10, "it has ended")
    assert worker.effects() == {}
    assert queue.redis.hget("{purser}:unrecorded", job_id) == b"expired its deadline passed before it ran"


def test_a_claimed_job_whose_deadline_passes_while_it_waits_for_a_child_is_not_run(make_worker, queue):
    worker = make_worker(PURSER_WORKERS=1).start()
    slow = queue.put(task="effect_one", queue="single", args={"do": "sleep", "ms": 700})
    wait_until(lambda: queue.state(slow) == "running", 5)
    late = queue.put(task="effect_one", queue="single", deadline=now_ms() + 300)
    wait_until(queue.is_empty, 10, "both have ended")
    assert worker.effects() == {slow: 1} and late not in worker.effects()


def test_a_job_that_runs_when_its_queue_is_paused_ends_and_no_other_begins(make_worker, queue):
    worker = make_worker(PURSER_PREFETCH_BELOW_MS=0).start()
    running = queue.put(args={"do": "sleep", "ms": 500})
    wait_until(lambda: queue.state(running) == "running", 5)
    queue.control("pause:queue:work", "1")
    held = queue.put()
    wait_until(lambda: worker.effects() == {running: 1}, 10)
    assert queue.state(held) == "queued"
    queue.control("pause:queue:work")
    wait_until(lambda: held in worker.effects(), 10)


def end_by(how, queue, job_id):
    if how == "done":
        swap(queue, "n:1:a", 1, 1000)
        swap(queue, "n:1:a", 2, 1000, batch=0, acks=("D", job_id, "", ""))
    elif how in ("dead", "expired"):
        swap(queue, "n:1:a", 1, 1000)
        swap(queue, "n:1:a", 2, 1000, batch=0, acks=("X" if how == "dead" else "E", job_id, "record", "why"))
    elif how == "cancelled while it ran":
        swap(queue, "n:1:a", 1, 1000)
        swap(queue, "n:1:a", 2, 1000, batch=0, acks=("C", job_id, "", "why"))
    elif how == "cancelled":
        queue.call("cancel", job_id)
    elif how == "drained":
        queue.call("drain", "work", 10)
    elif how == "dropped":
        end_by("dead", queue, job_id)
        queue.call("dead_drop", job_id)


@pytest.mark.parametrize("how", ["done", "dead", "expired", "cancelled while it ran", "cancelled", "drained", "dropped"])
def test_a_unique_key_can_be_used_again_after_every_end(queue, how):
    end_by(how, queue, queue.put(unique="k"))
    assert queue.put(unique="k")


def test_a_unique_key_is_kept_through_a_crash_and_a_retry(queue):
    job_id = queue.put(unique="k")
    other = envelope(new_id(), "effect", "work", unique="k")
    swap(queue, "n:1:a", 1, 1000)
    queue.call("requeue", "n:1:a", 1000, "crash", "signal 9", job_id)
    assert queue.put_envelopes(other) == ("d", [job_id])
    swap(queue, "n:1:a", 2, 1000)
    swap(queue, "n:1:a", 3, 1000, batch=0, acks=("R", job_id, 90000, "why"))
    assert queue.put_envelopes(other) == ("d", [job_id])


def test_an_envelope_of_65536_bytes_runs_and_one_byte_more_is_refused(make_worker, queue):
    def sized(size):
        job_id = new_id()
        bare = len(envelope(job_id, "effect", "work", {"pad": ""}))
        return job_id, envelope(job_id, "effect", "work", {"pad": "a" * (size - bare)})

    (fits, largest), (_, larger) = sized(65536), sized(65537)
    assert len(largest) == 65536 and queue.put_envelopes(largest, larger)[0] == "+x"
    worker = make_worker().start()
    wait_until(lambda: worker.effects() == {fits: 1}, 10)


def test_every_function_but_put_works_when_memory_is_full(queue):
    ids = queue.put_many(6) + [queue.put(run_at=now_ms() + 60000), queue.put(lane="a"), queue.put(unique="k")]
    queue.redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(Exception, match="OOM|maxmemory"):
            queue.put()
        taken = [job_id for job_id, _ in swap(queue, "n:1:a", 1, now_ms(), batch=4)]
        swap(queue, "n:1:a", 2, now_ms(), batch=0, acks=("X", taken[0], "record", "why", "R", taken[1], now_ms() + 9, "why"))
        calls = [("beat", "n:1:a", 1, 0, 6000, 1, 1, "{}"), ("begin", "n:1:a", taken[2]), ("progress", "n:1:a", taken[2]),
                 ("requeue", "n:1:a", 1, "crash", "why", taken[2]), ("holding", "n:1:a"), ("leave", "n:1:a"), ("ring",),
                 ("cancel", ids[6]), ("control", "pause:queue:work", "1"), ("control", "pause:queue:work", ""), ("reap", now_ms(), 0),
                 ("states", *ids), ("explain", now_ms(), ids[5]), ("dead", 0, 9), ("queues",), ("depths",), ("nodes", 0), ("missing", *ids),
                 ("dead_retry", 1, taken[0]), ("dead_drop", taken[0]), ("dead_prune", 1, 5), ("drain", "work", 99), ("unrecorded", 9),
                 ("recorded", ids[6], "x"), ("version",)]
        for name, *words in calls:
            queue.call(name, *words)
        with open(os.path.join(os.path.dirname(__file__), "../../queue/functions/90_register.lua"), encoding="utf-8") as file:
            names = {line.split("'")[1][len("purser_"):] for line in file if line.startswith("entry('")}
        assert names == {name for name, *_ in calls} | {"put", "swap"}
    finally:
        queue.redis.config_set("maxmemory", 0)


def test_a_put_without_the_time_is_refused_and_changes_nothing(queue):
    for now in ("", "soon"):
        with pytest.raises(Exception, match="NOW"):
            queue.call("put", now, 0, envelope(new_id(), "effect", "work", unique="k"))
    assert queue.redis.keys("{purser}:[^c]*") == []


@pytest.mark.parametrize("version, replaced", [(1, True), (99, False)])
def test_an_older_library_is_replaced_and_a_newer_one_is_left_alone(make_worker, queue, version, replaced):
    ours = library()
    number = ours.split("local LIBRARY_VERSION = ")[1].split("\n")[0]
    queue.redis.execute_command("FUNCTION", "LOAD", "REPLACE",
                                ours.replace(f"LIBRARY_VERSION = {number}\n", f"LIBRARY_VERSION = {version}\n"))
    worker = make_worker().start()
    job_id = queue.put()
    wait_until(lambda: worker.effects() == {job_id: 1}, 10)
    assert queue.call("version").decode().split("-")[0] == (number if replaced else str(version))
    queue.redis.execute_command("FUNCTION", "LOAD", "REPLACE", ours)


def test_a_library_that_is_flushed_while_workers_run_is_loaded_again(make_worker, queue):
    worker = make_worker().start()
    queue.redis.execute_command("FUNCTION", "FLUSH")
    job_id = new_id()
    bytes_ = envelope(job_id, "effect", "work")
    queue.redis.hset(KEY, job_id, bytes_)
    queue.redis.rpush("{purser}:q:work", job_id)
    queue.redis.rpush("{purser}:bell", "1")
    wait_until(lambda: worker.effects() == {job_id: 1}, 10)


def accept(worker, queue, count):
    ids = [new_id() for _ in range(count)]
    envelopes = [envelope(i, "effect", "work", lane="ab"[n % 2]) for n, i in enumerate(ids)]
    with worker.sql.cursor() as cursor:
        cursor.executemany("INSERT INTO job (id, task, queue, envelope, enqueued_at) VALUES (%s, 'effect', 'work', %s, now())",
                           list(zip(ids, envelopes)))
    queue.put_envelopes(*envelopes)
    return ids


def test_a_redis_that_forgot_its_last_second_loses_and_doubles_nothing(make_worker, queue, redis_server, make_folder):
    worker = make_worker().start()
    scheduler = Scheduler(make_folder("s"), worker.settings).start()
    try:
        ids = accept(worker, queue, 300)
        earlier = os.path.join(make_folder("aof"), "then")
        shutil.copytree(os.path.join(redis_server.folder, "appendonlydir"), earlier)
        ids += accept(worker, queue, 300)
        wait_until(lambda: len(worker.effects()) > 350, 20, "work went on behind the copy")
        redis_server.kill()
        shutil.rmtree(os.path.join(redis_server.folder, "appendonlydir"))
        shutil.copytree(earlier, os.path.join(redis_server.folder, "appendonlydir"))
        redis_server.start()
        queue.redis = redis_server.connect()
        wait_until(lambda: worker.rows("SELECT count(*) FROM job WHERE state = 'accepted'") == [(0,)] and queue.is_empty(), 30,
                   "every job has ended")
        assert worker.effects() == {job_id: 1 for job_id in ids}
    finally:
        scheduler.stop()


def test_all_keys_of_a_shard_are_one_slot_of_a_redis_cluster(make_folder, make_worker):
    server = PrivateRedis(make_folder("cluster"), cluster_enabled="yes", cluster_config_file="nodes.conf").start()
    try:
        server.connect().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        wait_until(lambda: b"cluster_state:ok" in server.connect().execute_command("CLUSTER", "INFO"), 20, "the cluster is up")
        queue = Queue(server)
        worker = make_worker(PURSER_REDIS_URL=server.url)
        queue.control("rule:two", "2 0 0 0")
        ids = queue.put_many(50, lane="a", limit="two/x") + [queue.put(unique="k"), queue.put(args={"do": "retry", "times": 1})]
        worker.start()
        wait_until(queue.is_empty, 20, "every job has ended")
        assert worker.effects() == {job_id: 1 for job_id in ids}
        slots = {queue.redis.execute_command("CLUSTER", "KEYSLOT", key) for key in queue.redis.keys("*")}
        assert len(slots) == 1
        worker.stop()
    finally:
        server.stop()

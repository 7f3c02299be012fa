"""What people expect of a job queue: priorities, fairness, limits, pauses, bounds, the dead set, explanations."""

import time
from collections import Counter

from support.queue import envelope, new_id
from support.waiting import wait_until


def now_ms():
    return int(time.time() * 1000)


def wait_empty(queue, deadline=20):
    wait_until(queue.is_empty, deadline, "every job has ended")


def first(worker, count):
    """The jobs that took effect first."""
    return worker.order()[:count]


def test_a_strict_priority_goes_first_whatever_waits_below_it(make_worker, queue):
    worker = make_worker(PURSER_QUEUES="single > work", PURSER_WORKERS=1, PURSER_PREFETCH_BELOW_MS=0)
    low = queue.put_many(300)
    high = queue.put_many(20, task="effect_one", queue="single")
    worker.start()
    wait_empty(queue)
    assert set(first(worker, 20)) == set(high)
    assert set(worker.order()[20:]) == set(low)


def test_weights_of_3_to_2_to_1_come_out_within_10_percent(make_worker, queue):
    worker = make_worker(PURSER_QUEUES="wa=3,wb=2,wc=1", PURSER_WORKERS=1)
    for name in "abc":
        queue.put_many(1200, task=f"heavy_{name}", queue=f"w{name}")
    worker.start()
    wait_until(lambda: len(worker.order()) >= 1200, 20)
    tasks = Counter(row[0] for row in worker.rows("SELECT task FROM test_effect ORDER BY n LIMIT 1200"))
    for name, share in (("heavy_a", 600), ("heavy_b", 400), ("heavy_c", 200)):
        assert abs(tasks[name] - share) <= share * 0.1, tasks
    wait_empty(queue)


def test_a_queue_that_was_empty_has_not_saved_up_turns(make_worker, queue):
    worker = make_worker(PURSER_QUEUES="wa=1,wb=1", PURSER_WORKERS=1)
    queue.put_many(600, task="heavy_a", queue="wa")
    worker.start()
    wait_empty(queue)
    worker.stop()
    queue.put_many(300, task="heavy_a", queue="wa")
    queue.put_many(300, task="heavy_b", queue="wb")
    worker.start()
    wait_empty(queue)
    tasks = Counter(row[0] for row in worker.rows("SELECT task FROM test_effect ORDER BY n OFFSET 600 LIMIT 300"))
    assert 120 <= tasks["heavy_b"] <= 180, tasks


def test_one_job_of_another_user_runs_within_a_turn_of_the_ring(make_worker, queue):
    worker = make_worker(PURSER_WORKERS=1, PURSER_PREFETCH_BELOW_MS=0)
    queue.put_many(20000, lane="loud")
    single = queue.put(lane="quiet")
    worker.start()
    wait_until(lambda: single in worker.order(), 10)
    assert worker.order().index(single) < 64


def test_lanes_share_by_their_weights(make_worker, queue):
    for lane, weight in (("a", 3), ("b", 2), ("c", 1)):
        queue.control(f"weight:work:{lane}", weight)
    worker = make_worker(PURSER_WORKERS=1)
    ids = {lane: queue.put_many(1300, lane=lane) for lane in "abc"}
    worker.start()
    wait_until(lambda: len(worker.order()) >= 1200, 20)
    done = set(first(worker, 1200))
    for lane, share in (("a", 600), ("b", 400), ("c", 200)):
        assert abs(len(done & set(ids[lane])) - share) <= share * 0.1
    wait_empty(queue)


def test_lanes_that_take_turns_one_by_one_share_by_their_weights_too(queue):
    for lane, weight in (("a", 3), ("b", 2), ("c", 1)):
        queue.control(f"weight:single:{lane}", weight)
        queue.put_many(100, task="effect_one", queue="single", lane=lane)
    taken = Counter()
    for seq in range(120):
        reply = queue.call("swap", "n:1:a", seq + 1, now_ms(), 0, 6000, 0, 0, 1, "single", 1, 1, "1")
        taken[queue.explain(reply[5].decode())["lane"]] += 1
    assert taken == {"a": 60, "b": 40, "c": 20}


def test_depth_counts_the_jobs_of_all_lanes(queue):
    queue.put_many(5, lane="a")
    queue.put_many(7, lane="b")
    queue.put_many(2)
    reply = queue.call("queues")
    assert (reply[6], reply[7], reply[8]) == (b"work", 14, 2)


def test_a_concurrency_limit_holds_over_all_workers(make_worker, queue):
    queue.control("rule:task:own", "2 0 0 0")
    for _ in range(2):
        make_worker(PURSER_WORKERS=3).start()
    ids = queue.put_many(12, task="own", queue="own", args={"do": "sleep", "ms": 60})
    most = 0

    def all_done():
        nonlocal most
        most = max(most, queue.redis.hlen("{purser}:hold:task:own"))
        return queue.is_empty()

    wait_until(all_done, 20, "all ran")
    assert most <= 2
    assert queue.redis.hlen("{purser}:hold:task:own") == 0 and len(ids) == 12


def test_a_limit_counts_each_key_apart(make_worker, queue):
    queue.control("rule:smtp", "1 0 0 0")
    slow = queue.put(task="own", queue="own", limit="smtp/a", args={"do": "sleep", "ms": 700})
    held = queue.put(task="own", queue="own", limit="smtp/a")
    other = queue.put(limit="smtp/b")
    worker = make_worker(PURSER_WORKERS=3).start()
    wait_until(lambda: other in worker.effects(), 5)
    explained = queue.explain(held)
    assert explained["state"] == "queued" and explained["held_by"] == "smtp/a" and explained["holders"] == slow
    wait_empty(queue)
    assert worker.order() == [other, slow, held]


def test_a_limit_is_free_again_when_its_job_crashed(make_worker, queue):
    queue.control("rule:task:effect", "1 0 0 0")
    bad = queue.put(args={"do": "crash", "times": 99})
    good = queue.put_many(3)
    worker = make_worker().start()
    wait_until(lambda: set(worker.effects()) == set(good), 15)
    wait_until(lambda: bad in queue.dead(), 10)
    assert queue.redis.hlen("{purser}:hold:task:effect") == 0


def test_a_rate_limit_lets_a_burst_through_and_then_its_rate(make_worker, queue):
    queue.control("rule:task:effect", "0 10 1000 5")
    worker = make_worker().start()
    start = time.monotonic()
    queue.put_many(15)
    wait_until(lambda: len(worker.effects()) >= 5, 5)
    assert len(worker.effects()) < 12
    wait_empty(queue)
    assert 0.8 < time.monotonic() - start < 4


def test_jobs_that_a_rule_held_run_when_the_rule_is_dropped(make_worker, queue):
    queue.control("rule:task:effect", "0 1 3600000 1")
    worker = make_worker().start()
    queue.put_many(10)
    wait_until(lambda: len(worker.effects()) == 1, 5)
    queue.control("rule:task:effect")
    wait_empty(queue)
    assert len(worker.effects()) == 10


def test_a_paused_queue_waits_until_it_goes_on(make_worker, queue):
    queue.control("pause:queue:work", "1")
    worker = make_worker().start()
    paused, other = queue.put(), queue.put(task="effect_one", queue="single")
    wait_until(lambda: other in worker.effects(), 5)
    assert queue.explain(paused)["queue_paused"] == "1"
    queue.control("pause:queue:work")
    wait_empty(queue)


def test_a_paused_task_waits_while_others_of_its_queue_run(make_worker, queue):
    queue.control("pause:task:effect", "1")
    worker = make_worker().start()
    paused = queue.put_many(20)
    other = queue.put(task="effect_256", queue="work")
    wait_until(lambda: other in worker.effects(), 5)
    wait_until(lambda: queue.explain(paused[0]).get("held_by") == "pause:effect", 5)
    queue.control("pause:task:effect")
    wait_empty(queue)
    assert set(worker.effects()) == set(paused) | {other}


def test_a_full_queue_refuses_who_asks_and_takes_what_was_accepted(queue):
    queue.control("bound:work", "3")
    one = [envelope(new_id(), "effect", "work", lane="x" * (i % 2)) for i in range(5)]
    assert queue.put_envelopes(*one, bounded=True)[0] == "+++ff"
    assert queue.put_envelopes(*one)[0] == "===++"


def test_dead_jobs_are_tried_again_from_the_start_or_dropped(make_worker, queue):
    worker = make_worker().start()
    queue.put_many(2, args={"do": "crash", "times": 3})
    dead = wait_until(lambda: len(queue.dead()) == 2 and list(queue.dead()), 15)
    worker.sql.cursor().execute("UPDATE job SET state = 'accepted' WHERE id::text = ANY(%s)", (dead,))
    assert queue.call("dead_retry", now_ms(), dead[0], new_id()) == b"+x"
    wait_until(lambda: worker.effects() == {dead[0]: 1}, 10)
    assert queue.call("dead_drop", dead[1]) == 1
    assert queue.is_empty()


def test_old_dead_jobs_are_forgotten(make_worker, queue):
    make_worker().start()
    queue.put_many(5, args={"do": "dead"})
    wait_until(lambda: len(queue.dead()) == 5, 10)
    assert queue.call("dead_prune", 0, 3) == 2
    assert queue.call("dead_prune", now_ms() + 1, 3) == 3
    assert queue.is_empty()


def test_explain_tells_the_place_in_the_queue_the_time_and_the_runner(make_worker, queue):
    ids = queue.put_many(10)
    assert queue.explain(ids[4])["ahead_of_it"] == "4"
    later = queue.put(run_at=now_ms() + 60000)
    assert 50000 < int(queue.explain(later)["due_in_ms"]) <= 60000
    running = queue.put(task="own", queue="own", args={"do": "sleep", "ms": 1000})
    make_worker().start()
    wait_until(lambda: queue.explain(running).get("node"), 5)
    assert queue.explain(new_id()) == {}


def test_a_full_memory_refuses_puts_and_still_drains(make_worker, queue, redis_server):
    worker = make_worker()
    ids = queue.put_many(500)
    queue.redis.config_set("maxmemory", 1)
    try:
        try:
            queue.put()
            raise AssertionError("a put was taken without memory")
        except Exception as refused:  # redis-py names it differently from version to version
            assert "OOM" in str(refused) or "maxmemory" in str(refused)
        worker.start()
        wait_empty(queue)
    finally:
        queue.redis.config_set("maxmemory", 0)
    assert worker.effects() == {job_id: 1 for job_id in ids}


def test_an_acknowledgement_of_a_node_that_was_given_up_changes_nothing(queue):
    job_id = queue.put()
    assert queue.call("swap", "n:1:a", 1, now_ms(), 1000, 500, 0, 0, 1, "work", 1, 1, "1")[5].decode() == job_id
    assert queue.call("reap", now_ms(), 2000)[:2] == [1, 1]
    queue.call("swap", "n:1:a", 2, now_ms(), 2000, 500, 0, 1, "R", job_id, now_ms() + 60000, "late", 0, 0)
    assert queue.state(job_id) == "queued"
    assert queue.explain(job_id)["attempt"] == "0"


def claim_and_lose(queue, job_ids, begins=()):
    """A dispatcher claims the jobs, begins some of them alone, and dies. Those that were claimed."""
    node, after_every_pause = f"n:{new_id()}:a", now_ms() + 10000
    reply = queue.call("swap", node, 1, after_every_pause, 1000, 500, 0, 0, 1, "work", len(job_ids), 1, "1")
    for job_id in begins:
        assert queue.call("begin", node, job_id) == 1
    assert queue.call("reap", now_ms(), 2000)[0] == len(job_ids)
    return {reply[5 + 2 * i].decode() for i in range(reply[4])}


def test_a_job_is_not_to_blame_for_dispatchers_that_die_while_it_waits_in_them(queue):
    ids = queue.put_many(3)
    for _ in range(10):
        assert claim_and_lose(queue, ids) == set(ids)
    assert {queue.state(job_id) for job_id in ids} == {"queued"}
    assert {queue.explain(job_id)["crashes"] for job_id in ids} == {"0"}


def test_a_job_under_which_a_dispatcher_dies_three_times_while_it_runs_alone_is_dead(queue):
    culprit, other = ids = queue.put_many(2)
    claim_and_lose(queue, ids)
    for _ in range(2):
        claim_and_lose(queue, ids, begins=[culprit])
        assert queue.state(culprit) != "dead"
    claim_and_lose(queue, ids, begins=[culprit])
    assert (queue.state(culprit), queue.state(other)) == ("dead", "queued")


def test_a_job_that_crashed_twice_gets_its_last_chance_after_a_pause(queue):
    queue.control("crash_pause_ms")
    job_id = queue.put()
    for count, (state, wait_ms) in enumerate([("queued", 0), ("scheduled", 2000)], start=1):
        now = now_ms()
        assert queue.call("swap", "n:1:a", count, now, 0, 500, 0, 0, 1, "work", 1, 1, "1")[5].decode() == job_id
        assert queue.call("requeue", "n:1:a", now, "crash", "signal 9", job_id) == 1
        assert queue.state(job_id) == state
        assert wait_ms == 0 or queue.call("states", job_id)[2] == now + wait_ms


def test_the_follow_up_of_a_batch_runs_once_when_all_of_it_is_done(make_worker, queue):
    worker = make_worker(PURSER_WORKERS=3).start()
    queue.put(args={"do": "batch", "count": 300})
    wait_until(lambda: len(worker.order()) == 302, 15)
    wait_empty(queue)
    tasks = [row[0] for row in worker.rows("SELECT task FROM test_effect ORDER BY n")]
    assert tasks.count("effect_one") == 1 and tasks[-1] == "effect_one"


def test_a_chain_runs_one_after_the_other(make_worker, queue):
    worker = make_worker(PURSER_WORKERS=3).start()
    queue.put(args={"do": "chain", "count": 10})
    wait_until(lambda: len(worker.order()) == 11, 15)
    wait_empty(queue)
    assert worker.order() == sorted(worker.order())

"""What stands around batches sees each of them, and the spans of traced jobs are in the worker's log."""

import re
from collections import Counter

from support.waiting import wait_until

TRACE = "0af7651916cd43dd8448eb211c80319c"
SAMPLED, UNSAMPLED = f"00-{TRACE}-b7ad6b7169203331-01", f"00-{TRACE}-b7ad6b7169203331-00"


def spans(worker):
    return [dict(re.findall(r"(\w+)=(\S+)", line)) for line in worker.log().splitlines() if "event=span" in line]


def test_a_middleware_sees_every_batch_before_and_after(make_worker, queue, make_folder):
    path = f"{make_folder('around')}/log"
    worker = make_worker(TEST_AROUND=path, PURSER_WORKERS=1)
    queue.put_many(64)
    queue.put(task="effect_one", queue="single", args={"do": "dead"})
    worker.start()
    wait_until(lambda: len(worker.effects()) == 64 and queue.dead(), 10)
    worker.stop()
    with open(path, encoding="ascii") as file:
        lines = Counter(file.read().splitlines())
    assert lines == {"before effect 64 0": 1, "after effect 64 0": 1, "before effect_one 1 0": 1, "after effect_one 1 2": 1}


def test_a_sampled_job_and_its_follow_up_leave_spans_of_one_trace(make_worker, queue):
    worker = make_worker(PURSER_TRACE_JOBS=1)
    queue.put(task="effect_one", queue="single", args={"do": "follow", "count": 1}, traceparent=SAMPLED)
    queue.put(traceparent=UNSAMPLED)
    queue.put()
    retried = queue.put(args={"do": "retry", "times": 1}, traceparent=SAMPLED)
    worker.start()
    wait_until(lambda: queue.is_empty() and len(spans(worker)) == 4, 10)
    found = spans(worker)
    assert {span["trace"] for span in found} == {TRACE} and len({span["span"] for span in found}) == 4
    assert Counter(span["task"] for span in found) == {"effect_one": 1, "effect": 3}
    assert [span["outcome"] for span in found if span["job"] == retried] == ["retry", "done"]
    assert all(span["parent"] == "b7ad6b7169203331" and int(span["run_us"]) > 0 and int(span["queued_ms"]) >= 0 for span in found)


def test_without_the_setting_no_job_leaves_a_span(make_worker, queue):
    worker = make_worker()
    queue.put(traceparent=SAMPLED)
    worker.start()
    wait_until(queue.is_empty, 10)
    assert spans(worker) == []

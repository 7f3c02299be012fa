"""The crash-point matrix: a program kills itself at each named place; every job still has one home and takes effect once."""

import os
import re
import subprocess

import pytest

from support.program import ROOT
from support.queue import envelope, new_id
from support.scheduler import Scheduler
from support.waiting import wait_until


def crash_points():
    found = subprocess.run(["grep", "-rhoE", r'crash_point\("[a-z_]+"\)', "--include=*.c", "worker", "tasks", "queue", "scheduler"],
                           cwd=ROOT, capture_output=True, text=True, check=True).stdout
    # These are passed by their own work alone: test_classification crashes there, test_recurring kills the scheduler.
    return sorted(set(re.findall(r'"([a-z_]+)"', found)) - {"classify_stored", "recurring_before_commit", "recurring_before_put"})


def test_there_are_at_least_20_crash_points():
    assert len(crash_points()) >= 20


def accept(worker, queue, count, put, args=None, task="effect", name="work"):
    """Rows as an API commits them; put, or left to the relay."""
    ids = [new_id() for _ in range(count)]
    envelopes = [envelope(i, task, name, args) for i in ids]
    with worker.sql.cursor() as cursor:
        cursor.executemany("INSERT INTO job (id, task, queue, envelope, enqueued_at) VALUES (%s, %s, %s, %s, now() - interval '5 s')",
                           [(i, task, name, e) for i, e in zip(ids, envelopes)])
    if put:
        queue.put_envelopes(*envelopes)
    return ids


@pytest.mark.parametrize("point", crash_points())
def test_a_crash_there_loses_and_doubles_nothing(point, make_worker, queue, make_folder):
    folder = make_folder("c")
    once = os.path.join(folder, "crashed")
    crash = {"PURSER_CRASH_AT": f"{point}:2:{once}"}
    if not point.startswith(("child_b", "child_c", "dispatcher_s", "dispatcher_h")):
        crash["PURSER_CRASH_AT"] = f"{point}:1:{once}"
    fast = {"PURSER_LEASE_MS": "1000", "PURSER_BEAT_MS": "200", "PURSER_WORKERS": "2"}
    worker = make_worker(**fast, **crash)
    scheduler = Scheduler(folder, worker.settings)
    ids = accept(worker, queue, 150, put=True) + accept(worker, queue, 60, put=False)
    own = accept(worker, queue, 5, put=True, task="own", name="own")
    follow = accept(worker, queue, 3, put=True, args={"do": "follow", "count": 20})
    accept(worker, queue, 1, put=True, args={"do": "crash", "times": 1})
    ended = accept(worker, queue, 1, put=True)
    queue.call("cancel", ended[0])
    try:
        for _ in range(3):  # whoever killed itself is started again, as a supervisor would
            if not scheduler.is_alive():
                scheduler.start(wait=False)
            if not worker.is_alive():
                worker.start(wait=False)
            wait_until(lambda: os.path.exists(once) or queue.is_empty(), 20, f"{point} was reached")
            if os.path.exists(once):
                break
            more = accept(worker, queue, 100, put=True)
            ids += more
        assert os.path.exists(once), f"{point} was never reached"

        def all_ended():
            if not scheduler.is_alive():
                scheduler.start(wait=False)
            if not worker.is_alive():
                worker.start(wait=False)
            return worker.rows("SELECT count(*) FROM job WHERE state = 'accepted'") == [(0,)] and queue.is_empty()

        wait_until(all_ended, 40, "every job has ended")
        effects = worker.effects()
        assert {job_id: effects.get(job_id) for job_id in ids + follow} == {job_id: 1 for job_id in ids + follow}
        assert set(own) <= set(effects) and ended[0] not in effects
        assert all(count == 1 for job_id, count in effects.items() if job_id not in own)
        followed = worker.rows("SELECT count(*) FROM job WHERE state = 'done'")[0][0]
        assert followed == len(ids) + len(own) + len(follow) + 60 + 1
    finally:
        scheduler.stop()

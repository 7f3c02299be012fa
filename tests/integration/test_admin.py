"""/v1/admin: an operator sees and steers the queue; nobody else does."""

import time

import pytest

from support.people import log_in, register
from support.queue import Queue, envelope, new_id
from support.waiting import wait_until


def test_an_operator_sees_and_steers_the_queue_and_nobody_else_does(instance, person):
    queue = Queue(instance.redis)
    assert person.client.get("/v1/admin/queues").status == 403
    operator = register(instance)
    instance.query("UPDATE app_user SET role = 'admin' WHERE username = %s", operator.username)
    log_in(operator.client, operator.username)
    client = operator.client
    assert client.post("/v1/admin/queues/ingest/pause").status == 204
    job_id = new_id()
    queue.put_envelopes(envelope(job_id, "ingest_transactions", "ingest"))
    assert client.get(f"/v1/admin/jobs/{job_id}/explain").json()["why"] == "its queue ingest is paused"
    assert [one for one in client.get("/v1/admin/queues").json()["data"] if one["name"] == "ingest"][0]["paused"] is True
    assert client.post("/v1/admin/queues/ingest/resume").status == 204
    wait_until(lambda: [one for one in client.get("/v1/admin/dead").json()["data"] if one["id"] == job_id], 10, "it is dead: its args are empty")
    assert client.post(f"/v1/admin/dead/{new_id()}/retry").status == 404
    assert len(client.get("/v1/admin/workers").json()["data"]) == 1


@pytest.fixture(scope="module")
def operator(instance):
    person = register(instance)
    instance.query("UPDATE app_user SET role = 'admin' WHERE username = %s", person.username)
    log_in(person.client, person.username)
    return person.client


@pytest.fixture
def dead(instance):
    """dead(count): so many jobs without a row that die of their arguments; their ids."""
    queue = Queue(instance.redis)

    def make(count, task="ingest_transactions", name="ingest"):
        ids = [new_id() for _ in range(count)]
        queue.put_envelopes(*(envelope(i, task, name) for i in ids))
        wait_until(lambda: set(ids) <= set(queue.dead()), 20, "they are dead")
        return ids

    make.queue = queue
    return make


def test_dead_jobs_are_listed_page_by_page_and_by_filter(operator, dead):
    ids = dead(7) + dead(2, "link_transfers", "classify")
    first = operator.get("/v1/admin/dead?limit=5&task=ingest_transactions").json()
    second = operator.get(f"/v1/admin/dead?limit=500&task=ingest_transactions&cursor={first['next_cursor']}").json()
    assert len(first["data"]) == 5 and second["next_cursor"] is None
    assert set(ids[:7]) <= {one["id"] for one in first["data"] + second["data"]} and not {*ids[7:]} & {one["id"] for one in second["data"]}
    assert operator.get("/v1/admin/dead?queue=nosuch").json()["data"] == []
    assert operator.get("/v1/admin/dead?reason=no%20reason%20ever").json() == {"data": [], "next_cursor": None}
    assert operator.delete("/v1/admin/dead?all=true").json()["dropped"] >= 9
    assert dead.queue.dead() == {}


def test_dead_jobs_are_tried_again_one_by_filter_and_all(operator, dead):
    ids = dead(3) + dead(2, "link_transfers", "classify")
    operator.post("/v1/admin/queues/ingest/pause")
    operator.post("/v1/admin/queues/classify/pause")
    assert operator.post(f"/v1/admin/dead/{ids[0]}/retry").status == 204
    assert operator.post("/v1/admin/dead/retry").status == 422
    assert operator.post("/v1/admin/dead/retry?task=link_transfers").json() == {"retried": 2}
    assert operator.post(f"/v1/admin/jobs/{ids[1]}/retry").status == 204
    assert operator.post("/v1/admin/dead/retry?all=true").json() == {"retried": 1}
    assert operator.post("/v1/admin/dead/retry?all=true").json() == {"retried": 0}
    assert {dead.queue.state(job_id) for job_id in ids} == {"queued"}
    assert operator.post("/v1/admin/queues/ingest/drain").json() == {"cancelled": 3}
    assert operator.post("/v1/admin/queues/classify/drain").json() == {"cancelled": 2}
    for name in ("ingest", "classify"):
        operator.post(f"/v1/admin/queues/{name}/resume")


def test_a_queue_that_no_task_uses_is_not_there_to_be_paused(operator):
    for what in ("pause", "resume", "drain"):
        assert operator.post(f"/v1/admin/queues/ingets/{what}").status == 404


def test_an_ended_job_is_explained_too(operator, person):
    row = {"account_id": person.main_account()["id"], "amount": "-1.00", "date": "2026-03-01", "description": "x"}
    job = person.client.post("/v1/transactions", row, headers={"Prefer": "wait=15"}).json()["job"]
    wait_until(lambda: operator.get(f"/v1/admin/jobs/{job['id']}/explain").json().get("why") == "it has ended: done", 5, "it has ended")
    assert operator.get(f"/v1/admin/jobs/{new_id()}/explain").status == 404


def test_a_dead_job_is_dropped_by_its_id(operator, dead):
    (job_id,) = dead(1)
    assert operator.delete(f"/v1/admin/dead/{job_id}").status == 204
    assert operator.delete(f"/v1/admin/dead/{job_id}").status == 404
    assert dead.queue.state(job_id) == ""


def test_any_job_is_shown_and_cancelled(instance, operator, person):
    queue = Queue(instance.redis)
    assert operator.get(f"/v1/admin/jobs/{new_id()}").status == 404
    operator.post("/v1/admin/queues/ingest/pause")
    answer = person.client.post("/v1/transactions", {"account_id": person.main_account()["id"], "amount": "-1", "date": "2026-03-01",
                                                     "description": "a"})
    job_id = answer.json()["job"]["id"]
    shown = operator.get(f"/v1/admin/jobs/{job_id}").json()
    assert shown["row"]["state"] == "accepted" and shown["redis"]["state"] == "queued"
    assert operator.get("/v1/admin/queues/ingest").json()["depth"] == 1
    assert operator.get("/v1/admin/queues/nosuch").status == 404
    assert operator.post(f"/v1/admin/jobs/{job_id}/cancel").json() == {"cancel": "cancelled"}
    assert person.client.get(f"/v1/jobs/{job_id}").json()["state"] == "cancelled"
    operator.post("/v1/admin/queues/ingest/resume")
    wait_until(lambda: queue.state(job_id) == "", 10, "whoever claims it ends it")
    later = new_id()
    queue.put_envelopes(envelope(later, "ingest_transactions", "ingest", run_at=int(time.time() * 1000) + 60000))
    assert "its time comes in" in operator.get(f"/v1/admin/jobs/{later}/explain").json()["why"]
    assert operator.post(f"/v1/admin/jobs/{later}/cancel").json() == {"cancel": "cancelled"}


def test_an_audit_counts_every_accepted_job(instance, operator, person):
    before = operator.get("/v1/admin/audit").json()
    assert before["balanced"] is True
    person.client.post("/v1/transactions", {"account_id": person.main_account()["id"], "amount": "-1", "date": "2026-03-01",
                                            "description": "audited"}, headers={"Prefer": "wait=15"})
    after = operator.get("/v1/admin/audit").json()
    assert after["balanced"] is True and after["accepted"] > before["accepted"] and after["done"] > before["done"]

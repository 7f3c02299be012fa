"""/v1/admin: an operator sees and steers the queue; nobody else does."""

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

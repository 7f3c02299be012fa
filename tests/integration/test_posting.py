"""Transactions posted over HTTP: accepted at once, stored once, refused whole with every fault named."""

import json
import socket
import threading
import uuid

import pytest
from support.people import register
from support.waiting import wait_until


def one(person, **changes):
    return {"account_id": person.main_account()["id"], "amount": "-24.47", "date": "2026-03-01", "description": "Bakery"} | changes


def stored(instance, person):
    return instance.query("SELECT amount, currency, description FROM transaction WHERE account_id = %s ORDER BY description, amount",
                          person.main_account()["id"])


def test_one_transaction_is_accepted_with_its_job_and_stored(instance, person):
    person = register(instance)
    answer = person.client.post("/v1/transactions", one(person, amount=10, tags=["a"]))
    assert answer.status == 202, answer
    body = answer.json()
    assert answer.headers["Location"] == "/v1/jobs/" + body["job"]["id"]
    assert (body["accepted"], body["job"]["state"], body["job"]["task"]) == (1, "queued", "ingest_transactions")
    job = instance.wait_for_job(person.client, body["job"]["id"])
    assert (job["state"], job["attempt"], job["result"], job["error"]) == ("done", 1, {"transactions": 1}, None)
    assert job["enqueued_at"] <= job["started_at"] <= job["finished_at"]
    assert stored(instance, person) == [(1000, "EUR", "Bakery")]
    assert person.client.get("/v1/transactions").json()["data"][0]["amount"] == "10.00"


@pytest.mark.parametrize("count", [2, 500, 5000])
def test_a_list_is_one_job(instance, count):
    person = register(instance)
    account = person.main_account()["id"]
    rows = [{"account_id": account, "amount": f"{n}.01", "date": "2026-03-01", "description": f"row {n}"} for n in range(count)]
    answer = person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"})
    assert answer.status == 200, answer
    assert answer.json()["accepted"] == count
    assert answer.json()["job"]["result"] == {"transactions": count}
    (number, total), = instance.query("SELECT count(*), sum(amount) FROM transaction WHERE account_id = %s", account)
    assert (number, total) == (count, sum(100 * n + 1 for n in range(count)))
    assert instance.query("SELECT count(*) FROM job_payload") == [(0,)]


BAD = [
    ({"colour": 1}, "/colour", 422), ({"amount": "1.005"}, "/amount", 422), ({"amount": 1.005}, "/amount", 422),
    ({"amount": "ten"}, "/amount", 422), ({"amount": None}, "/amount", 422), ({"amount": "9223372036854775808"}, "/amount", 422),
    ({"currency": "USD"}, "/currency", 422), ({"currency": "XXX"}, "/currency", 422), ({"date": "2026-02-30"}, "/date", 422),
    ({"date": 20260301}, "/date", 422), ({"account_id": str(uuid.UUID(int=7))}, "/account_id", 404),
    ({"account_id": "main"}, "/account_id", 422), ({"category_id": str(uuid.UUID(int=7))}, "/category_id", 422),
    ({"description": "a\u0000b"}, "/description", 422), ({"description": "x" * 5001}, "/description", 422),
    ({"description": 5}, "/description", 422), ({"tags": "a"}, "/tags", 422), ({"tags": ["t"] * 21}, "/tags", 422),
    ({"status": "lost"}, "/status", 422),
]


@pytest.mark.parametrize("change, pointer, status", BAD)
def test_a_bad_field_is_named(instance, person, change, pointer, status):
    for body, where in ((one(person, **change), pointer),
                        ({"transactions": [one(person), one(person, **change)]}, "/transactions/1" + pointer)):
        answer = person.client.post("/v1/transactions", body)
        assert answer.status == status, answer
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert where in [error["pointer"] for error in answer.json()["errors"]], answer
    assert stored(instance, person) == []


RAW = [
    (b"", ""), (b"{", ""), (b"[]", ""), (b"null", ""), (b"5", ""), (b"\xff\xfe", ""), (b"{}x", ""),
    (b'{"amount":1e400}', "/amount"), (b'{"amount":-9223372036854775809}', "/amount"),
    (b'{"amount":9223372036854775808}', "/amount"), (b'{"description":"\\ud800"}', "/description"),
    (b'{"amount":24.4700000000000001}', "/amount"), (b'{"date":"a","date":"b"}', "/date"),
    (b'{"a":' + b"[" * 65 + b"]" * 65 + b"}", None), (b'{"description":"\xc3\x28"}', "/description"),
    (b'{"amount":NaN}', "/amount"), (b'{"amount":+1}', "/amount"), (b'{"amount":.5}', "/amount"), (b"{'amount':1}", ""),
    (b'{"transactions":[]}', "/transactions"), (b'{"transactions":[1]}', "/transactions/0"),
    (b'{"transactions":[' + b"{}," * 5000 + b"{}]}", "/transactions"),
]


@pytest.mark.parametrize("raw, pointer", RAW)
def test_a_body_that_is_no_transaction_says_where(person, raw, pointer):
    answer = person.client.post("/v1/transactions", raw, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status < 500, answer
    errors = answer.json()["errors"]
    assert errors and all(error["detail"] for error in errors)
    if pointer is not None:
        assert pointer in [error["pointer"] for error in errors], answer


def test_faults_of_form_and_of_meaning_are_told_together(person):
    good = {"account_id": person.main_account()["id"], "amount": "-1.00", "date": "2026-03-01", "description": "a"}
    rows = [good, good | {"amount": "1.005"}, good | {"date": "2026-02-30", "amount": "ten"}, good | {"account_id": str(uuid.uuid4())},
            good | {"colour": 1, "currency": "USD"}, {"amount": "1.00"}, good | {"category_id": str(uuid.uuid4())}]
    answer = person.client.post("/v1/transactions?shape=round", {"transactions": rows})
    assert answer.status == 422
    assert {"shape", "/transactions/1/amount", "/transactions/2/date", "/transactions/2/amount", "/transactions/3/account_id",
            "/transactions/4/colour", "/transactions/4/currency", "/transactions/5/account_id", "/transactions/5/date",
            "/transactions/6/category_id"} <= {error["pointer"] for error in answer.json()["errors"]}
    assert person.client.post("/v1/transactions", {"transactions": [good, rows[3]]}).status == 404


def test_a_packed_body_is_refused_by_name(person):
    for encoding, status in (("gzip", 415), ("identity", 422)):
        answer = person.client.post("/v1/transactions", b"{}", headers={"Content-Type": "application/json", "Content-Encoding": encoding})
        assert answer.status == status, answer


def test_every_fault_is_told_at_once(person):
    answer = person.client.post("/v1/transactions", {"amount": True, "date": "x", "colour": 1})
    assert {"/amount", "/date", "/colour", "/account_id"} <= {error["pointer"] for error in answer.json()["errors"]}


def test_a_number_and_a_string_are_the_same_amount(instance):
    person = register(instance)
    rows = [one(person, amount=amount, description=f"{n}") for n, amount in enumerate([10, "10.00", 10.0, "+10", "10", 1e1])]
    answer = person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=10"})
    assert answer.status == 200, answer
    assert {amount for amount, _, _ in stored(instance, person)} == {1000}


def test_another_users_account_is_not_there(instance, person):
    stranger = register(instance)
    answer = stranger.client.post("/v1/transactions", one(person))
    assert answer.status == 404
    answer = stranger.client.post("/v1/transactions", {"transactions": [one(stranger), one(person)]})
    assert answer.status == 404
    assert answer.json()["errors"][0]["pointer"] == "/transactions/1/account_id"


def test_a_deleted_account_takes_nothing(instance):
    person = register(instance)
    body = one(person)
    assert person.client.post("/v1/transactions", body, headers={"Prefer": "wait=10"}).status == 200
    answer = person.client.post("/v1/accounts", {"name": "Second", "type": "cash", "currency": "EUR"})
    second = answer.json()["id"]
    assert person.client.post("/v1/transactions", body | {"account_id": second}, headers={"Prefer": "wait=10"}).status == 200
    instance.query("UPDATE account SET deleted_at = now() WHERE id = %s RETURNING id", second)
    assert person.client.post("/v1/transactions", body | {"account_id": second}).status == 404


def test_without_workers_posting_goes_on_and_all_is_stored_later(make_instance):
    own = make_instance().start()
    person = register(own)
    own.kill("worker")
    answers = [person.client.post("/v1/transactions", one(person, description=f"{n:03}")) for n in range(50)]
    assert {answer.status for answer in answers} == {202}
    job = answers[0].json()["job"]["id"]
    assert person.client.get(f"/v1/jobs/{job}").json()["state"] in ("queued", "running")
    own.start("worker")
    wait_until(lambda: len(stored(own, person)) == 50, 20, "all are stored")


# Idempotency-Key


def test_the_same_request_under_a_key_has_one_effect_and_one_answer(instance):
    person = register(instance)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = one(person)
    first = person.client.post("/v1/transactions", body, headers=key)
    again = person.client.post("/v1/transactions", body, headers=key)
    assert (first.status, again.status) == (202, 202)
    assert first.body == again.body and again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    instance.wait_for_job(person.client, first.json()["job"]["id"])
    assert len(stored(instance, person)) == 1


def test_another_request_under_the_key_is_refused(instance):
    person = register(instance)
    key = {"Idempotency-Key": "k"}
    assert person.client.post("/v1/transactions", one(person), headers=key).status == 202
    answer = person.client.post("/v1/transactions", one(person, amount="1.00"), headers=key)
    assert (answer.status, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert person.client.post("/v1/accounts", {"name": "A", "type": "cash", "currency": "EUR"}, headers=key).status == 422
    stranger = register(instance)  # another's keys are another's
    assert stranger.client.post("/v1/transactions", one(stranger), headers=key).status == 202


def test_a_refusal_is_kept_too(person):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = one(person, amount="x")
    answers = [person.client.post("/v1/transactions", body, headers=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [422, 422]
    assert answers[0].body == answers[1].body
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_twenty_at_once_under_one_key_are_one(instance):
    person = register(instance)
    body = one(person)
    answers = []

    def post():
        client = instance.client(person.token)
        answers.append(client.post("/v1/transactions", body, headers={"Idempotency-Key": "race"}))
        client.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {202}
    assert len({answer.body for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    instance.wait_for_job(person.client, answers[0].json()["job"]["id"])
    assert len(stored(instance, person)) == 1


def test_a_key_is_kept_for_a_day(instance):
    person = register(instance)
    key = {"Idempotency-Key": "day"}
    body = {"name": "Purse", "type": "cash", "currency": "EUR"}
    assert person.client.post("/v1/accounts", body, headers=key).status == 201
    assert person.client.post("/v1/accounts", body, headers=key).headers["Idempotency-Replayed"] == "true"
    instance.query("UPDATE idempotency SET created_at = created_at - interval '25 hours' WHERE key = 'day' RETURNING key")
    answer = person.client.post("/v1/accounts", body, headers=key)
    assert answer.status == 409  # done anew: the name is taken


def test_a_crash_between_the_effect_and_its_answer_doubles_nothing(make_instance):
    own = make_instance(PURSER_IDEMPOTENCY_LEASE_MS=1000).start()
    person = register(own)
    key = {"Idempotency-Key": "crash"}
    body = one(person)
    first = person.client.post("/v1/transactions", body, headers=key)
    assert first.status == 202
    # As if the API had died before it could keep the answer.
    own.query("UPDATE idempotency SET status = NULL, reply = NULL WHERE key = 'crash' RETURNING key")
    own.restart("api", 9)
    person.client.close()
    again = person.client.post("/v1/transactions", body, headers=key)
    assert again.status == 202
    assert again.json()["job"]["id"] == first.json()["job"]["id"]
    own.wait_for_job(person.client, first.json()["job"]["id"])
    assert len(stored(own, person)) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "\xff"])
def test_a_bad_key_is_refused(person, key):
    answer = person.client.post("/v1/transactions", one(person), headers={"Idempotency-Key": key})
    assert answer.status == 400


# Jobs


def test_a_strangers_job_is_not_there(instance, person):
    job = person.client.post("/v1/transactions", one(person)).json()["job"]["id"]
    stranger = register(instance)
    for path in (f"/v1/jobs/{job}", f"/v1/jobs/{job}/events", f"/v1/jobs/{uuid.uuid4()}", "/v1/jobs/x"):
        assert stranger.client.get(path).status == 404
    assert stranger.client.delete(f"/v1/jobs/{job}").status == 404


def test_jobs_are_listed_by_state(instance):
    person = register(instance)
    jobs = [person.client.post("/v1/transactions", one(person), headers={"Prefer": "wait=10"}).json()["job"]["id"] for _ in range(3)]
    listed = person.client.get("/v1/jobs?state=done").json()
    assert [job["id"] for job in listed["data"]] == jobs[::-1]
    page = person.client.get("/v1/jobs?limit=2").json()
    assert [job["id"] for job in page["data"]] == jobs[:0:-1]
    rest = person.client.get(f"/v1/jobs?limit=2&cursor={page['next_cursor']}").json()
    assert [job["id"] for job in rest["data"]] == jobs[:1] and rest["next_cursor"] is None
    assert person.client.get("/v1/jobs?state=dead").json()["data"] == []
    assert person.client.get("/v1/jobs?state=nothing").status == 422
    assert person.client.get("/v1/jobs?sate=done").status == 422


def test_a_waiting_job_can_be_cancelled(make_instance):
    own = make_instance().start()
    person = register(own)
    own.kill("worker")
    job = person.client.post("/v1/transactions", one(person)).json()["job"]["id"]
    answer = person.client.delete(f"/v1/jobs/{job}")
    assert (answer.status, answer.json()["state"]) == (200, "cancelled")
    assert person.client.delete(f"/v1/jobs/{job}").status == 409
    own.start("worker")
    later = person.client.post("/v1/transactions", one(person, description="later"), headers={"Prefer": "wait=15"})
    assert later.status == 200
    assert [row[2] for row in stored(own, person)] == ["later"]


@pytest.mark.parametrize("of", ["/v1/jobs/{job}/events", "/v1/export"])
def test_head_of_a_stream_is_its_head_alone(person, of):
    job = person.client.post("/v1/transactions", one(person)).json()["job"]["id"]
    with socket.create_connection(("127.0.0.1", person.client.port), timeout=20) as connection:
        connection.sendall(f"HEAD {of.format(job=job)} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 200 ") and received.endswith(b"\r\n\r\n") and received.count(b"\r\n\r\n") == 1


def test_events_follow_a_job_to_its_end(make_instance):
    own = make_instance().start()
    person = register(own)
    own.kill("worker")
    job = person.client.post("/v1/transactions", one(person)).json()["job"]["id"]
    with socket.create_connection(("127.0.0.1", own.port), timeout=20) as connection:
        connection.sendall(f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {person.token}\r\n\r\n".encode())
        received = connection.recv(65536)
        while b"\n\n" not in received.partition(b"\r\n\r\n")[2]:
            received += connection.recv(65536)
        assert b"Content-Type: text/event-stream\r\n" in received
        own.start("worker")
        while piece := connection.recv(65536):
            received += piece
    events = [json.loads(line[6:]) for line in received.decode().splitlines() if line.startswith("data: ")]
    assert events[0]["state"] == "queued"
    assert events[-1]["state"] == "done"
    assert all(event["id"] == job for event in events)

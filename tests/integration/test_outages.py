"""What stands behind the API goes away, is slow, or is full: clear answers, no restart, nothing accepted is lost."""

import os
import signal
import threading
import time

import pytest
from support.people import PASSWORD, register
from support.servers import PrivatePostgres
from support.waiting import wait_until


def body(account, description="x"):
    return {"account_id": account, "amount": "-1.00", "date": "2026-03-01", "description": description}


@pytest.fixture(scope="module")
def own_postgres(make_folder, keys):
    """One that may be restarted without harm to other modules."""
    from support.instance import run_purser
    server = PrivatePostgres(make_folder("pg")).start()
    server.execute("CREATE DATABASE own TEMPLATE template0")
    run_purser("migrate", environment={"PURSER_DATABASE_URL": server.url("own")})
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own(own_postgres, make_folder, keys):
    from support.instance import Instance
    instance = Instance(make_folder("i"), own_postgres, "own", keys).start()
    yield instance
    instance.stop()


def is_ready(instance):
    client = instance.client()
    try:
        return client.get("/readyz").status == 200
    finally:
        client.close()


def test_postgresql_restarts_under_the_api(own, own_postgres):
    person = register(own)
    account = person.main_account()["id"]
    assert person.client.post("/v1/transactions", body(account)).status == 202
    own_postgres.restart(signal.SIGQUIT)
    wait_until(lambda: is_ready(own), 20, "the API is ready again")
    assert person.client.post("/v1/transactions", body(account), headers={"Prefer": "wait=20"}).status == 200


def test_without_postgresql_the_answer_is_503_in_time(own, own_postgres):
    person = register(own)
    own_postgres.stop()
    try:
        started = time.monotonic()
        answer = person.client.get("/v1/users/me")
        assert (answer.status, answer.json()["type"]) == (503, "/problems/busy")
        assert int(answer.headers["Retry-After"]) >= 1
        assert time.monotonic() - started < 8
        ready = own.client().get("/readyz")
        assert ready.status == 503 and ready.json()["postgresql"] != "ok" and ready.json()["redis"] == "ok"
        assert own.client().get("/healthz").status == 200
    finally:
        own_postgres.start()
    wait_until(lambda: is_ready(own), 20, "the API is ready again")
    assert person.client.get("/v1/users/me").status == 200


def test_postgresql_gives_up_what_a_killed_child_had_asked_for(own, own_postgres):
    person = register(own)
    account = person.main_account()["id"]
    with own_postgres.connect("own") as owner, own.connect().cursor() as watcher:
        def waiting():
            watcher.execute("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO transaction%' AND pid <> pg_backend_pid()")
            return {row[0] for row in watcher.fetchall()}
        holder = owner.cursor()
        holder.execute("BEGIN; LOCK TABLE transaction")
        assert person.client.post("/v1/transactions", body(account)).status == 202
        asked = wait_until(waiting, 10, "a child waits for the table")
        for child in own.worker_children():
            os.kill(child, signal.SIGKILL)
        wait_until(lambda: not asked & waiting(), 10, "its statement has ended")
        holder.execute("ROLLBACK")
    wait_until(lambda: len(person.client.get("/v1/transactions").json()["data"]) == 1, 20, "another child has stored it")


def test_what_was_accepted_while_connections_die_is_stored_once(own, own_postgres):
    person = register(own)
    account = person.main_account()["id"]
    accepted, stop = [], threading.Event()

    def post(worker):
        client = own.client(person.token)
        for n in range(10000):
            if stop.is_set():
                break
            name = f"{worker}-{n}"
            answer = client.post("/v1/transactions", body(account, name))
            assert answer.status in (202, 503), answer
            if answer.status == 202:
                accepted.append(name)
        client.close()

    threads = [threading.Thread(target=post, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for round in range(10):
        wait_until(lambda: len(accepted) > 20 * (round + 1), 20, "some more are accepted")
        own.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'own' AND pid <> pg_backend_pid()")
    stop.set()
    for thread in threads:
        thread.join()
    wait_until(lambda: own.query("SELECT count(*) FROM job WHERE state = 'accepted'") == [(0,)], 30, "all jobs have ended")
    stored = [name for name, in own.query("SELECT description FROM transaction WHERE account_id = %s", account)]
    # A 503 may have happened all the same; a 202 must have, and nothing twice.
    assert len(stored) == len(set(stored))
    assert set(accepted) <= set(stored)


def test_without_redis_posting_goes_on(own):
    person = register(own)
    account = person.main_account()["id"]
    own.redis.kill()
    try:
        answers = [person.client.post("/v1/transactions", body(account, f"{n}")) for n in range(5)]
        assert {answer.status for answer in answers} == {202}
        job = answers[0].json()["job"]["id"]
        assert person.client.get(f"/v1/jobs/{job}").json()["state"] == "queued"
        ready = own.client().get("/readyz")
        assert ready.status == 503 and ready.json()["postgresql"] == "ok" and ready.json()["redis"] != "ok"
    finally:
        own.redis.start()
    wait_until(lambda: len(own.query("SELECT 1 FROM transaction WHERE account_id = %s", account)) == 5, 30, "all are stored")


def test_a_statement_that_takes_too_long_is_ended(make_instance):
    own = make_instance(PURSER_API_STATEMENT_MS=300).start()
    person = register(own)
    account = person.main_account()["id"]
    connection = own.connect()
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE account IN ACCESS EXCLUSIVE MODE")
        answer = person.client.get("/v1/accounts")
        assert answer.status == 503 and "Retry-After" in answer.headers
    connection.rollback()
    connection.close()
    assert person.client.post("/v1/transactions", body(account)).status == 202


def test_a_full_line_for_postgresql_is_503_at_once(make_instance):
    own = make_instance(PURSER_API_CONNECTIONS=1, PURSER_API_WAITING_MAX=2, PURSER_API_WAIT_MS=1000).start()
    person = register(own)
    connection = own.connect()
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE session IN ACCESS EXCLUSIVE MODE")
        answers = []

        def ask():
            client = own.client(person.token)
            started = time.monotonic()
            answers.append((client.post("/v1/sessions/refresh", {"refresh_token": "A" * 43}).status, time.monotonic() - started))
            client.close()

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(answers) >= 5, 10, "those beyond the line are answered")
        assert {status for status, _ in answers[:5]} == {503}
        assert max(took for _, took in answers[:5]) < 0.9
        wait_until(lambda: len(answers) >= 7, 10, "those in line have waited too long")
        connection.rollback()
        for thread in threads:
            thread.join()
    connection.close()
    assert person.client.get("/v1/users/me").status == 200


def test_too_many_logins_at_once_are_told_to_come_back(make_instance):
    own = make_instance(PURSER_PASSWORD_THREADS=1, PURSER_PASSWORD_WAITING_MAX=2).start()
    person = register(own)
    statuses = []

    def ask():
        client = own.client()
        answer = client.post("/v1/sessions", {"username": person.username, "password": PASSWORD})
        statuses.append((answer.status, answer.headers.get("Retry-After")))
        client.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    # Others are served meanwhile: a password is not hashed on the loop.
    started = time.monotonic()
    assert own.client().get("/healthz").status == 200
    assert time.monotonic() - started < 0.5
    for thread in threads:
        thread.join()
    assert {status for status, _ in statuses} == {200, 503}
    assert all(after is not None for status, after in statuses if status == 503)


def test_a_full_queue_is_answered_503_until_it_has_drained(make_instance):
    instance = make_instance(PURSER_QUEUE_MAX=5).start()
    person = register(instance)
    account = person.main_account()["id"]
    instance.kill("worker", signal.SIGTERM)
    accepted, refused = [], None
    for n in range(50):
        answer = person.client.post("/v1/transactions", body(account, f"row {n}"), headers={"Idempotency-Key": f"full-{n}"})
        if answer.status == 503:
            refused = n
            break
        accepted.append(answer.json()["job"]["id"])
    assert refused is not None, "fifty jobs were taken into a queue of five"
    assert 5 <= len(accepted) <= 6  # one may be on its way while the first answer comes
    assert (answer.json()["type"], int(answer.headers["Retry-After"]) >= 1) == ("/problems/busy", True)
    (rows,), = instance.query("SELECT count(*) FROM job WHERE task = 'ingest_transactions'")
    assert rows == len(accepted), "what was refused left a row"
    assert person.client.get("/v1/users/me").status == 200  # reading goes on
    instance.start("worker")
    again = wait_until(lambda: post_again(person, account, refused), 15, "the queue takes work again")
    for job in accepted + [again]:
        assert instance.wait_for_job(person.client, job)["state"] == "done"


def post_again(person, account, n):
    """The refused request under its key: the refusal was no lasting answer."""
    answer = person.client.post("/v1/transactions", body(account, f"row {n}"), headers={"Idempotency-Key": f"full-{n}"})
    assert answer.status in (202, 503), answer
    return answer.json()["job"]["id"] if answer.status == 202 else None


def test_a_queue_s_own_bound_goes_before_the_setting(make_instance):
    instance = make_instance().start()
    person = register(instance)
    account = person.main_account()["id"]
    instance.kill("worker", signal.SIGTERM)
    instance.purser("queue", "set", "bound:ingest", "1")
    wait_until(lambda: person.client.post("/v1/transactions", body(account)).status == 503, 15, "the bound is seen")
    instance.purser("queue", "set", "bound:ingest")
    wait_until(lambda: person.client.post("/v1/transactions", body(account)).status == 202, 15, "the bound is gone")

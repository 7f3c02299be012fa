"""The API kills itself between the commit of accepted work and its put, and behind the put: who sends again under the same
Idempotency-Key finds the work accepted, and it is stored once."""

import os

import pytest

from support.people import register
from support.waiting import wait_until


@pytest.mark.parametrize("point", ["api_before_put", "api_put"])
def test_what_was_committed_before_the_api_died_is_stored_once(make_instance, make_folder, point):
    instance = make_instance().start()
    person = register(instance)
    account = person.main_account()["id"]
    once = os.path.join(make_folder("c"), "crashed")
    instance.restart("api", PURSER_CRASH_AT=f"{point}:1:{once}")
    body = {"transactions": [{"account_id": account, "amount": f"-{n}.00", "date": "2026-03-01", "description": f"n{n}"} for n in range(1, 30)]}
    client = instance.client(person.token)
    try:
        client.post("/v1/transactions", body, headers={"Idempotency-Key": "k"})
    except (OSError, AssertionError):
        pass  # it died before it answered, or behind the answer
    wait_until(lambda: os.path.exists(once), 10, f"{point} was reached")
    instance.restart("api")
    client = instance.client(person.token)
    answer = wait_until(lambda: client.post("/v1/transactions", body, headers={"Idempotency-Key": "k"}), 10)
    assert answer.status == 202, answer.body
    wait_until(lambda: instance.query("SELECT count(*) FROM job WHERE state = 'accepted'") == [(0,)], 20, "every job has ended")
    assert instance.query("SELECT count(*), count(DISTINCT description) FROM transaction") == [(29, 29)]

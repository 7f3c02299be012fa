"""Transfers between a person's accounts: found in uploads, linked and unlinked by hand, taken back by undo."""

import itertools

import pytest
from support.people import register
from support.waiting import wait_until

HEAD = "Date,Description,Amount\n"
_numbers = itertools.count(1)


@pytest.fixture
def owner(instance):
    """A person of the test's own: other accounts of a shared one would be candidates too."""
    return register(instance)


def new_account(person, currency="EUR"):
    answer = person.client.post("/v1/accounts", {"name": f"T{next(_numbers)}", "type": "checking", "currency": currency})
    assert answer.status == 201, answer
    return answer.json()


def upload(person, account, rows):
    """Uploads, and waits for the import and for the job that follows it."""
    before = linked_jobs(person)
    answer = person.client.post(f"/v1/uploads?account_id={account['id']}&format=csv", (HEAD + rows).encode())
    assert answer.status == 202, answer
    path = "/v1/uploads/" + answer.json()["upload"]["id"]
    wait_until(lambda: person.client.get(path).json()["state"] == "done", 20, "the upload is done")
    wait_until(lambda: linked_jobs(person) > before, 20, "link_transfers has run")
    return path


def linked_jobs(person):
    return sum(job["task"] == "link_transfers" for job in person.client.get("/v1/jobs?state=done&limit=500").json()["data"])


def rows_of(person, account):
    return person.client.get(f"/v1/transactions?account={account['id']}").json()["data"]


def transfer_of(person, account, amount):
    return {row["transfer_id"] for row in rows_of(person, account) if row["amount"] == amount}


def test_the_other_half_in_another_account_is_found(owner):
    here, there = new_account(owner), new_account(owner)
    upload(owner, here, "2026-01-02,TO SAVINGS,-250.00\n2026-01-02,COFFEE,-3.20\n")
    assert transfer_of(owner, here, "-250.00") == {None}
    upload(owner, there, "2026-01-04,FROM CHECKING,250.00\n2026-01-04,INTEREST,3.10\n")
    (transfer,) = transfer_of(owner, there, "250.00")
    assert transfer is not None and transfer_of(owner, here, "-250.00") == {transfer}
    assert transfer_of(owner, here, "-3.20") == {None}
    pair = owner.client.get(f"/v1/transfers/{transfer}").json()["transactions"]
    assert [half["amount"] for half in pair] == ["-250.00", "250.00"]


@pytest.mark.parametrize("here_rows, there_rows", [
    ("2026-01-02,RENT,-70.00\n2026-01-03,SHOP,-70.00\n", "2026-01-03,GIFT,70.00\n"),
    ("2026-01-02,RENT,-70.00\n", "2026-01-03,GIFT,70.00\n2026-01-04,BACK,70.00\n"),
    ("2026-01-02,RENT,-70.00\n", "2026-01-06,GIFT,70.00\n"),
    ("2026-01-02,RENT,-70.00\n", "2026-01-02,GIFT,-70.00\n"),
    ("2026-01-02,RENT,-70.00\n", "2026-01-02,GIFT,70.01\n"),
], ids=["two on this side", "two on that side", "too many days apart", "the same sign", "another amount"])
def test_what_is_not_certainly_a_pair_is_left_alone(owner, here_rows, there_rows):
    here, there = new_account(owner), new_account(owner)
    upload(owner, here, here_rows)
    upload(owner, there, there_rows)
    rows = rows_of(owner, here) + rows_of(owner, there)
    assert {row["transfer_id"] for row in rows} == {None}


def test_rows_in_two_currencies_are_not_taken_for_a_pair(owner):
    here, there = new_account(owner), new_account(owner, "USD")
    upload(owner, here, "2026-01-02,RENT,-70.00\n")
    upload(owner, there, "2026-01-02,GIFT,70.00\n")
    assert transfer_of(owner, there, "70.00") == {None}


def test_undoing_an_upload_leaves_the_other_half_as_a_plain_row(owner):
    here, there = new_account(owner), new_account(owner)
    upload(owner, here, "2026-01-02,OUT,-80.00\n")
    path = upload(owner, there, "2026-01-02,IN,80.00\n")
    assert transfer_of(owner, here, "-80.00") != {None}
    answer = owner.client.delete(path)
    assert answer.status == 202, answer
    wait_until(lambda: owner.client.get(path).json()["state"] == "undone", 20, "the upload is undone")
    assert rows_of(owner, there) == [] and transfer_of(owner, here, "-80.00") == {None}
    upload(owner, there, "2026-01-02,IN,80.00\n")
    assert transfer_of(owner, here, "-80.00") == transfer_of(owner, there, "80.00") != {None}, "and is found again"


def post(person, account, amount, date="2026-03-01"):
    answer = person.client.post("/v1/transactions", {"account_id": account["id"], "amount": amount, "date": date, "description": "by hand"},
                                headers={"Prefer": "wait=10"})
    assert answer.status in (200, 202), answer
    return wait_until(lambda: [row["id"] for row in rows_of(person, account) if row["amount"] == amount], 10, "the row is there")[0]


def test_two_rows_are_linked_and_unlinked_by_hand(owner):
    here, there = new_account(owner), new_account(owner)
    out, into = post(owner, here, "-31.00"), post(owner, there, "31.00", "2026-05-01")
    made = owner.client.post("/v1/transfers/link", {"transaction_ids": [out, into]})
    assert made.status == 201, made
    transfer = made.json()["id"]
    assert made.headers["Location"] == f"/v1/transfers/{transfer}"
    assert transfer_of(owner, here, "-31.00") == transfer_of(owner, there, "31.00") == {transfer}
    assert owner.client.post("/v1/transfers/link", {"transaction_ids": [into, out]}).status == 409
    assert owner.client.delete(f"/v1/transfers/{transfer}?keep=true").status == 204
    assert transfer_of(owner, here, "-31.00") == transfer_of(owner, there, "31.00") == {None}
    assert owner.client.delete(f"/v1/transfers/{transfer}?keep=true").status == 404


def test_linking_the_same_pair_again_under_one_key_is_one_transfer(owner):
    here, there = new_account(owner), new_account(owner)
    pair = {"transaction_ids": [post(owner, here, "-32.00"), post(owner, there, "32.00")]}
    first = owner.client.post("/v1/transfers/link", pair, headers={"Idempotency-Key": "one"})
    again = owner.client.post("/v1/transfers/link", pair, headers={"Idempotency-Key": "one"})
    assert first.status == again.status == 201 and first.json()["id"] == again.json()["id"]


def test_rows_that_do_not_cancel_out_are_refused_and_strangers_rows_are_not_there(owner, person):
    here, there = new_account(owner), new_account(owner)
    out, more, same = post(owner, here, "-33.00"), post(owner, there, "34.00"), post(owner, here, "33.00")
    for pair in ([out, more], [out, same]):
        refused = owner.client.post("/v1/transfers/link", {"transaction_ids": pair})
        assert refused.status == 422 and refused.json()["errors"][0]["pointer"] == "/transaction_ids", refused
    assert owner.client.post("/v1/transfers/link", {"transaction_ids": [out, out]}).status == 422
    assert owner.client.post("/v1/transfers/link", {"transaction_ids": [out, "x"]}).status == 422
    assert person.client.post("/v1/transfers/link", {"transaction_ids": [out, more]}).status == 404
    assert transfer_of(owner, here, "-33.00") == {None}


def test_a_pair_linked_by_hand_outlives_the_undoing_of_its_upload(owner):
    here, there = new_account(owner), new_account(owner)
    path = upload(owner, here, "2026-01-02,OUT,-90.00\n")
    out = rows_of(owner, here)[0]["id"]
    into = post(owner, there, "90.00", "2026-06-01")
    assert owner.client.post("/v1/transfers/link", {"transaction_ids": [out, into]}).status == 201
    assert owner.client.delete(path).status == 202
    wait_until(lambda: owner.client.get(path).json()["state"] == "undone", 20, "the upload is undone")
    assert owner.client.get(path).json()["kept_edited"] == 1
    assert transfer_of(owner, here, "-90.00") == transfer_of(owner, there, "90.00") != {None}

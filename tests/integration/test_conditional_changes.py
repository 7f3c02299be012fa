"""If-Match: whatever shows an ETag is changed and deleted only in the version that was seen."""

import pytest
from support.people import register


@pytest.fixture(scope="module")
def owner(instance):
    person = register(instance)
    person.account = person.main_account()["id"]
    person.category = person.client.get("/v1/categories?limit=1").json()["data"][0]["id"]
    return person


def make(owner, path, body):
    answer = owner.client.post(path, body)
    assert answer.status == 201, answer
    return f"{path}/{answer.json()['id']}"


def make_transaction(owner):
    row = {"account_id": owner.account, "amount": "-1.00", "date": "2026-03-01", "description": "x", "category_id": owner.category}
    assert owner.client.post("/v1/transactions", row, headers={"Prefer": "wait=15"}).status == 200
    return f"/v1/transactions/{owner.client.get('/v1/transactions?limit=1').json()['data'][0]['id']}"


KINDS = {
    "account": (lambda o: make(o, "/v1/accounts", {"name": "a", "type": "cash", "currency": "EUR"}), {"name": "b"}),
    "category": (lambda o: make(o, "/v1/categories", {"name": "a", "kind": "expense"}), {"name": "b"}),
    "tag": (lambda o: make(o, "/v1/tags", {"name": "a"}), {"name": "b"}),
    "rule": (lambda o: make(o, "/v1/rules", {"name": "a", "when": {"text": {"contains": "x"}}, "then": {"tags": ["t"]}}), {"name": "b"}),
    "recurring": (lambda o: make(o, "/v1/recurring", {"account_id": o.account, "amount": "1.00", "description": "a", "rrule": "FREQ=YEARLY",
                                                      "start": "2040-01-01"}), {"amount": "2.00"}),
    "budget": (lambda o: make(o, "/v1/budgets", {"category_id": o.category, "amount": "1.00", "currency": "EUR"}), {"amount": "2.00"}),
    "transaction": (make_transaction, {"description": "y"}),
    "oneself": (lambda o: "/v1/users/me", {"timezone": "Europe/Berlin"}),
    "notifications": (lambda o: "/v1/notifications", {"digest": "daily"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_made_only_in_the_version_that_was_seen(owner, kind):
    maker, change = KINDS[kind]
    path = maker(owner)
    seen = owner.client.get(path).headers["ETag"]
    for wrong in ('"999"', "nonsense", 'W/"1"'):
        assert owner.client.patch(path, change, headers={"If-Match": wrong}).status == 412
    assert owner.client.get(path).headers["ETag"] == seen
    answer = owner.client.patch(path, change, headers={"If-Match": seen})
    assert answer.status == 200, answer
    assert answer.headers["ETag"] not in (seen, None)
    assert owner.client.patch(path, change, headers={"If-Match": seen}).status == 412
    assert owner.client.patch(path, change, headers={"If-Match": "*"}).status == 200
    if path.count("/") < 3 or kind == "oneself":
        return
    assert owner.client.delete(path, headers={"If-Match": seen}).status == 412
    assert owner.client.delete(path, headers={"If-Match": owner.client.get(path).headers["ETag"]}).status == 204
    assert owner.client.get(path).status == 404

"""Accounts, categories, tags, transactions and transfers, by the API, with worker and all."""

import itertools

import pytest
from support.people import register
from support.waiting import wait_until

_numbers = itertools.count(1)


def unique(prefix):
    return f"{prefix} {next(_numbers)}"


def make_account(person, currency="EUR", **fields):
    answer = person.client.post("/v1/accounts", {"name": unique("Account"), "type": "checking", "currency": currency} | fields)
    assert answer.status == 201, answer
    return answer.json()


def post_transactions(person, rows):
    """Posts, waits for the job, gives it."""
    answer = person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=30"})
    assert answer.status in (200, 202), answer
    job = answer.json()["job"]

    def finished():
        state = person.client.get("/v1/jobs/" + job["id"]).json()
        return state if state["state"] in ("done", "dead") else None

    job = wait_until(finished, 20, "the job is finished")
    assert job["state"] == "done", job
    return job


def row(account, amount, day="2026-03-01", text="Coffee", **fields):
    return {"account_id": account["id"], "amount": amount, "date": day, "description": text} | fields


def listed(person, query=""):
    answer = person.client.get("/v1/transactions?" + query)
    assert answer.status == 200, answer
    return answer.json()["data"]


def test_a_new_person_has_an_account_and_categories(person):
    account = person.main_account()
    assert account["name"] == "Main" and account["balance"] == "0.00"
    categories = person.client.get("/v1/categories?limit=500").json()["data"]
    assert {"income", "expense"} <= {category["kind"] for category in categories}


def test_balances_count_from_the_opening_balance(person):
    account = make_account(person, opening_balance="100.10")
    post_transactions(person, [row(account, "-24.47"), row(account, 10, day="2026-03-05")])
    answer = person.client.get(f"/v1/accounts/{account['id']}").json()
    assert answer["balance"] == "85.63"
    at = person.client.get(f"/v1/accounts/{account['id']}/balance?at=2026-03-04").json()
    assert at["balance"] == "75.63"


@pytest.mark.parametrize("currency, amount, shown", [("JPY", 1200, "1200"), ("BHD", "1.234", "1.234"), ("EUR", "-0.5", "-0.50")])
def test_amounts_come_back_with_their_currencys_decimals(person, currency, amount, shown):
    account = make_account(person, currency)
    post_transactions(person, [row(account, amount)])
    assert [one["amount"] for one in listed(person, f"account={account['id']}")] == [shown]


def test_an_opening_balance_may_be_money_as_a_whole(person):
    account = make_account(person, opening_balance={"amount": "12.50", "currency": "EUR"})
    assert account["opening_balance"] == "12.50"
    path = f"/v1/accounts/{account['id']}"
    assert person.client.patch(path, {"opening_balance": {"amount": 7, "currency": "EUR"}}).json()["balance"] == "7.00"
    for money, pointer in [({"amount": "1", "currency": "USD"}, "/opening_balance/currency"), ({"amount": "1"}, "/opening_balance/currency"),
                           ({"amount": "1.005", "currency": "EUR"}, "/opening_balance"), ([], "/opening_balance")]:
        answer = person.client.patch(path, {"opening_balance": money})
        assert answer.status == 422
        assert pointer in [error["pointer"] for error in answer.json()["errors"]], answer


def test_an_account_is_changed_only_in_the_version_that_was_seen(person):
    account = make_account(person)
    path = f"/v1/accounts/{account['id']}"
    etag = person.client.get(path).headers["ETag"]
    assert person.client.patch(path, {"name": unique("Renamed")}, headers={"If-Match": etag}).status == 200
    assert person.client.patch(path, {"name": unique("Late")}, headers={"If-Match": etag}).status == 412
    assert person.client.patch(path, {"opening_balance": "5.00"}).json()["balance"] == "5.00"
    assert person.client.patch(path, {"opening_balance": "5.001"}).status == 422


def test_two_accounts_of_one_name_are_a_conflict(person):
    account = make_account(person)
    answer = person.client.post("/v1/accounts", {"name": account["name"].upper(), "type": "cash", "currency": "EUR"})
    assert answer.status == 409, answer


def test_a_deleted_account_takes_its_transactions_along(person):
    account = make_account(person)
    post_transactions(person, [row(account, 1)])
    assert person.client.delete(f"/v1/accounts/{account['id']}").status == 204
    assert person.client.get(f"/v1/accounts/{account['id']}").status == 404
    assert listed(person, f"account={account['id']}") == []


def test_another_persons_things_are_not_there(instance, person):
    other = register(instance)
    account = make_account(person)
    post_transactions(person, [row(account, 1)])
    transaction = listed(person, f"account={account['id']}")[0]
    for path in (f"/v1/accounts/{account['id']}", f"/v1/transactions/{transaction['id']}"):
        assert other.client.get(path).status == 404
        assert other.client.delete(path).status == 404
        assert other.client.patch(path, {"name": "mine"} if "accounts" in path else {"memo": "mine"}).status == 404
    assert other.client.post("/v1/transactions", row(account, 1)).status == 404


def test_pages_give_each_transaction_once(person):
    account = make_account(person)
    post_transactions(person, [row(account, n + 1, day=f"2026-01-{n % 5 + 1:02}") for n in range(23)])
    seen, cursor = [], ""
    while True:
        answer = person.client.get(f"/v1/transactions?account={account['id']}&limit=5{cursor}")
        page = answer.json()
        seen += page["data"]
        if page["next_cursor"] is None:
            break
        assert 'rel="next"' in answer.headers["Link"]
        cursor = "&cursor=" + page["next_cursor"]
    assert len({one["id"] for one in seen}) == len(seen) == 23
    assert [one["date"] for one in seen] == sorted((one["date"] for one in seen), reverse=True)


def test_filters_narrow_the_list(person):
    account = make_account(person)
    category = person.client.post("/v1/categories", {"name": unique("Food"), "kind": "expense"}).json()
    post_transactions(person, [
        row(account, "-5.00", "2026-04-01", "100% Coffee", category_id=category["id"], tags=["work"]),
        row(account, "-7.50", "2026-04-02", "Tea_house", payee="Leaf", memo="\u00c9COLE"),
        row(account, "2000", "2026-04-03", "Salary", status="pending")])

    def texts(query):
        return [one["description"] for one in listed(person, f"account={account['id']}&{query}")]

    assert texts("from=2026-04-02&to=2026-04-02") == ["Tea_house"]
    assert texts("min=-5.00&max=0") == ["100% Coffee"]
    assert texts("q=leaf") == ["Tea_house"]
    assert texts("q=%C3%A9cole") == ["Tea_house"], "case folds in every alphabet"
    assert texts("q=100%25") == ["100% Coffee"]
    assert texts("q=hou%20TEA") == ["Tea_house"], "each word begins a word"
    assert texts("q=ouse") == texts("q=%25") == []
    assert texts("tag=work") == ["100% Coffee"]
    assert texts("status=pending") == ["Salary"]
    assert texts(f"category={category['id']}") == ["100% Coffee"]
    assert person.client.get("/v1/transactions?colour=red").status == 422


def test_a_transaction_is_edited_split_deleted_and_restored(person):
    account = make_account(person)
    food = person.client.post("/v1/categories", {"name": unique("Food"), "kind": "expense"}).json()
    post_transactions(person, [row(account, "-30.00")])
    path = "/v1/transactions/" + listed(person, f"account={account['id']}")[0]["id"]
    edited = person.client.patch(path, {"amount": "-31.50", "memo": "with tip", "category_id": food["id"], "tags": ["a", "b"]})
    assert edited.status == 200, edited
    assert edited.json()["amount"] == "-31.50" and edited.json()["category"]["source"] == "user"
    assert person.client.patch(path, {"splits": [{"amount": "-1.00"}, {"amount": "-2.00"}]}).status == 422
    halves = [{"amount": "-30.00", "category_id": food["id"]}, {"amount": -1.5, "memo": "tip"}]
    split = person.client.patch(path, {"splits": halves})
    assert split.status == 200, split
    assert [part["amount"] for part in split.json()["splits"]] == ["-30.00", "-1.50"]
    assert person.client.patch(path, {"amount": "-1.00"}).status == 422, "splits must keep their sum"
    assert person.client.delete(path).status == 204
    assert person.client.get(path).status == 404
    assert person.client.get(f"/v1/accounts/{account['id']}").json()["balance"] == "0.00"
    assert person.client.post(path + "/restore").status == 200
    assert person.client.get(path).json()["memo"] == "with tip"


def test_categories_form_a_tree_without_circles(person):
    parent = person.client.post("/v1/categories", {"name": unique("Living"), "kind": "expense", "color": "#1f8a70"}).json()
    child = person.client.post("/v1/categories", {"name": unique("Rent"), "parent_id": parent["id"]}).json()
    assert child["kind"] == "expense"
    circle = person.client.patch(f"/v1/categories/{parent['id']}", {"parent_id": child["id"]})
    assert circle.status == 422 and circle.json()["errors"][0]["pointer"] == "/parent_id"
    account = make_account(person)
    other = person.client.post("/v1/categories", {"name": unique("Home"), "kind": "expense"}).json()
    post_transactions(person, [row(account, -9, category_id=child["id"])])
    assert person.client.delete(f"/v1/categories/{child['id']}?move_to={child['id']}").status == 422
    assert person.client.delete(f"/v1/categories/{child['id']}?move_to={other['id']}").status == 204
    assert listed(person, f"account={account['id']}")[0]["category_id"] == other["id"]


def test_a_renamed_tag_is_renamed_everywhere(person):
    account = make_account(person)
    name = unique("trip")
    post_transactions(person, [row(account, 1, tags=[name])])
    tag = next(one for one in person.client.get("/v1/tags?limit=500").json()["data"] if one["name"] == name)
    renamed = unique("journey")
    assert person.client.patch(f"/v1/tags/{tag['id']}", {"name": renamed}).status == 200
    assert listed(person, f"account={account['id']}")[0]["tags"] == [renamed]
    assert person.client.delete(f"/v1/tags/{tag['id']}").status == 204
    assert listed(person, f"account={account['id']}")[0]["tags"] == []


def test_a_transfer_is_a_pair_that_stays_one(person):
    giro, savings = make_account(person), make_account(person)
    body = {"from_account_id": giro["id"], "to_account_id": savings["id"], "amount": "50.00", "date": "2026-05-01"}
    answer = person.client.post("/v1/transfers", body)
    assert answer.status == 201, answer
    out, into = answer.json()["transactions"]
    assert (out["amount"], into["amount"]) == ("-50.00", "50.00")
    assert person.client.patch(f"/v1/transactions/{out['id']}", {"amount": "-40.00"}).status == 422
    assert person.client.post("/v1/transfers", body | {"amount": "-50.00"}).status == 422
    assert person.client.post("/v1/transfers", body | {"to_account_id": giro["id"]}).status == 422
    assert person.client.delete(f"/v1/transactions/{out['id']}").status == 204
    assert person.client.get(f"/v1/transactions/{into['id']}").status == 404, "one half does not stay behind"


def test_a_transfer_between_currencies_says_what_comes_in(person):
    euro, yen = make_account(person), make_account(person, "JPY")
    body = {"from_account_id": euro["id"], "to_account_id": yen["id"], "amount": "10.00", "date": "2026-05-01"}
    missing = person.client.post("/v1/transfers", body)
    assert missing.status == 422 and missing.json()["errors"][0]["pointer"] == "/to_amount"
    assert person.client.post("/v1/transfers", body | {"to_amount": 1630}).status == 201

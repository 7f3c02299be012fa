"""/v1/analytics, /v1/statistics, /v1/net-worth over HTTP: as a program reads them after posting."""

import datetime

import pytest
from support.people import register

EIGHT = ("15000", "3000", "2000", "-8000", "-3000.00", "-2000", "-1500", "-500")


@pytest.fixture(scope="module")
def books(instance):
    """A person of Auckland with eight entries in this month and eight in the last: 20,000 in and 15,000 out each."""
    person = register(instance, timezone="Pacific/Auckland")
    account = person.main_account()
    today = instance.clock.now().astimezone(datetime.timezone(datetime.timedelta(hours=13))).date()
    this, last = today.replace(day=1), (today.replace(day=1) - datetime.timedelta(1)).replace(day=1)
    rows = [{"account_id": account["id"], "amount": amount, "date": str(month + datetime.timedelta(2 * day)), "description": f"entry {day}"}
            for month in (this, last) for day, amount in enumerate(EIGHT)]
    answer = person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"})
    assert answer.status in (200, 202), answer
    person.account, person.this, person.last = account, this, last
    return person


def get(person, path):
    answer = person.client.get(path)
    assert answer.status == 200, answer
    return answer.json()


@pytest.mark.parametrize("period", ["current_month", "last_month"])
def test_the_eight_entries_are_20000_in_and_15000_out(books, period):
    answer = get(books, f"/v1/analytics?period={period}")
    month = books.this if period == "current_month" else books.last
    assert (answer["income"], answer["expense"], answer["net"]) == ("20000.00", "15000.00", "5000.00")
    assert (answer["period"], answer["currency"], answer["from"]) == (period, books.account["currency"], str(month))
    assert len(answer["data"]) == 1


def test_a_change_is_in_the_next_answer(books):
    row = get(books, f"/v1/transactions?from={books.this}&limit=1")["data"][0]
    before = get(books, "/v1/analytics?period=last_month")
    changed = books.client.patch(f"/v1/transactions/{row['id']}", {"date": str(books.last)})
    assert changed.status == 200, changed
    after = get(books, "/v1/analytics?period=last_month")
    assert float(after["net"]) == float(before["net"]) + float(row["amount"])
    assert books.client.patch(f"/v1/transactions/{row['id']}", {"date": row["date"]}).status == 200
    assert get(books, "/v1/analytics?period=last_month") == before


def test_the_other_reports_say_the_same(books):
    months = f"from={books.last:%Y-%m}&to={books.this:%Y-%m}"
    series = get(books, f"/v1/statistics/monthly?{months}")["data"]
    assert [(row["month"], row["count"], row["net"]) for row in series] == [(f"{month:%Y-%m}", 8, "5000.00") for month in (books.last, books.this)]
    by_account = get(books, f"/v1/statistics/monthly?{months}&by=account&account={books.account['id']}")["data"]
    assert [row["account_id"] for row in by_account] == [books.account["id"]] * 2
    assert sum(row["count"] for row in get(books, f"/v1/statistics/categories?{months}")["data"]) == 16
    worth = get(books, f"/v1/net-worth?{months}")["data"]
    assert [row["net_worth"] for row in worth] == ["5000.00", "10000.00"]
    assert [row["savings_rate"] for row in get(books, f"/v1/statistics/cash-flow?{months}")["data"]] == ["0.2500"] * 2
    assert get(books, f"/v1/statistics/payees?{months}&limit=1")["data"][0]["payee"] == "entry 3"
    assert get(books, f"/v1/statistics/years?year={books.this.year}")["year"] == books.this.year


@pytest.mark.parametrize("path, pointer", [
    ("/v1/analytics?period=next_month", "period"), ("/v1/statistics/monthly?from=2025-13", "from"),
    ("/v1/statistics/monthly?from=2025-02&to=2025-01", "to"), ("/v1/statistics/monthly?by=colour", "by"),
    ("/v1/statistics/monthly?colour=red", "colour"), ("/v1/net-worth?from=1000-01&to=2025-01", "to"), ("/v1/net-worth?from=1000-01", "from"),
    ("/v1/statistics/payees?limit=101", "limit"), ("/v1/analytics?account=me", "account")])
def test_a_bad_question_is_told_where(books, path, pointer):
    answer = books.client.get(path)
    assert answer.status == 422, answer
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_another_persons_account_is_not_there(instance, books):
    stranger = register(instance)
    for path in ("/v1/analytics?", "/v1/statistics/monthly?", "/v1/statistics/categories?", "/v1/statistics/payees?", "/v1/statistics/years?"):
        assert stranger.client.get(f"{path}account={books.account['id']}").status == 404


def test_a_payee_is_one_however_the_bank_writes_it(instance):
    person = register(instance)
    account, today = person.main_account()["id"], instance.clock.now().date()
    written = [("-3", None, "REWE Markt 1234 Berlin"), ("-2", None, "rewe  MARKT 77/8123 berlin"), ("-4", "Netflix", "SEPA 1"), ("-1", " NETFLIX", "card"),
               ("-1", None, "12345"), ("-1", "Entry 1", "x"), ("-1", "Entry 2", "x")]
    rows = [{"account_id": account, "amount": amount, "date": str(today), "description": text} | ({"payee": payee} if payee else {})
            for amount, payee, text in written]
    assert person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"}).status == 200
    shown = get(person, f"/v1/statistics/payees?from={today}&to={today}")["data"]
    assert [(row["payee"].upper(), row["count"], row["expense"]) for row in shown[:2]] == [("NETFLIX", 2, "5.00"), (shown[1]["payee"].upper(), 2, "5.00")]
    assert sorted(row["payee"] for row in shown[2:]) == ["12345", "Entry 1", "Entry 2"]

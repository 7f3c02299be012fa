"""GET /v1/statistics/forecast: what rules will enter, against the dates that each rule shows and a balance kept by hand."""

import collections
from fractions import Fraction

import pytest
from support.people import register


def get(person, path):
    answer = person.client.get(path)
    assert answer.status == 200, answer
    return answer.json()


def post(person, path, body, *statuses):
    answer = person.client.post(path, body, headers={"Prefer": "wait=20"})
    assert answer.status in (statuses or (200, 201, 202)), answer
    return answer.json()


@pytest.fixture(scope="module")
def person(instance):
    """On 10 June 2027, a Thursday, with 1,000.00 EUR and 500.00 USD."""
    instance.clock.set("2027-06-10T09:00:00Z")
    person = register(instance, timezone="Europe/Berlin", currency="EUR")
    person.euro = post(person, "/v1/accounts", {"name": "Euro", "type": "checking", "currency": "EUR", "opening_balance": "1000"})["id"]
    person.dollar = post(person, "/v1/accounts", {"name": "Dollar", "type": "checking", "currency": "USD", "opening_balance": "500"})["id"]
    saving = post(person, "/v1/categories", {"name": "Into the jar", "kind": "transfer"})["id"]

    def rule(amount, rrule, account=person.euro, **more):
        return post(person, "/v1/recurring", {"account_id": account, "amount": amount, "description": rrule, "rrule": rrule, "start": "2027-06-11"} | more)

    person.rules = [
        rule("2500", "FREQ=MONTHLY;BYMONTHDAY=28"),
        rule("-800", "FREQ=MONTHLY;BYMONTHDAY=31", weekend="before"),  # 31 July 2027 is a Saturday, 31 October a Sunday
        rule("-7.77", "FREQ=WEEKLY;BYDAY=MO;COUNT=9"),
        rule("-30", "FREQ=MONTHLY;BYMONTHDAY=15", end={"total": "-100"}),
        rule("-50", "FREQ=MONTHLY;BYMONTHDAY=20", category_id=saving),
        rule("-11.10", "FREQ=MONTHLY;BYMONTHDAY=12", account=person.dollar),
        rule("-9", "FREQ=DAILY"),
    ]
    assert person.client.patch(f"/v1/recurring/{person.rules[6]['id']}", {"paused": True}).status == 200
    dates = f"/v1/recurring/{person.rules[0]['id']}/occurrences/"
    post(person, dates + "2027-07-28", {"state": "skipped"})
    post(person, dates + "2027-08-28", {"state": "postponed", "to": "2027-09-02"})
    post(person, dates + "2027-09-28", {"state": "scheduled", "amount": "2600"})
    post(person, "/v1/transactions", {"account_id": person.euro, "amount": "-123.45", "date": "2027-07-05", "description": "booked ahead"})
    return person


def expected(person, currency, last):
    """month → [count, income, expense, moved] in minor units, from each rule's own dates and the row that is booked ahead."""
    months = collections.defaultdict(lambda: [0, 0, 0, 0])
    for rule in person.rules:
        for date in get(person, f"/v1/recurring/{rule['id']}/occurrences?from=2027-06-01&to=2028-07-05")["data"]:
            if rule["currency"] == currency and date["state"] in ("scheduled", "postponed") and rule is not person.rules[6] and date["posting_date"] <= last:
                minor, month = int(Fraction(date["amount"]) * 100), months[date["posting_date"][:7]]
                month[0] += 1
                month[3 if rule is person.rules[4] else 1 if minor > 0 else 2] += minor
    if currency == "EUR":
        months["2027-07"][0] += 1
        months["2027-07"][2] -= 12345
    return months


def text(minor):
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"


@pytest.mark.parametrize("months, last", [(1, "2027-06-30"), (6, "2027-11-30"), (12, "2028-05-31")])
def test_the_forecast_is_what_the_rules_show_and_the_balance_follows(person, months, last):
    answer = get(person, f"/v1/statistics/forecast?months={months}")
    assert (answer["from"], answer["to"]) == ("2027-06-10", last)
    for currency, balance in (("EUR", 100000), ("USD", 50000)):
        wanted, shown = expected(person, currency, last), [row for row in answer["data"] if row["currency"] == currency]
        assert len(shown) == months
        for row in shown:
            count, income, expense, moved = wanted[row["month"]]
            opening, balance = balance, balance + income + expense + moved
            assert (row["count"], row["income"], row["expense"], row["transfers_out"]) == (count, text(income), text(-expense), text(-moved)), row
            assert (row["opening"], row["closing"], row["net"]) == (text(opening), text(balance), text(income + expense)), row


def test_the_months_by_hand(person):
    rows = {row["month"]: row for row in get(person, "/v1/statistics/forecast?months=5")["data"] if row["currency"] == "EUR"}
    # June: the 14th, 21st and 28th at 7.77, the 15th at 30, the 30th at 800; July: the 30th for Saturday the 31st, 5, 12, 19, 26, 15, and 123.45.
    assert (rows["2027-06"]["income"], rows["2027-06"]["expense"], rows["2027-06"]["closing"]) == ("2500.00", "853.31", "2596.69")
    assert (rows["2027-07"]["income"], rows["2027-07"]["expense"]) == ("0.00", "984.53")
    assert (rows["2027-08"]["income"], rows["2027-08"]["expense"]) == ("0.00", "845.54")
    # September: what was postponed and another amount; the last 10 of the total of 100.
    assert (rows["2027-09"]["income"], rows["2027-09"]["expense"]) == ("5100.00", "810.00")
    assert rows["2027-10"]["expense"] == "800.00"


def test_an_account_alone_and_each_for_itself(person):
    both = get(person, "/v1/statistics/forecast?months=3&by=account")["data"]
    for account in (person.euro, person.dollar):
        alone = get(person, f"/v1/statistics/forecast?months=3&account={account}")["data"]
        assert [row | {"account_id": account} for row in alone] == [row for row in both if row["account_id"] == account]


def test_in_one_currency(person):
    assert get(person, "/v1/statistics/forecast?months=2&currency=EUR")["missing_rates"] == [
        {"currency": "USD", "date": day} for day in ("2027-06-10", "2027-06-12", "2027-06-30", "2027-07-12", "2027-07-31")]
    assert person.client.post("/v1/fx-rates", b"date,base,quote,rate\n2027-06-01,EUR,USD,1.25\n").status == 200
    answer = get(person, "/v1/statistics/forecast?months=2&currency=EUR")
    plain = [row for row in get(person, "/v1/statistics/forecast?months=2")["data"] if row["currency"] == "EUR"]
    assert answer["missing_rates"] == [] and len(answer["data"]) == 2
    for row, euros, closing in zip(answer["data"], plain, (48890, 47780)):
        assert Fraction(row["expense"]) == Fraction(euros["expense"]) + Fraction("8.88")
        assert Fraction(row["closing"]) == Fraction(euros["closing"]) + Fraction(closing, 125)
    assert person.client.delete("/v1/fx-rates?base=EUR&quote=USD").status == 200


@pytest.mark.parametrize("query, pointer", [("months=0", "months"), ("months=61", "months"), ("by=category", "by"), ("currency=E", "currency"), ("colour=1", "colour")])
def test_a_bad_question_is_told_where(person, query, pointer):
    answer = person.client.get("/v1/statistics/forecast?" + query)
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == pointer


def test_too_many_dates_are_refused_and_an_account_of_nobodys_is_not_there(instance, person):
    stranger = register(instance)
    assert stranger.client.get(f"/v1/statistics/forecast?account={person.euro}").status == 404
    account = stranger.main_account()["id"]
    assert get(stranger, "/v1/statistics/forecast?months=1")["data"][0]["count"] == 0
    for n in range(12):
        post(stranger, "/v1/recurring", {"account_id": account, "amount": "-1", "description": f"daily {n}", "rrule": "FREQ=DAILY", "start": "2027-06-11"})
    refused = stranger.client.get("/v1/statistics/forecast?months=60")
    assert refused.status == 422 and "ask for fewer months" in refused.json()["detail"]
    assert [row["expense"] for row in get(stranger, "/v1/statistics/forecast?months=2")["data"]] == ["240.00", "372.00"]

"""The month that is over: closed once, and told by one mail to who wants it."""

import pytest
from support.maildrop import text_of
from support.people import register
from support.waiting import wait_until


@pytest.fixture(scope="module")
def early(make_instance):
    """An instance in the last hours of March, UTC."""
    instance = make_instance()
    instance.clock.set("2027-03-31T11:40:00Z")
    instance.start()
    wait_until(lambda: instance.query("SELECT slot FROM schedule_mark WHERE name = 'job_partitions' AND slot >= '2027-03-31'"), 20, "the days' partitions are made")
    return instance


def newcomer(instance, **profile):
    person = register(instance, **profile)
    account = person.main_account()["id"]
    food, other = [each for each in person.client.get("/v1/categories?limit=500").json()["data"] if each["kind"] == "expense"][:2]
    rows = [("2000", "2027-02-10", other["id"]), ("-150", "2027-02-11", food["id"]), ("2500", "2027-03-10", other["id"]), ("-100.50", "2027-03-11", food["id"]),
            ("-9", "2027-03-12", other["id"]), ("-77", "2027-04-02", food["id"])]
    body = [{"account_id": account, "amount": amount, "date": date, "description": "x", "category_id": category}
            for amount, date, category in rows]
    assert person.client.post("/v1/transactions", {"transactions": body}, headers={"Prefer": "wait=20"}).status == 200
    person.food, person.other = food["name"], other["name"]
    return person


def statements(person):
    return [message for message in person.instance.mail.messages(person.email) if message["Subject"].startswith("Your month")]


def test_a_month_is_told_once_it_is_over_where_the_person_is(early):
    here = newcomer(early, timezone="UTC")
    ahead = newcomer(early, timezone="Pacific/Auckland")
    silent = newcomer(early, timezone="Pacific/Auckland")
    assert silent.client.patch("/v1/notifications", {"monthly_statement": {"mail": False}}).status == 200

    def of_march(person):
        return [message for message in statements(person) if "2027-03" in message["Subject"]]

    early.clock.advance(minutes=25)  # April in Auckland
    wait_until(lambda: of_march(ahead), 20, "the statement has come")
    assert of_march(here) == []
    early.clock.set("2027-04-01T00:01:00Z")
    wait_until(lambda: of_march(here), 20, "the statement has come")
    text = text_of(of_march(here)[0])
    for words in ("Income   2500.00  (+500.00", "Expense  109.50  (-40.50)", "Net      2390.50", f"{here.food}: 100.50", f"{here.other}: 9.00"):
        assert words in text, text
    assert "<td>2390.50</td>" in of_march(here)[0].get_body(("html",)).get_content()
    early.clock.set("2027-04-01T02:01:00Z")
    wait_until(lambda: early.query("SELECT slot >= '2027-04-01T02:00:00Z' FROM schedule_mark WHERE name = 'statements'") == [(True,)], 20, "it was looked at again")
    assert len(of_march(here)) == len(of_march(ahead)) == 1
    assert early.query("SELECT count(*) FROM month_closed WHERE month = '2027-03-01'") == [(3,)]
    assert statements(silent) == []


def test_months_that_a_pause_left_open_are_told_each_and_older_history_is_not(make_instance):
    instance = make_instance()
    instance.clock.set("2027-02-01T06:00:00Z")
    instance.start()
    person = newcomer(instance, timezone="UTC")
    account = person.main_account()["id"]
    for date, amount in (("2026-06-10", "-1"), ("2027-01-20", "-33")):
        row = {"account_id": account, "amount": amount, "date": date, "description": "x"}
        assert person.client.post("/v1/transactions", row, headers={"Prefer": "wait=20"}).status == 200
    instance.clock.set("2027-02-02T06:00:00Z")
    wait_until(lambda: len(statements(person)) == 1, 20, "January is told")
    instance.kill("scheduler")
    instance.clock.set("2027-05-15T06:00:00Z")
    instance.start("scheduler")
    wait_until(lambda: len(statements(person)) == 4, 20, "the months since are told")
    assert {message["Subject"].split()[2] for message in statements(person)} == {"2027-01", "2027-02", "2027-03", "2027-04"}
    may_be_off = "under notifications"
    assert may_be_off in text_of(statements(person)[0]) and may_be_off in statements(person)[0].get_body(("html",)).get_content()

"""/v1/budgets: how each stands, and that a threshold is told once, by one mail, whatever happens in between."""

import datetime

import pytest
from support.maildrop import text_of
from support.people import register
from support.waiting import wait_until


@pytest.fixture(scope="module", autouse=True)
def the_tenth_of_march(instance):
    instance.clock.set("2027-03-10T12:00:00Z")


@pytest.fixture(scope="module")
def owner(instance):
    return newcomer(instance)


def newcomer(instance):
    person = register(instance, timezone="Europe/Berlin")
    person.account = person.main_account()["id"]
    person.categories = [each["id"] for each in person.client.get("/v1/categories?limit=500").json()["data"] if each["kind"] == "expense"]
    return person


def budget(owner, category, amount="100", **fields):
    answer = owner.client.post("/v1/budgets", {"category_id": category, "amount": amount, "currency": "EUR"} | fields)
    assert answer.status == 201, answer
    return answer.json()


def current(owner, made):
    answer = owner.client.get(f"/v1/budgets/{made['id']}")
    assert answer.status == 200, answer
    return answer.json()["current"]


def spend(owner, category, amount, date=None):
    row = {"account_id": owner.account, "amount": amount, "category_id": category, "description": "x",
           "date": date or str(owner.instance.clock.now().date())}
    answer = owner.client.post("/v1/transactions", row, headers={"Prefer": "wait=20"})
    assert answer.status == 200, answer


def alerts(owner, made):
    return {row[0] for row in owner.instance.query("SELECT threshold FROM budget_alert WHERE budget_id = %s", made["id"])}


def mails(owner):
    return [message for message in owner.instance.mail.messages(owner.email) if "budget" in message["Subject"]]


def looked_at(owner):
    """All that changed was looked at and told."""
    def done():
        return not owner.instance.query("SELECT 1 FROM budget_due UNION ALL SELECT 1 FROM job WHERE task IN "
                                        "('budget_alert', 'send_budget_alerts') AND state NOT IN ('done', 'dead') LIMIT 1")
    wait_until(done, 20, "the budgets were looked at")


def test_a_budget_shows_what_is_left(owner):
    made = budget(owner, owner.categories[0], "100.00")
    assert (made["period"], made["rollover"], made["current"]["from"], made["current"]["to"]) == ("month", "none", "2027-03-01", "2027-03-31")
    spend(owner, owner.categories[0], "-30.50")
    spend(owner, owner.categories[0], "5.50")  # a refund
    spend(owner, owner.categories[0], "-20", "2027-02-10")
    now = current(owner, made)
    assert (now["limit"], now["carried"], now["available"], now["spent"], now["left"]) == ("100.00", "0.00", "100.00", "25.00", "75.00")
    assert [each["id"] for each in owner.client.get("/v1/budgets").json()["data"]] == [made["id"]]


@pytest.mark.parametrize("rollover, carried", [("none", "0.00"), ("surplus", "60.00"), ("surplus_and_deficit", "-40.00"), ("cap", "25.00")])
def test_what_goes_over_is_as_the_rollover_says(instance, rollover, carried):
    person = newcomer(instance)
    category = person.categories[0]
    spend(person, category, "-240", "2027-01-05")  # January: 140 over
    spend(person, category, "-40", "2027-02-05")   # February: 60 left
    made = budget(person, category, "100", rollover=rollover, start="2027-01-01", **({"cap": "25"} if rollover == "cap" else {}))
    expected = {"surplus_and_deficit": "-80.00"}.get(rollover, carried)
    assert made["current"]["carried"] == expected
    assert float(made["current"]["left"]) == 100 + float(expected)


@pytest.mark.parametrize("period, first, last, spent", [("week", "2027-03-08", "2027-03-14", "1.00"), ("quarter", "2027-01-01", "2027-03-31", "7.00"),
                                                         ("year", "2027-01-01", "2027-12-31", "7.00")])
def test_a_period_is_a_week_a_quarter_or_a_year(instance, period, first, last, spent):
    person = newcomer(instance)
    for date, amount in (("2027-03-08", "-1"), ("2027-03-07", "-2"), ("2027-01-01", "-4"), ("2026-12-31", "-8")):
        spend(person, person.categories[1], amount, date)
    now = budget(person, person.categories[1], period=period, rollover="surplus", start="2027-03-10")["current"]
    assert (now["from"], now["to"], now["spent"]) == (first, last, spent)


def test_what_is_below_the_category_counts(instance):
    person = newcomer(instance)
    child = person.client.post("/v1/categories", {"name": "below", "parent_id": person.categories[0]}).json()["id"]
    made = budget(person, person.categories[0])
    spend(person, child, "-12")
    assert current(person, made)["spent"] == "12.00"


def test_crossing_back_and_forth_is_told_once(instance):
    person = newcomer(instance)
    category = person.categories[0]
    made = budget(person, category)
    looked_at(person)
    spend(person, category, "-79.99")
    looked_at(person)
    assert "80" not in alerts(person, made) and "100" not in alerts(person, made)
    before = len(mails(person))
    for amount in ("-0.02", "10", "-15", "12", "-9"):
        spend(person, category, amount)
        looked_at(person)
    assert "80" in alerts(person, made)
    assert len(mails(person)) == before + 1
    assert "80 %" in text_of(mails(person)[-1])
    spend(person, category, "-50")
    looked_at(person)
    assert "100" in alerts(person, made) and len(mails(person)) == before + 2
    assert "used up" in text_of(mails(person)[-1])


def test_a_forecast_that_will_be_over_is_told(instance):
    person = newcomer(instance)
    made = budget(person, person.categories[0])
    spend(person, person.categories[0], "-50")  # 50 in 10 of 31 days
    looked_at(person)
    assert alerts(person, made) == {"forecast"}
    assert current(person, made)["forecast"] == "155.00"
    assert "will not do" in text_of(mails(person)[-1])


def test_what_rules_will_enter_is_in_the_forecast(instance):
    person = newcomer(instance)
    made = budget(person, person.categories[0], "1000")
    rule = {"account_id": person.account, "amount": "-60", "description": "gym", "category_id": person.categories[0],
            "rrule": "FREQ=MONTHLY;BYMONTHDAY=20", "start": "2027-03-20"}
    assert person.client.post("/v1/recurring", rule).status == 201
    assert current(person, made)["forecast"] == "60.00"


def test_the_largest_amounts_there_are_can_be_looked_at(instance):
    person = newcomer(instance)
    category, most = person.categories[0], "9999999999999999.99"
    made = budget(person, category, most, rollover="surplus")
    for _ in range(12):
        spend(person, category, f"-{most}")
    rule = {"account_id": person.account, "amount": f"-{most}", "description": "all", "category_id": category, "rrule": "FREQ=DAILY",
            "start": str(person.instance.clock.now().date() + datetime.timedelta(days=1))}
    assert person.client.post("/v1/recurring", rule).status == 201
    shown = current(person, made)
    assert (shown["spent"], shown["forecast"], shown["left"]) == (most, most, "0.00")


def test_dates_that_are_told_apart_are_so_in_the_forecast(instance):
    """Ten a week from the 11th on is 30 by the month's end; what is left out, moved, changed, early or split counts as it will be entered."""
    person = newcomer(instance)
    category, other = [person.client.post("/v1/categories", {"name": name, "kind": "expense"}).json()["id"] for name in ("Lessons", "Strings")]
    rule = {"account_id": person.account, "amount": "-10", "category_id": category, "description": "lesson", "rrule": "FREQ=WEEKLY", "start": "2027-03-11"}
    made = budget(person, category, "500")

    def add(**fields):
        return person.client.post("/v1/recurring", rule | fields).json()["id"]

    def say(rule_id, date, **body):
        assert person.client.post(f"/v1/recurring/{rule_id}/occurrences/{date}", body).status == 200

    def foreseen():
        return current(person, made)["forecast"]

    first = add()
    assert foreseen() == "30.00"
    say(first, "2027-03-11", state="skipped")
    assert foreseen() == "20.00"
    say(first, "2027-03-18", state="postponed", to="2027-04-02")
    assert foreseen() == "10.00"
    say(first, "2027-03-18", state="postponed", to="2027-03-31")
    say(first, "2027-03-25", state="scheduled", amount="-15")
    assert foreseen() == "25.00"
    person.client.delete(f"/v1/recurring/{first}")
    second = add(end={"total": "25"})
    assert foreseen() == "25.00"
    person.client.delete(f"/v1/recurring/{second}")
    third = add(category_id=None, splits=[{"amount": "-4", "category_id": category}, {"amount": "-6", "category_id": other}])
    assert foreseen() == "12.00"
    person.client.delete(f"/v1/recurring/{third}")
    fourth = add(rrule="FREQ=MONTHLY;BYMONTHDAY=28", weekend="after")  # a Sunday; the 29th is still March
    assert foreseen() == "10.00"
    say(fourth, "2027-03-28", state="posted")
    assert foreseen() == "10.00"
    person.client.delete(f"/v1/recurring/{fourth}")
    add(rrule="FREQ=MONTHLY;BYMONTHDAY=1", start="2027-05-01", weekend="before")  # a Saturday; the 30th of April is not March
    assert foreseen() == "10.00"


def test_another_amount_leaves_what_went_over_as_it_was(instance):
    person = newcomer(instance)
    spend(person, person.categories[0], "-40", "2027-02-05")
    made = budget(person, person.categories[0], "100", rollover="surplus", start="2027-02-01")
    for amount in ("250", "200"):  # the second change is of the same month
        assert person.client.patch(f"/v1/budgets/{made['id']}", {"amount": amount}).status == 200
    now = current(person, made)
    assert (now["limit"], now["carried"], now["available"]) == ("200.00", "60.00", "260.00")
    anew = person.client.patch(f"/v1/budgets/{made['id']}", {"amount": "300", "start": "2027-02-01"}).json()["current"]
    assert (anew["limit"], anew["carried"]) == ("300.00", "260.00")


def test_who_wants_no_mail_gets_none(instance):
    person = newcomer(instance)
    answer = person.client.patch("/v1/notifications", {"budget_alert": {"mail": False}})
    assert answer.status == 200 and answer.json()["budget_alert"] == {"mail": False}, answer
    made = budget(person, person.categories[0])
    spend(person, person.categories[0], "-150")
    looked_at(person)
    assert alerts(person, made) == {"80", "100"} and mails(person) == []


def test_nobody_is_told_in_his_quiet_hours(instance):
    person = newcomer(instance)
    assert person.client.patch("/v1/notifications", {"quiet": {"from": "12:00", "to": "14:30"}}).status == 200
    budget(person, person.categories[0])
    spend(person, person.categories[0], "-150")
    def waits():
        return [job for job in person.client.get("/v1/jobs?state=scheduled").json()["data"] if job["task"] == "send_budget_alerts"]
    wait_until(waits, 20, "the mail waits")
    assert mails(person) == []
    instance.clock.advance(hours=2)
    wait_until(lambda: mails(person), 20, "quiet hours have ended")


def test_a_digest_is_one_mail_a_day(instance):
    person = newcomer(instance)
    answer = person.client.patch("/v1/notifications", {"digest": "daily", "digest_at": "08:00"})
    assert answer.json()["digest"] == "daily" and answer.json()["digest_at"] == "08:00"
    for category in person.categories[:3]:
        budget(person, category)
        spend(person, category, "-150")
    wait_until(lambda: len(instance.query("SELECT 1 FROM budget_alert a JOIN app_user u ON u.id = a.user_id WHERE u.email = %s", person.email)) == 6,
               20, "all alerts are noted")
    assert mails(person) == []
    instance.clock.advance(days=1)
    wait_until(lambda: mails(person), 20, "the day's mail has come")
    looked_at(person)
    assert len(mails(person)) == 1
    assert text_of(mails(person)[0]).count("used up") == 3


@pytest.mark.parametrize("point", ["mail_begun", "mail_sent", "child_ran", "child_committed"])
def test_a_worker_that_dies_in_the_middle_sends_the_same_mail_again(make_instance, tmp_path, point):
    instance = make_instance()
    once = tmp_path / "once"
    instance.start("api", "scheduler")
    instance.start("worker")
    person = newcomer(instance)
    instance.restart("worker", PURSER_CRASH_AT=f"{point}:1:{once}")
    budget(person, person.categories[0])
    spend(person, person.categories[0], "-150")
    wait_until(lambda: instance.query("SELECT 1 FROM mail WHERE kind = 'budget_alert' AND state = 'sent'"), 30, "the mail is sent")
    looked_at(person)
    assert once.exists()
    assert len({message["Message-ID"] for message in mails(person)}) == 1 and len(mails(person)) <= 2
    assert instance.query("SELECT count(*) FROM budget_alert") == [(2,)]


@pytest.mark.parametrize("wrong, pointer", [
    ({"amount": "-1"}, "/amount"), ({"amount": "1.001"}, "/amount"), ({"currency": "XXX"}, "/currency"), ({"period": "day"}, "/period"),
    ({"rollover": "some"}, "/rollover"), ({"rollover": "cap"}, "/cap"), ({"cap": "3", "rollover": "none"}, "/cap"), ({"start": "2027-02-30"}, "/start"),
    ({"category_id": "00000000-0000-7000-8000-000000000001"}, "/category_id"), ({"colour": 1}, "/colour")])
def test_a_budget_that_can_not_be_is_told_where(instance, wrong, pointer):
    person = newcomer(instance)
    answer = person.client.post("/v1/budgets", {"category_id": person.categories[0], "amount": "1", "currency": "EUR"} | wrong)
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer


def test_a_budget_is_changed_deleted_and_its_owners_alone(instance):
    person, stranger = newcomer(instance), newcomer(instance)
    made = budget(person, person.categories[0])
    twice = person.client.post("/v1/budgets", {"category_id": person.categories[0], "amount": "1", "currency": "EUR"})
    assert twice.status == 409
    changed = person.client.patch(f"/v1/budgets/{made['id']}", {"amount": "250.5"})
    assert changed.status == 200 and changed.json()["amount"] == "250.50" and changed.json()["version"] == 2
    assert person.client.patch(f"/v1/budgets/{made['id']}", {"amount": "1"}, headers={"If-Match": '"1"'}).status == 412
    for method in ("get", "delete"):
        assert getattr(stranger.client, method)(f"/v1/budgets/{made['id']}").status == 404
    assert stranger.client.patch(f"/v1/budgets/{made['id']}", {"amount": "1"}).status == 404
    assert person.client.delete(f"/v1/budgets/{made['id']}").status == 204
    assert person.client.get(f"/v1/budgets/{made['id']}").status == 404


@pytest.mark.parametrize("wrong, pointer", [({"digest": "hourly"}, "/digest"), ({"quiet": {"from": "25:00", "to": "07:00"}}, "/quiet/from"),
                                            ({"quiet": {"from": "22:00"}}, "/quiet/to"), ({"budget_alert": {"mail": 1}}, "/budget_alert/mail")])
def test_a_wrong_wish_is_told_where(instance, wrong, pointer):
    person = newcomer(instance)
    answer = person.client.patch("/v1/notifications", wrong)
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer

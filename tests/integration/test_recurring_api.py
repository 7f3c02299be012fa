"""/v1/recurring over HTTP: rules made, changed, paused and ended, and what the scheduler and the workers enter of them."""

import datetime

import pytest
from support.people import log_in, register
from support.waiting import wait_until


@pytest.fixture(scope="module")
def owner(instance):
    instance.clock.set("2027-01-10T09:00:00Z")
    person = register(instance, timezone="Europe/Berlin")
    person.account = person.main_account()["id"]
    return person


def make(owner, **fields):
    body = {"account_id": owner.account, "amount": "-10.00", "description": "rent", "rrule": "FREQ=MONTHLY;BYMONTHDAY=31",
            "start": str(today(owner))} | fields
    answer = owner.client.post("/v1/recurring", {name: value for name, value in body.items() if value is not None})
    assert answer.status == 201, answer
    return answer.json()


def today(owner):
    return owner.instance.clock.now().date()


def advance(owner, **duration):
    owner.instance.clock.advance(**duration)
    log_in(owner.client, owner.username)  # the token has expired meanwhile


def day(owner, days):
    return str(today(owner) + datetime.timedelta(days))


def dates(owner, rule, **query):
    answer = owner.client.get(f"/v1/recurring/{rule['id']}/occurrences?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert answer.status == 200, answer
    return answer.json()["data"]


def say(owner, rule, date, **body):
    return owner.client.post(f"/v1/recurring/{rule['id']}/occurrences/{date}", body)


def change(owner, rule, query="", **body):
    return owner.client.patch(f"/v1/recurring/{rule['id']}{query}", body)


def entries(owner, rule):
    """What a rule has entered, as (date, amount)."""
    rows = owner.client.get("/v1/transactions?limit=500").json()["data"]
    return sorted((row["date"], row["amount"]) for row in rows if row["recurring_id"] == rule["id"])


def wait_for_entries(owner, rule, expected):
    wait_until(lambda: entries(owner, rule) == expected, 20, f"{expected} is entered, not {entries(owner, rule)}")


def test_a_rule_shows_what_was_said_and_what_comes_next(owner):
    rule = make(owner, amount="-10", tags=["home"], payee="Landlord", start="2027-01-15", weekend="before")
    assert rule["amount"] == "-10.00" and rule["currency"] == "EUR" and rule["tags"] == ["home"] and rule["state"] == "active"
    assert rule["next"] == {"nominal_date": "2027-01-31", "posting_date": "2027-01-29", "due_at": "2027-01-28T23:00:00.000Z", "state": "scheduled"}
    assert owner.client.get(f"/v1/recurring/{rule['id']}").json() == rule
    assert rule["id"] in [each["id"] for each in owner.client.get("/v1/recurring?limit=500").json()["data"]]


def test_the_next_date_says_what_was_said_of_it(owner):
    rule = make(owner)
    date = rule["next"]["nominal_date"]
    def upcoming():
        return owner.client.get(f"/v1/recurring/{rule['id']}").json()["next"]
    assert say(owner, rule, date, state="skipped").status == 200
    assert upcoming() == rule["next"] | {"state": "skipped"}
    assert say(owner, rule, date, state="postponed", to="2027-02-10").status == 200
    assert upcoming() == rule["next"] | {"state": "postponed"}


def test_the_preview_keeps_to_the_months_end(owner):
    rule = make(owner)
    shown = dates(owner, rule, to="2027-05-31")
    assert [each["nominal_date"] for each in shown] == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]
    assert {(each["state"], each["amount"], each["currency"], each["transaction_id"]) for each in shown} == {("scheduled", "-10.00", "EUR", None)}
    assert shown[2]["due_at"] == "2027-03-30T22:00:00.000Z"  # summer time since the 28th


def test_a_long_preview_comes_in_pages(owner):
    rule = make(owner, rrule="FREQ=DAILY")
    path, found = f"/v1/recurring/{rule['id']}/occurrences?from=2027-02-01&to=2027-02-20&limit=8", []
    cursor = ""
    while cursor is not None:
        answer = owner.client.get(path + (f"&cursor={cursor}" if cursor else "")).json()
        found += [each["nominal_date"] for each in answer["data"]]
        cursor = answer["next_cursor"]
    assert found == [f"2027-02-{number:02}" for number in range(1, 21)]
    owner.client.delete(f"/v1/recurring/{rule['id']}")


def test_what_is_due_is_entered_by_itself_with_splits(owner):
    categories = [each["id"] for each in owner.client.get("/v1/categories?limit=2").json()["data"]]
    splits = [{"amount": "-7.00", "category_id": categories[0]}, {"amount": "-3.00", "category_id": categories[1], "memo": "half"}]
    rule = make(owner, start=day(owner, -14), rrule="FREQ=WEEKLY", splits=splits)
    wait_for_entries(owner, rule, [(day(owner, days), "-10.00") for days in (-14, -7, 0)])
    row = next(each for each in owner.client.get("/v1/transactions?limit=500").json()["data"] if each["recurring_id"] == rule["id"])
    assert [each["amount"] for each in row["splits"]] == ["-7.00", "-3.00"] and row["origin"] == "recurring"
    states = [(each["nominal_date"], each["state"]) for each in dates(owner, rule, **{"from": day(owner, -14), "to": day(owner, 7)})]
    assert states == [(day(owner, -14), "posted"), (day(owner, -7), "posted"), (day(owner, 0), "posted"), (day(owner, 7), "scheduled")]


def test_one_date_is_skipped_one_is_moved_and_one_costs_more(owner):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY;COUNT=5")
    assert say(owner, rule, day(owner, 1), state="skipped").json()["state"] == "skipped"
    moved = say(owner, rule, day(owner, 2), state="postponed", to=day(owner, 4))
    assert moved.status == 200 and moved.json()["posting_date"] == day(owner, 4), moved
    assert say(owner, rule, day(owner, 3), state="scheduled", amount="-12.5", description="rent and repairs").json()["amount"] == "-12.50"
    begin = today(owner)
    advance(owner, days=5)
    expected = [(str(begin + datetime.timedelta(3)), "-12.50"), *[(str(begin + datetime.timedelta(4)), "-10.00")] * 2,
                (str(begin + datetime.timedelta(5)), "-10.00")]
    wait_for_entries(owner, rule, expected)
    wait_until(lambda: owner.client.get(f"/v1/recurring/{rule['id']}").json()["state"] == "ended", 10, "the rule has ended")


def test_a_date_may_be_entered_early_and_only_once(owner):
    rule = make(owner, start=day(owner, 3), rrule="FREQ=DAILY;COUNT=2")
    answer = say(owner, rule, day(owner, 3), state="posted")
    assert answer.status == 200 and answer.json()["state"] == "posted" and answer.json()["transaction_id"], answer
    again = say(owner, rule, day(owner, 3), state="posted")
    assert again.status == 422 and again.json()["errors"][0]["pointer"] == "/state"
    assert say(owner, rule, day(owner, 3), state="skipped").status == 422
    early = today(owner)
    advance(owner, days=5)
    wait_for_entries(owner, rule, [(str(early), "-10.00"), (str(early + datetime.timedelta(4)), "-10.00")])


def test_what_was_skipped_may_be_entered_after_all(owner):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY;COUNT=1")
    date = day(owner, 1)
    assert say(owner, rule, date, state="skipped").status == 200
    advance(owner, days=3)
    wait_until(lambda: owner.client.get(f"/v1/recurring/{rule['id']}").json()["state"] == "ended", 10, "the date has passed")
    assert say(owner, rule, date, state="scheduled").status == 422
    assert say(owner, rule, date, state="posted").json()["posting_date"] == date
    assert entries(owner, rule) == [(date, "-10.00")]


def test_what_was_left_out_of_an_ended_rule_may_be_moved_to_a_day_ahead(owner):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY;COUNT=1")
    date = day(owner, 1)
    assert say(owner, rule, date, state="skipped").status == 200
    advance(owner, days=2)
    wait_until(lambda: owner.client.get(f"/v1/recurring/{rule['id']}").json()["state"] == "ended", 10, "the date has passed")
    moved = day(owner, 3)
    assert say(owner, rule, date, state="postponed", to=moved).status == 200
    advance(owner, days=4)
    wait_for_entries(owner, rule, [(moved, "-10.00")])
    wait_until(lambda: owner.client.get(f"/v1/recurring/{rule['id']}").json()["state"] == "ended", 10, "the rule has ended again")


def entry_of(owner, rule):
    return next(row for row in owner.client.get("/v1/transactions?limit=500").json()["data"] if row["recurring_id"] == rule["id"])


def upload(owner, text):
    answer = owner.client.post(f"/v1/uploads?account_id={owner.account}&format=csv", text.encode(), headers={"Prefer": "wait=20"})
    assert answer.status == 200 and answer.json()["upload"]["state"] == "done", answer
    return answer.json()["upload"]


def test_a_deleted_entry_leaves_its_date_out_until_it_comes_back(owner):
    rule = make(owner, start=day(owner, 0), rrule="FREQ=DAILY;COUNT=1")
    date = day(owner, 0)
    wait_for_entries(owner, rule, [(date, "-10.00")])
    entry = entry_of(owner, rule)["id"]
    assert owner.client.delete(f"/v1/transactions/{entry}").status == 204
    [shown] = dates(owner, rule, **{"from": date, "to": date})
    assert (shown["state"], shown["transaction_id"]) == ("skipped", None)
    assert owner.client.post(f"/v1/transactions/{entry}/restore").status == 200
    [shown] = dates(owner, rule, **{"from": date, "to": date})
    assert (shown["state"], shown["transaction_id"]) == ("posted", entry)


def test_a_deleted_entry_that_was_entered_anew_comes_back_as_a_row_of_its_own(owner):
    rule = make(owner, start=day(owner, 0), rrule="FREQ=DAILY;COUNT=1")
    date = day(owner, 0)
    wait_for_entries(owner, rule, [(date, "-10.00")])
    entry = entry_of(owner, rule)["id"]
    assert owner.client.delete(f"/v1/transactions/{entry}").status == 204
    again = say(owner, rule, date, state="posted")
    assert again.status == 200 and again.json()["transaction_id"] != entry, again
    assert entries(owner, rule) == [(date, "-10.00")]
    back = owner.client.post(f"/v1/transactions/{entry}/restore")
    assert back.status == 200 and back.json()["recurring_id"] is None, back
    assert entries(owner, rule) == [(date, "-10.00")]


@pytest.mark.parametrize("fields", [{}, {"rrule": "FREQ=DAILY;COUNT=1"}, {"catch_up": "mark_missed"}])
def test_a_date_that_an_undone_row_of_the_bank_had_met_is_entered_after_all(owner, fields):
    begin, name = day(owner, 1), f"club {owner.instance.clock.now_ms()}"
    rule = make(owner, **({"start": begin, "rrule": "FREQ=MONTHLY", "description": name, "amount": "-31.70"} | fields))
    sent = upload(owner, f"Date,Amount,Description\n{day(owner, 0)},-31.70,{name}\n")
    advance(owner, days=1)
    wait_until(lambda: dates(owner, rule, **{"from": begin, "to": begin})[0]["state"] == "matched", 20, "the row is the entry")
    advance(owner, days=8)
    assert owner.client.delete(f"/v1/uploads/{sent['id']}", headers={"Prefer": "wait=20"}).status == 200
    wait_for_entries(owner, rule, [(begin, "-31.70")])
    assert dates(owner, rule, **{"from": begin, "to": begin})[0]["state"] == "posted"


@pytest.mark.parametrize("of_bank, is_met", [("CLUB Nordlicht 0817/2 MITGLIED", True), ("club-nordlicht", True), ("Nordlichter", False), ("bakery", False)])
def test_a_row_of_the_bank_that_came_first_is_known_by_its_words(owner, of_bank, is_met):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY;COUNT=1", description="Club Nordlicht", amount="-32.10")
    upload(owner, f"Date,Amount,Description\n{day(owner, 0)},-32.10,{of_bank}\n")
    date = day(owner, 1)
    advance(owner, days=1)
    expected = "matched" if is_met else "posted"
    wait_until(lambda: dates(owner, rule, **{"from": date, "to": date})[0]["state"] == expected, 10, f"the date is {expected}")


@pytest.mark.parametrize("zone, offset", [("America/Los_Angeles", -8), ("Pacific/Kiritimati", 14)])
def test_who_moves_sees_at_once_when_his_dates_are_due_there(instance, zone, offset):
    person = register(instance, timezone="Europe/Berlin")
    person.account = person.main_account()["id"]
    rule = make(person, start=day(person, 3), rrule="FREQ=WEEKLY")
    moved, week_on = day(person, 5), day(person, 10)
    assert say(person, rule, day(person, 3), state="postponed", to=moved).status == 200
    assert person.client.patch("/v1/users/me", {"timezone": zone}).status == 200

    def begins(date):
        return datetime.datetime.fromisoformat(date + "T00:00:00+00:00") - datetime.timedelta(hours=offset)

    def due(shown):
        return datetime.datetime.fromisoformat(shown["due_at"].replace("Z", "+00:00"))

    wait_until(lambda: due(person.client.get(f"/v1/recurring/{rule['id']}").json()["next"]) == begins(day(person, 3)), 10, "the rule knows")
    assert [due(each) for each in dates(person, rule, limit=2)] == [begins(moved), begins(week_on)]


def test_rules_go_with_their_account(owner):
    account = owner.client.post("/v1/accounts", {"name": "Second", "type": "savings", "currency": "EUR"}).json()["id"]
    rule = make(owner, account_id=account, start=day(owner, 3))
    assert owner.client.delete(f"/v1/accounts/{account}").status == 204
    assert owner.client.get(f"/v1/recurring/{rule['id']}").status == 404
    assert say(owner, rule, day(owner, 3), state="posted").status == 404


def test_rules_and_budgets_follow_their_category(owner):
    category, other, third = (owner.client.post("/v1/categories", {"name": name, "kind": "expense"}).json()["id"] for name in ("Here", "There", "Nowhere"))
    rule = make(owner, start=day(owner, 3), amount="-3", category_id=category,
                splits=[{"amount": "-1", "category_id": category}, {"amount": "-2", "category_id": other}])
    budget = owner.client.post("/v1/budgets", {"category_id": category, "amount": "50", "currency": "EUR"}).json()
    assert owner.client.delete(f"/v1/categories/{category}?move_to={third}").status == 204
    shown = owner.client.get(f"/v1/recurring/{rule['id']}").json()
    assert shown["category_id"] == third and [split["category_id"] for split in shown["splits"]] == [third, other]
    assert owner.client.get(f"/v1/budgets/{budget['id']}").json()["category_id"] == third
    second = owner.client.post("/v1/budgets", {"category_id": other, "amount": "50", "currency": "EUR"}).json()
    assert owner.client.delete(f"/v1/categories/{other}?move_to={third}").status == 204  # there is one for it already
    assert owner.client.get(f"/v1/budgets/{second['id']}").status == 404
    assert owner.client.delete(f"/v1/categories/{third}").status == 204
    assert owner.client.get(f"/v1/recurring/{rule['id']}").json()["category_id"] is None
    assert owner.client.get(f"/v1/budgets/{budget['id']}").status == 404


def test_this_and_following_splits_the_rule_and_the_31st_stays_the_31st(owner):
    start = today(owner).replace(month=12, day=31)
    following = datetime.date(start.year + 1, 3, 1) - datetime.timedelta(1)
    rule = make(owner, start=str(start), rrule="FREQ=MONTHLY;BYMONTHDAY=31;COUNT=5")
    assert say(owner, rule, f"{start.year + 1}-03-31", state="skipped").status == 200
    answer = change(owner, rule, f"?from={following}", amount="-11.00")
    assert answer.status == 200, answer
    other = answer.json()
    assert other["id"] != rule["id"] and other["follows_id"] == rule["id"] and answer.headers["Location"] == f"/v1/recurring/{other['id']}"
    span = {"from": str(start), "to": f"{start.year + 2}-01-01"}
    assert [each["nominal_date"] for each in dates(owner, rule, **span)] == [str(start), f"{start.year + 1}-01-31"]
    shown = [(each["nominal_date"], each["state"], each["amount"]) for each in dates(owner, other, **span)]
    year = start.year + 1
    assert shown == [(str(following), "scheduled", "-11.00"), (f"{year}-03-31", "skipped", "-11.00"), (f"{year}-04-30", "scheduled", "-11.00")]


def test_this_and_following_of_the_first_date_changes_the_rule_itself(owner):
    rule = make(owner, start=day(owner, 5), rrule="FREQ=DAILY")
    answer = change(owner, rule, f"?from={day(owner, 5)}", description="other")
    assert answer.status == 200 and answer.json()["id"] == rule["id"] and answer.json()["description"] == "other"
    refused = change(owner, rule, "?from=2020-01-01", description="other")
    assert refused.status == 422 and refused.json()["errors"][0]["pointer"] == "from"
    owner.client.delete(f"/v1/recurring/{rule['id']}")


def test_a_paused_rule_enters_nothing_and_goes_on_from_the_day_it_wakes(owner):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY")
    assert change(owner, rule, paused=True).json()["state"] == "paused"
    assert dates(owner, rule) == []
    advance(owner, days=4)
    awake = change(owner, rule, paused=False).json()
    assert (awake["state"], awake["next"]["nominal_date"]) == ("active", day(owner, 0))
    wait_for_entries(owner, rule, [(day(owner, 0), "-10.00")])
    change(owner, rule, end={"date": day(owner, 0)})


def test_a_rule_is_paused_by_the_word_that_it_answers_with(owner):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY", state="paused", currency="EUR")
    assert (rule["state"], rule["paused"]) == ("paused", True)
    assert change(owner, rule, state="active").json()["next"]["nominal_date"] == rule["start"]
    assert change(owner, rule, state="paused").json()["state"] == "paused"
    for body, pointer in (({"state": "ended"}, "/state"), ({"state": "active", "paused": True}, "/state"), ({"currency": "USD"}, "/currency")):
        answer = change(owner, rule, **body)
        assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer


def test_a_rule_ends_with_its_total(owner):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY", end={"total": "25"})
    assert rule["end"] == {"count": None, "date": None, "total": "-25.00"}
    assert [each["amount"] for each in dates(owner, rule)] == ["-10.00", "-10.00", "-5.00"]
    first = today(owner) + datetime.timedelta(1)
    advance(owner, days=6)
    wait_for_entries(owner, rule, [(str(first + datetime.timedelta(number)), amount) for number, amount in enumerate(("-10.00", "-10.00", "-5.00"))])


def test_an_estimated_rule_enters_the_average_of_the_last(owner):
    rule = make(owner, start=day(owner, 1), rrule="FREQ=DAILY;COUNT=3", estimate_last=2)
    assert say(owner, rule, day(owner, 1), state="posted", amount="-20").status == 200
    assert say(owner, rule, day(owner, 2), state="posted", amount="-30").status == 200
    assert dates(owner, rule)[-1]["amount"] == "-25.00"


def test_a_change_keeps_what_was_entered_and_a_stale_one_is_refused(owner):
    rule = make(owner, start=day(owner, -1), rrule="FREQ=DAILY;COUNT=1")
    wait_for_entries(owner, rule, [(day(owner, -1), "-10.00")])
    changed = owner.client.patch(f"/v1/recurring/{rule['id']}", {"amount": "-99.00"}, headers={"If-Match": f'"{rule["version"]}"'})
    assert changed.status == 200 and changed.json()["amount"] == "-99.00", changed
    stale = owner.client.patch(f"/v1/recurring/{rule['id']}", {"amount": "-98.00"}, headers={"If-Match": f'"{rule["version"]}"'})
    assert stale.status == 412
    assert entries(owner, rule) == [(day(owner, -1), "-10.00")]


def test_a_deleted_rule_is_gone_and_its_entries_stay(owner):
    rule = make(owner, start=day(owner, 0), rrule="FREQ=DAILY")
    wait_for_entries(owner, rule, [(day(owner, 0), "-10.00")])
    assert owner.client.delete(f"/v1/recurring/{rule['id']}").status == 204
    assert owner.client.get(f"/v1/recurring/{rule['id']}").status == 404
    assert entries(owner, rule) == [(day(owner, 0), "-10.00")]


@pytest.mark.parametrize("wrong, pointer", [
    ({"rrule": "FREQ=HOURLY"}, "/rrule"), ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=32"}, "/rrule"), ({"start": "2027-02-29"}, "/start"),
    ({"weekend": "monday"}, "/weekend"), ({"catch_up": "never"}, "/catch_up"), ({"amount": "1.234"}, "/amount"), ({"amount": "0"}, "/amount"),
    ({"amount": None}, "/amount"), ({"description": ""}, "/description"), ({"estimate_last": 25}, "/estimate_last"),
    ({"end": {"count": 3, "date": "2028-01-01"}}, "/end/date"), ({"end": {"total": "0"}}, "/end/total"),
    ({"rrule": "FREQ=DAILY;COUNT=2", "end": {"count": 3}}, "/end"), ({"splits": [{"amount": "-9"}]}, "/splits"),
    ({"category_id": "00000000-0000-7000-8000-000000000001"}, "/category_id"), ({"colour": "red"}, "/colour"),
    ({"rrule": "FREQ=WEEKLY;BYDAY=SA", "weekend": "skip"}, "/rrule")])
def test_a_rule_that_can_not_be_is_told_where(owner, wrong, pointer):
    body = {"account_id": owner.account, "amount": "-10.00", "description": "rent", "rrule": "FREQ=MONTHLY", "start": "2027-01-31"} | wrong
    answer = owner.client.post("/v1/recurring", {name: value for name, value in body.items() if value is not None})
    assert answer.status == 422, answer
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_what_is_not_a_date_of_the_rule_is_not_there(owner):
    rule = make(owner, rrule="FREQ=MONTHLY;BYMONTHDAY=1", start=day(owner, 40))
    for date in ("2029-01-02", "2029-02-30", "soon"):
        assert say(owner, rule, date, state="skipped").status == 404
    assert say(owner, rule, "2029-01-01", state="matched").status == 422
    assert say(owner, rule, "2029-01-01", state="postponed").json()["errors"][0]["pointer"] == "/to"


def test_another_persons_rule_and_account_are_not_there(instance, owner):
    stranger = register(instance)
    rule = make(owner, start=day(owner, 400))
    assert stranger.client.post("/v1/recurring", {"account_id": owner.account, "amount": "1", "description": "x", "rrule": "FREQ=DAILY",
                                                  "start": "2027-01-01"}).status == 404
    assert stranger.client.get(f"/v1/recurring/{rule['id']}").status == 404
    assert stranger.client.patch(f"/v1/recurring/{rule['id']}", {"amount": "1"}).status == 404
    assert stranger.client.delete(f"/v1/recurring/{rule['id']}").status == 404
    assert stranger.client.get(f"/v1/recurring/{rule['id']}/occurrences").status == 404
    assert stranger.client.post(f"/v1/recurring/{rule['id']}/occurrences/2029-01-31", {"state": "skipped"}).status == 404


def test_history_proposes_the_rules_that_are_in_it(instance):
    person = register(instance)
    account = person.main_account()["id"]
    now = today(person).replace(day=3)
    months = [now.replace(year=now.year - (now.month <= back), month=(now.month - back - 1) % 12 + 1) for back in range(6)]
    rows = [{"account_id": account, "amount": "-49.99", "date": str(date), "description": f"GYM {number}"} for number, date in enumerate(months)]
    rows += [{"account_id": account, "amount": "-5", "date": str(now - datetime.timedelta(days)), "description": "coffee"} for days in (1, 2, 30, 77)]
    assert person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"}).status == 200
    found = person.client.get("/v1/recurring/suggestions").json()["data"]
    assert len(found) == 1, found
    assert (found[0]["amount"], found[0]["hits"], found[0]["rrule"]) == ("-49.99", 6, "FREQ=MONTHLY;BYMONTHDAY=3")
    assert 0.5 < found[0]["confidence"] <= 1
    made = person.client.post("/v1/recurring", {name: found[0][name] for name in ("account_id", "amount", "description", "rrule", "start")})
    assert made.status == 201, made
    assert person.client.get("/v1/recurring/suggestions").json()["data"] == []

"""Sorting into categories: taught once, applied at once, never over what the user set, and the same after any crash."""

import random
import signal
import threading

import psycopg2.extras
import pytest
from support.instance import run_purser
from support.people import register
from support.waiting import wait_until

psycopg2.extras.register_uuid()
HEAD = "Date,Description,Amount\n"


@pytest.fixture
def pupil(instance):
    """A new user for each test: what one test teaches must not help another."""
    return register(instance)


def upload(person, rows, deadline=30):
    """Uploads (date, description, amount) rows and waits until they are stored."""
    account = person.main_account()
    body = HEAD + "".join(f"{date},{text},{amount}\n" for date, text, amount in rows)
    answer = person.client.post(f"/v1/uploads?account_id={account['id']}", body.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status == 202, answer
    path = "/v1/uploads/" + answer.json()["upload"]["id"]

    def finished():
        state = person.client.get(path).json()
        assert state["state"] != "failed", state
        return state if state["state"] == "done" else None

    return wait_until(finished, deadline, "the upload is finished")


def settled(person, deadline=20):
    """Waits until no sorting of this person is wanted or under way."""
    user = person.client.get("/v1/users/me").json()["id"]

    def idle():
        (count,), = person.instance.query(
            "SELECT count(*) FROM job WHERE task = 'classify_transactions' AND state = 'accepted'"
            " AND position(%s::bytea IN envelope) > 0", (user,))
        return count == 0

    wait_until(idle, deadline, "the rows are sorted")


def rows(person):
    """Every transaction by its description."""
    found, cursor = {}, ""
    while True:
        page = person.client.get(f"/v1/transactions?limit=500{cursor}").json()
        found |= {one["description"]: one for one in page["data"]}
        if page["next_cursor"] is None:
            return found
        cursor = "&cursor=" + page["next_cursor"]


def category(person, name):
    """The id of a category, made when there is none."""
    cursor = ""
    while True:
        page = person.client.get(f"/v1/categories?limit=500{cursor}").json()
        for one in page["data"]:
            if one["name"] == name:
                return one["id"]
        if page["next_cursor"] is None:
            break
        cursor = "&cursor=" + page["next_cursor"]
    answer = person.client.post("/v1/categories", {"name": name, "kind": "expense"})
    assert answer.status == 201, answer
    return answer.json()["id"]


def teach(person, transaction, category_id, expect=200):
    answer = person.client.patch(f"/v1/transactions/{transaction['id']}", {"category_id": category_id})
    assert answer.status == expect, answer
    return answer.json()


def why(person, transaction):
    answer = person.client.get(f"/v1/transactions/{transaction['id']}/category")
    assert answer.status == 200, answer
    return answer.json()


def snapshot(person):
    """What sorting decides, of every row."""
    return {text: (one["category"]["id"], one["category"]["source"], one["category"]["confidence"]) for text, one in rows(person).items()}


def test_one_correction_sticks_for_the_next_row_of_the_merchant(pupil):
    upload(pupil, [("2026-01-02", "CARD PURCHASE ZORBLAT 1234", "-12.50"), ("2026-01-03", "CARD PURCHASE QUUXINE 77", "-8.00")])
    settled(pupil)
    before = rows(pupil)
    assert before["CARD PURCHASE ZORBLAT 1234"]["category"]["source"] == "none"
    mine = category(pupil, "Zorb things")
    teach(pupil, before["CARD PURCHASE ZORBLAT 1234"], mine)
    upload(pupil, [("2026-01-09", "CARD PURCHASE ZORBLAT 9876", "-9.90")])
    settled(pupil)
    after = rows(pupil)
    assert after["CARD PURCHASE ZORBLAT 1234"]["category"] == {"id": mine, "source": "user", "confidence": 1}
    assert (after["CARD PURCHASE ZORBLAT 9876"]["category"]["id"], after["CARD PURCHASE ZORBLAT 9876"]["category"]["source"]) == (mine, "memory")
    assert after["CARD PURCHASE QUUXINE 77"]["category"]["source"] == "none"
    told = why(pupil, after["CARD PURCHASE ZORBLAT 9876"])
    assert told["name"] == "Zorb things" and told["reasons"][0]["kind"] == "memory" and "zorblat" in str(told["reasons"])
    assert told["model_version"] and told["confidence"] >= told["threshold"] > 0.5


def test_a_correction_sorts_the_rows_that_are_there(pupil):
    upload(pupil, [(f"2026-01-{day:02}", f"FROBNITZ SHOP {day}", "-5.00") for day in range(1, 20)])
    settled(pupil)
    mine = category(pupil, "Frobs")
    assert all(one["category"]["id"] != mine for one in rows(pupil).values())
    teach(pupil, rows(pupil)["FROBNITZ SHOP 7"], mine)
    settled(pupil)
    assert {one["category"]["id"] for one in rows(pupil).values()} == {mine}


def test_what_the_user_set_is_never_overwritten(pupil):
    upload(pupil, [(f"2026-02-{day:02}", f"GLORPMART {day}", "-5.00") for day in range(1, 12)])
    settled(pupil)
    one, other = category(pupil, "One"), category(pupil, "Other")
    odd = rows(pupil)["GLORPMART 3"]
    teach(pupil, odd, one)
    settled(pupil)
    for day in (4, 5, 6, 7):
        teach(pupil, rows(pupil)[f"GLORPMART {day}"], other)
    settled(pupil)
    assert pupil.client.post("/v1/classify/run", {"scope": "all"}).status == 202
    settled(pupil)
    assert rows(pupil)["GLORPMART 3"]["category"] == {"id": one, "source": "user", "confidence": 1}
    assert rows(pupil)["GLORPMART 9"]["category"]["id"] in (other, None)


def test_confirming_teaches_and_saying_it_twice_teaches_once(pupil):
    upload(pupil, [("2026-01-02", "SNORKWAY 1", "-1.00"), ("2026-01-03", "SNORKWAY 2", "-1.00")])
    settled(pupil)
    mine = category(pupil, "Snork")
    teach(pupil, rows(pupil)["SNORKWAY 1"], mine)
    settled(pupil)
    guessed = rows(pupil)["SNORKWAY 2"]
    assert guessed["category"]["source"] == "memory"
    for _ in range(3):
        assert teach(pupil, guessed, mine)["category"]["source"] == "user"
    user = pupil.client.get("/v1/users/me").json()["id"]
    labels = pupil.instance.query("SELECT transaction_id::text, shown_category::text, shown_set FROM label WHERE user_id = %s ORDER BY revision", (user,))
    assert [label[0] for label in labels] == [rows(pupil)["SNORKWAY 1"]["id"], guessed["id"]]
    assert labels[1][1:] == (mine, True), "what was shown is logged"


def test_a_guess_can_be_confirmed_as_it_stands(pupil):
    mine = category(pupil, "Snork")
    post(pupil, "SNORKWAY 1", category_id=mine)
    settled(pupil)
    guessed, unknown = post(pupil, "SNORKWAY 2", "XQZVY WKJH")
    path = f"/v1/transactions/{guessed['id']}/category/confirm"
    assert pupil.client.post(path, headers={"If-Match": '"7"'}).status == 412
    for _ in range(2):
        answer = pupil.client.post(path)
        assert answer.status == 200 and answer.json()["category"] == {"id": mine, "source": "user", "confidence": 1}
    label = why(pupil, guessed)["label"]
    assert label["revision"] == 2 and label["shown"] == mine
    told = pupil.client.get("/v1/classifier").json()
    assert told["labels"] == 2 and told["months"][-1]["applied_right"] == 1
    nothing = pupil.client.post(f"/v1/transactions/{unknown['id']}/category/confirm")
    assert nothing.status == 422 and nothing.json()["errors"][0]["pointer"] == "/category_id"
    assert register(pupil.instance).client.post(path).status == 404


@pytest.mark.parametrize("way", ["delete", "null"])
def test_an_undone_label_is_as_if_it_had_never_been(pupil, way):
    shops = [(f"2026-03-{day:02}", f"{shop} {day}", f"-{day}.00") for day in range(1, 15) for shop in ("BLIMPO", "KRAXEN", "GROCERY MARKET")]
    upload(pupil, shops)
    settled(pupil)
    a, b = category(pupil, "A"), category(pupil, "B")
    teach(pupil, rows(pupil)["BLIMPO 2"], a)
    teach(pupil, rows(pupil)["KRAXEN 3"], b)
    settled(pupil)
    before = snapshot(pupil)
    wrong = rows(pupil)["BLIMPO 9"]
    teach(pupil, wrong, b)
    settled(pupil)
    assert snapshot(pupil) != before
    if way == "delete":
        answer = pupil.client.delete(f"/v1/transactions/{wrong['id']}/category")
        assert answer.status == 200, answer
    else:
        teach(pupil, wrong, None)
    settled(pupil)
    assert snapshot(pupil) == before


def test_a_replaced_label_counts_no_more(pupil):
    upload(pupil, [("2026-01-02", "WIBBLE 1", "-1.00"), ("2026-01-03", "WIBBLE 2", "-1.00")])
    settled(pupil)
    a, b = category(pupil, "A"), category(pupil, "B")
    for wanted in (a, b):
        teach(pupil, rows(pupil)["WIBBLE 1"], wanted)
        settled(pupil)
        assert rows(pupil)["WIBBLE 2"]["category"]["id"] == wanted


def test_labels_of_others_have_no_influence(instance, pupil):
    stranger = register(instance)
    for person in (pupil, stranger):
        upload(person, [("2026-01-02", "PLUMBUS STORE 1", "-7.00"), ("2026-01-03", "PLUMBUS STORE 2", "-7.00")])
        settled(person)
    before = snapshot(pupil)
    teach(stranger, rows(stranger)["PLUMBUS STORE 1"], category(stranger, "Plumbing"))
    settled(stranger)
    assert pupil.client.post("/v1/classify/run", {"scope": "automatic"}).status == 202
    settled(pupil)
    assert snapshot(pupil) == before
    mine = rows(pupil)["PLUMBUS STORE 1"]
    assert stranger.client.get(f"/v1/transactions/{mine['id']}/category").status == 404
    assert stranger.client.delete(f"/v1/transactions/{mine['id']}/category").status == 404


def test_unknown_text_gets_no_category_and_three_suggestions(pupil):
    upload(pupil, [("2026-01-02", "XQZVY WKJH", "-7.31")])
    settled(pupil)
    one = rows(pupil)["XQZVY WKJH"]
    assert one["category"] == {"id": None, "source": "none", "confidence": None}
    told = why(pupil, one)
    assert len(told["suggestions"]) == 3 and all(s["name"] and s["confidence"] < told["threshold"] for s in told["suggestions"])


def test_the_first_day_is_not_blank(pupil):
    texts = {"CARD PURCHASE SHELL PETROL STATION": "Fuel", "NETFLIX.COM": None, "SUPERMARKET GROCERIES": "Groceries",
             "MONTHLY SALARY ACME CORP": "Salary", "PHARMACY CITY": None, "RESTAURANT LA PIAZZA": None}
    upload(pupil, [("2026-01-02", text, "2500.00" if "SALARY" in text else "-20.00") for text in texts])
    settled(pupil)
    found = {text: why(pupil, one) for text, one in rows(pupil).items()}
    sorted_ones = [text for text, told in found.items() if told["source"] == "prior"]
    assert len(sorted_ones) >= 4, found
    for text, name in texts.items():
        if name is not None and found[text]["name"] is not None:
            assert found[text]["name"] == name


def test_a_posted_category_is_a_label(pupil):
    account, mine = pupil.main_account()["id"], category(pupil, "Posted")
    posted = {"account_id": account, "amount": "-3.00", "date": "2026-01-02", "description": "DRONGO CAFE 1", "category_id": mine}
    answer = pupil.client.post("/v1/transactions", posted, headers={"Prefer": "wait=20"})
    assert answer.status in (200, 202), answer
    answer = pupil.client.post("/v1/transactions", {"account_id": account, "amount": "-4.00", "date": "2026-01-05", "description": "DRONGO CAFE 2"})
    assert answer.status == 202, answer
    wait_until(lambda: len(rows(pupil)) == 2, 20, "both are stored")
    settled(pupil)
    assert rows(pupil)["DRONGO CAFE 1"]["category"]["source"] == "user"
    assert rows(pupil)["DRONGO CAFE 2"]["category"]["id"] == mine


def post(person, *texts, **fields):
    """Posts rows of -4.00 together, waits for the job, and gives them as they were stored by it."""
    account = person.main_account()["id"]
    posted = [{"account_id": account, "amount": "-4.00", "date": "2026-03-05", "description": text} | fields for text in texts]
    answer = person.client.post("/v1/transactions", {"transactions": posted}, headers={"Prefer": "wait=20"})
    assert answer.status in (200, 202), answer
    found = rows(person)
    return [found[text] for text in texts]


def sorting_jobs(instance):
    return instance.query("SELECT count(*) FROM job WHERE task = 'classify_transactions'")[0][0]


def test_a_posted_row_is_stored_with_its_category_in_one_go(pupil):
    """By memory, by a rule with all that it does, or with suggestions: and no job is made for it."""
    mine, ruled = category(pupil, "Zorb things"), category(pupil, "Ruled")
    one, = post(pupil, "ZORBLAT 1")
    teach(pupil, one, mine)
    answer = pupil.client.post("/v1/rules", {"name": "Quux", "when": {"text": {"contains": "quux"}},
                                             "then": {"category_id": ruled, "tags": ["odd"], "payee": "Quux Ltd"}})
    assert answer.status == 201, answer
    settled(pupil)
    before = sorting_jobs(pupil.instance)
    known, by_rule, unknown = post(pupil, "ZORBLAT 2", "QUUX 77", "XQZVY WKJH", tags=["mine"])
    assert sorting_jobs(pupil.instance) == before
    assert (known["category"]["id"], known["category"]["source"]) == (mine, "memory")
    assert by_rule["category"] == {"id": ruled, "source": "rule", "confidence": 1}
    assert by_rule["payee"] == "Quux Ltd" and sorted(by_rule["tags"]) == ["mine", "odd"] and known["tags"] == ["mine"]
    assert unknown["category"]["source"] == "none" and len(why(pupil, unknown)["suggestions"]) == 3
    assert [one["version"] for one in (known, by_rule, unknown)] == [1, 1, 1]
    assert why(pupil, known)["model_version"] and why(pupil, known)["reasons"][0]["kind"] == "memory"
    stored = snapshot(pupil)
    run(pupil, "automatic")
    assert snapshot(pupil) == stored, "a job would have sorted them alike"


def test_recurring_entries_without_a_category_are_sorted(pupil):
    today = pupil.instance.query("SELECT CURRENT_DATE::text")[0][0]
    answer = pupil.client.post("/v1/recurring", {"account_id": pupil.main_account()["id"], "amount": "-40.00", "description": "SHELL PETROL STATION",
                                                 "rrule": "FREQ=MONTHLY", "start": today})
    assert answer.status == 201, answer
    wait_until(lambda: rows(pupil), 30, "it is entered")
    settled(pupil)
    assert why(pupil, rows(pupil)["SHELL PETROL STATION"])["name"] == "Fuel"


def test_what_is_no_transfer_any_more_is_sorted(pupil):
    other = pupil.client.post("/v1/accounts", {"name": "Other", "type": "savings", "currency": "EUR"}).json()["id"]
    made = pupil.client.post("/v1/transfers", {"from_account_id": pupil.main_account()["id"], "to_account_id": other, "amount": "40.00",
                                               "date": "2026-03-05", "description": "SHELL PETROL STATION"})
    assert made.status == 201, made
    assert pupil.client.delete(f"/v1/transfers/{made.json()['id']}?keep=true").status == 204
    settled(pupil)
    page = pupil.client.get("/v1/transactions").json()["data"]
    assert {one["category"]["source"] for one in page if one["amount"] == "-40.00"} == {"prior"}


def test_rows_that_wait_for_a_large_model_are_sorted_right_after(make_instance):
    own = make_instance(PURSER_CLASSIFY_INCOMING_US=0)
    own.start("api", "worker", "scheduler")
    person = register(own)
    mine = category(person, "Zorb things")
    post(person, "ZORBLAT 1", category_id=mine)
    own.restart("worker")
    post(person, "ZORBLAT 2")
    settled(person)
    assert rows(person)["ZORBLAT 2"]["category"]["id"] == mine


def test_what_can_not_be_sorted_is_stored(make_instance):
    """A prior that this version can't read stops the sorting, never the storing."""
    own = make_instance()
    own.start("api", "worker", "scheduler")
    person = register(own)
    own.query("INSERT INTO classifier_prior (version, bytes, people, labels, entries, built_at) VALUES (1, 'junk', 5, 5, 5, now())")
    one, = post(person, "SHELL PETROL STATION")
    assert one["category"]["source"] == "none" and one["version"] == 1
    own.query("DELETE FROM classifier_prior")
    two, = post(person, "SHELL PETROL STATION 2")
    assert two["category"]["source"] == "prior"


def test_a_killed_ingestion_sorts_as_one_that_was_not(make_instance):
    own = make_instance()
    own.start("api", "worker", "scheduler")
    smooth, rough = register(own), register(own)
    for person in (smooth, rough):
        post(person, "ZORBLAT 1", category_id=category(person, "A"))
        post(person, "QUUXINE 1", category_id=category(person, "B"))
        settled(person)
    texts = ["ZORBLAT 2", "QUUXINE 2", "PETROL STATION", "XQZVY"]
    post(smooth, *texts)
    own.restart("worker", PURSER_CRASH_AT="child_before_commit:1")
    account = rough.main_account()["id"]
    answer = rough.client.post("/v1/transactions", {"transactions": [
        {"account_id": account, "amount": "-4.00", "date": "2026-03-05", "description": text} for text in texts]})
    assert answer.status == 202, answer
    wait_until(lambda: "child_died" in own.log("worker"), 20, "the child was killed before it committed")
    own.restart("worker", signal.SIGKILL)
    wait_until(lambda: len(rows(rough)) == 6, 40, "all are stored")
    settled(rough)
    as_named = [{text: (name_of(person, one["category"]["id"]), one["category"]["source"], one["category"]["confidence"])
                 for text, one in rows(person).items()} for person in (smooth, rough)]
    assert as_named[0] == as_named[1]


def test_whatever_happens_at_once_rows_end_as_one_run_would_have_them(pupil):
    """Rows are stored while labels, texts and categories change: nobody gets in another's way, and no row is left behind."""
    shops, mine = ("ZORB", "QUUX", "FROB", "SNORK"), [category(pupil, name) for name in "ABC"]
    account = pupil.main_account()["id"]
    answers = []

    def client():
        one = pupil.instance.client()
        one.token = pupil.token
        return one

    def write(chance, caller):
        for n in range(40):
            more = {"category_id": chance.choice(mine)} if chance.random() < 0.2 else {}
            answers.append(caller.post("/v1/transactions", {"account_id": account, "amount": f"-{n}.10", "date": "2026-01-07",
                                                            "description": f"{chance.choice(shops)} {n}"} | more))

    def edit(chance, caller):
        for n in range(40):
            found = caller.get("/v1/transactions?limit=50").json()["data"]
            if found:
                change = chance.choice([{"category_id": chance.choice(mine)}, {"category_id": None}, {"description": f"{chance.choice(shops)} x{n}"}])
                answers.append(caller.patch(f"/v1/transactions/{chance.choice(found)['id']}", change))

    def rearrange(chance, caller):
        for n in range(15):
            made = caller.post("/v1/categories", {"name": f"For a while {n}", "kind": "expense"}).json()["id"]
            for one in caller.get("/v1/transactions?limit=3").json()["data"]:
                answers.append(caller.patch(f"/v1/transactions/{one['id']}", {"category_id": made}))
            answers.append(caller.delete(f"/v1/categories/{made}" + chance.choice(["", f"?move_to={mine[0]}"])))

    threads = [threading.Thread(target=work, args=(random.Random(seed), client())) for seed, work in enumerate((write, write, edit, edit, rearrange))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} <= {200, 202, 204}, [answer for answer in answers if answer.status >= 300][:3]

    def stored():
        (left,), = pupil.instance.query("SELECT count(*) FROM job WHERE state = 'accepted' AND task = 'ingest_transactions'")
        return left == 0

    def every():
        return pupil.instance.query("SELECT id::text, category_id::text, category_source, category_confidence, category_reasons IS NOT NULL"
                                    " FROM transaction WHERE user_id = (SELECT user_id FROM account WHERE id = %s::uuid) ORDER BY id", (account,))

    wait_until(stored, 20, "all is stored")
    settled(pupil)
    before = every()
    assert len(before) == 80 and all(seen for *_, source, _, seen in before if source != "user")
    run(pupil, "automatic")
    assert every() == before


def test_a_deleted_category_takes_its_labels_along_or_moves_them(pupil):
    upload(pupil, [("2026-01-02", "MIMSY 1", "-1.00"), ("2026-01-03", "MIMSY 2", "-1.00"), ("2026-01-04", "TOVES 1", "-1.00"), ("2026-01-05", "TOVES 2", "-1.00")])
    settled(pupil)
    gone, moved, kept = category(pupil, "Gone"), category(pupil, "Moved"), category(pupil, "Kept")
    teach(pupil, rows(pupil)["MIMSY 1"], gone)
    teach(pupil, rows(pupil)["TOVES 1"], moved)
    settled(pupil)
    assert pupil.client.delete(f"/v1/categories/{gone}").status == 204
    assert pupil.client.delete(f"/v1/categories/{moved}?move_to={kept}").status == 204
    settled(pupil)
    after = rows(pupil)
    assert after["MIMSY 2"]["category"]["id"] is None and after["MIMSY 1"]["category"]["id"] is None
    assert after["TOVES 2"]["category"]["id"] == kept


def test_a_deleted_category_leaves_its_rows_to_what_else_is_known(pupil):
    """As if it had never been: the labels of other categories have the say again."""
    kept, gone = category(pupil, "Kept"), category(pupil, "Gone")
    post(pupil, "MIMSY 1", category_id=kept)
    settled(pupil)
    post(pupil, "MIMSY 2", "MIMSY 3")
    before = snapshot(pupil)
    assert before["MIMSY 3"][:2] == (kept, "memory")
    teach(pupil, rows(pupil)["MIMSY 2"], gone)
    settled(pupil)
    assert snapshot(pupil)["MIMSY 3"] != before["MIMSY 3"]
    assert pupil.client.delete(f"/v1/categories/{gone}").status == 204
    settled(pupil)
    assert snapshot(pupil)["MIMSY 3"] == snapshot(pupil)["MIMSY 2"] == before["MIMSY 3"]


def test_a_new_category_takes_part_at_once(pupil):
    one, = post(pupil, "FROBNICATION QUARTZ")
    assert one["category"]["source"] == "none"
    settled(pupil)
    mine = category(pupil, "Frobnication quartz")
    settled(pupil)
    assert mine in [s["category_id"] for s in why(pupil, one)["suggestions"]]
    assert pupil.client.patch(f"/v1/categories/{mine}", {"name": "Something else"}).status == 200
    settled(pupil)
    assert why(pupil, one)["suggestions"][0]["category_id"] != mine


def test_a_changed_description_is_sorted_anew(pupil):
    zorb, quux = category(pupil, "Zorb things"), category(pupil, "Quux things")
    post(pupil, "ZORBLAT 1", category_id=zorb)
    post(pupil, "QUUXINE 1", category_id=quux)
    settled(pupil)
    guessed, unknown = post(pupil, "ZORBLAT 2", "XQZVY WKJH")
    assert guessed["category"]["id"] == zorb

    def edit(transaction, **fields):
        answer = pupil.client.patch(f"/v1/transactions/{transaction['id']}", fields)
        assert answer.status == 200, answer
        settled(pupil)
        return rows(pupil)[answer.json()["description"]]

    assert edit(guessed, description="QUUXINE 2")["category"]["id"] == quux
    assert edit(unknown, description="ZORBLAT 3")["category"]["id"] == zorb
    assert edit(unknown, description="XQZVY")["category"]["id"] is None
    mine = rows(pupil)["ZORBLAT 1"]
    assert edit(mine, description="QUUXINE 9")["category"] == {"id": zorb, "source": "user", "confidence": 1}


def test_what_a_rule_did_and_the_user_undid_stays_undone(pupil):
    answer = pupil.client.post("/v1/rules", {"name": "Tag", "when": {"text": {"contains": "zorb"}}, "then": {"tags": ["odd"], "payee": "Zorb Ltd"}})
    assert answer.status == 201, answer
    one, = post(pupil, "ZORBLAT 1")
    assert (one["tags"], one["payee"], one["category"]["source"]) == (["odd"], "Zorb Ltd", "none")
    settled(pupil)
    answer = pupil.client.patch(f"/v1/transactions/{one['id']}", {"tags": [], "payee": "Zorb Inc", "description": "ZORBLAT 11"})
    assert answer.status == 200, answer
    settled(pupil)
    post(pupil, "ZORBLAT 2", category_id=category(pupil, "Zorb things"))
    settled(pupil)
    after = rows(pupil)["ZORBLAT 11"]
    assert (after["tags"], after["payee"], after["category"]["source"]) == ([], "Zorb Inc", "memory")


def test_a_guess_that_is_cleared_is_made_anew(pupil):
    mine = category(pupil, "Zorb things")
    post(pupil, "ZORBLAT 1", category_id=mine)
    settled(pupil)
    one, = post(pupil, "ZORBLAT 2")
    assert pupil.client.patch(f"/v1/transactions/{one['id']}", {"category_id": None}).json()["category"]["id"] is None
    settled(pupil)
    assert rows(pupil)["ZORBLAT 2"]["category"] == one["category"]


def test_a_stopped_sorting_ends_like_one_that_was_not(make_instance):
    """The child is killed behind its first step; another carries on."""
    own = make_instance(PURSER_CLASSIFY_STEP_ROWS=40)
    own.start("api", "worker", "scheduler")
    smooth, rough = register(own), register(own)
    names = ["BLIMPO", "KRAXEN", "GROCERY MARKET", "PETROL STATION", "JABBERWOCK"]
    # every amount its own, so that each row is its own description
    shops = [(f"2026-{month:02}-{day:02}", f"{name} {month}{day}", f"-{day}.{month:02}") for month in (1, 2, 3) for day in range(1, 25) for name in names]

    def prepare(person):
        upload(person, shops)
        settled(person)
        for text, name in (("BLIMPO 13", "A"), ("KRAXEN 24", "B"), ("JABBERWOCK 35", "A")):
            teach(person, rows(person)[text], category(person, name))
        settled(person)

    prepare(smooth)
    prepare(rough)
    wanted = {text: (name_of(smooth, one["category"]["id"]), one["category"]["source"], one["category"]["confidence"])
              for text, one in rows(smooth).items()}
    teach(smooth, rows(smooth)["BLIMPO 219"], category(smooth, "B"))
    settled(smooth)
    own.restart("worker", PURSER_CRASH_AT="classify_stored:1")
    teach(rough, rows(rough)["BLIMPO 219"], category(rough, "B"))
    wait_until(lambda: "child_died" in own.log("worker"), 20, "the child was killed in the middle")
    own.restart("worker", signal.SIGKILL)
    settled(rough, 40)
    got = {text: (name_of(rough, one["category"]["id"]), one["category"]["source"], one["category"]["confidence"])
           for text, one in rows(rough).items()}
    expected = {text: (name_of(smooth, one["category"]["id"]), one["category"]["source"], one["category"]["confidence"])
                for text, one in rows(smooth).items()}
    assert got == expected
    assert got != wanted


_names = {}


def name_of(person, category_id):
    if category_id is None:
        return None
    if category_id not in _names:
        _names[category_id] = person.client.get(f"/v1/categories/{category_id}").json()["name"]
    return _names[category_id]


# Asking


def test_asking_ranks_categories_and_says_why(pupil):
    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50")])
    settled(pupil)
    mine = category(pupil, "Zorb things")
    teach(pupil, rows(pupil)["ZORBLAT 1"], mine)
    answer = pupil.client.post("/v1/classify", {"description": "CARD PURCHASE ZORBLAT 5", "amount": "-3.10"})
    assert answer.status == 200, answer
    told = answer.json()
    assert told["category_id"] == mine and told["source"] == "memory" and told["labels"] == 1
    best = told["data"][0]
    assert best["category_id"] == mine and best["name"] == "Zorb things" and best["applied"] and best["reasons"][0]["text"]
    assert 1 < len(told["data"]) <= 5 and sorted((one["confidence"] for one in told["data"]), reverse=True) == [one["confidence"] for one in told["data"]]
    for text in ("PETROL STATION", "CARREFOUR MARKET", "XQZVY WKJH", "ZORBLAT MARKET"):
        found = [one["confidence"] for one in pupil.client.post("/v1/classify", {"description": text}).json()["data"]]
        assert found == sorted(found, reverse=True) and found[0] > 0 and sum(found) <= 1.001
    unknown = pupil.client.post("/v1/classify", {"description": "XQZVY WKJH"}).json()
    assert unknown["category_id"] is None and unknown["source"] == "none" and len(unknown["data"]) >= 3


@pytest.mark.parametrize("body, pointer", [
    ({}, "/description"), ({"description": ""}, "/description"), ({"description": "A", "amount": "1.234"}, "/amount"),
    ({"description": "A", "currency": "XXX"}, "/currency"), ({"description": "A", "date": "2026-02-30"}, "/date"), ({"description": "A", "x": 1}, "/x")])
def test_a_bad_question_names_its_field(person, body, pointer):
    answer = person.client.post("/v1/classify", body)
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == pointer


def test_a_model_that_is_kept_learns_what_came_since(pupil):
    names = [f"{name} STORE" for name in ("ALFANG", "BRONTIX", "CURDLE")]
    upload(pupil, [("2026-01-02", name, "-1.00") for name in names])
    settled(pupil)
    for name in names:
        mine = category(pupil, "For " + name)
        teach(pupil, rows(pupil)[name], mine)
        assert pupil.client.post("/v1/classify", {"description": name, "amount": "-1.00"}).json()["category_id"] == mine
    one = rows(pupil)[names[1]]
    assert pupil.client.delete(f"/v1/transactions/{one['id']}/category").status == 200
    told = pupil.client.post("/v1/classify", {"description": names[1], "amount": "-1.00"}).json()
    assert told["labels"] == 2 and told["source"] != "memory"


def test_the_classifier_tells_how_well_it_does(pupil):
    upload(pupil, [(f"2026-01-{day:02}", f"SNORKWAY {day}", "-1.00") for day in range(1, 9)])
    settled(pupil)
    right, wrong = category(pupil, "Right"), category(pupil, "Wrong")
    teach(pupil, rows(pupil)["SNORKWAY 1"], right)
    settled(pupil)
    teach(pupil, rows(pupil)["SNORKWAY 2"], right)
    teach(pupil, rows(pupil)["SNORKWAY 3"], wrong)
    settled(pupil)
    told = pupil.client.get("/v1/classifier").json()
    assert told["labels"] == 3 and told["target_precision"] == 0.95 and 0.5 <= told["threshold"] <= 1
    assert sum(month["applied"] for month in told["months"]) == 2
    assert sum(month["applied_right"] for month in told["months"]) == 1


def test_the_bar_is_the_users(pupil):
    assert pupil.client.get("/v1/classifier").json()["threshold"] == 0.9
    assert pupil.client.patch("/v1/classifier", {"target_precision": 0.5}).json()["target_precision"] == 0.5
    settled(pupil)
    low = pupil.client.get("/v1/classifier").json()["threshold"]
    assert pupil.client.patch("/v1/classifier", {"target_precision": "0.99", "share_labels": True}).json() == {"target_precision": 0.99, "share_labels": True}
    settled(pupil)
    high = pupil.client.get("/v1/classifier").json()
    assert high["threshold"] is None or high["threshold"] > low
    assert high["share_labels"] is True
    for body, pointer in (({"target_precision": 1}, "/target_precision"), ({"target_precision": "x"}, "/target_precision"), ({"share_labels": 1}, "/share_labels")):
        answer = pupil.client.patch("/v1/classifier", body)
        assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == pointer


def test_a_run_needs_a_scope_that_there_is(person):
    answer = person.client.post("/v1/classify/run", {"scope": "wanted"})
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == "/scope"


# Rules


def make_rule(person, name, text, category_id, **more):
    rule = {"name": name, "when": {"text": {"contains": text}}, "then": {"category_id": category_id}} | more
    answer = person.client.post("/v1/rules", rule)
    assert answer.status == 201, answer
    return answer.json()


def run(person, scope):
    answer = person.client.post("/v1/classify/run", {"scope": scope})
    assert answer.status == 202, answer
    settled(person)
    return answer.json()["job"]["id"]


def test_rules_come_first_and_say_so(pupil):
    mine, other = category(pupil, "Mine"), category(pupil, "Other")
    rule = make_rule(pupil, "Zorb is mine", "zorblat", mine)
    make_rule(pupil, "Never reached", "zorb", other, **{"then": {"category_id": other, "tags": ["no"]}})
    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50"), ("2026-01-02", "ZORBA", "-3.00")])
    settled(pupil)
    found = rows(pupil)
    assert found["ZORBLAT 1"]["category"] == {"id": mine, "source": "rule", "confidence": 1} and found["ZORBLAT 1"]["tags"] == []
    assert found["ZORBA"]["category"]["id"] == other and found["ZORBA"]["tags"] == ["no"]
    told = why(pupil, found["ZORBLAT 1"])
    assert told["rule"] == {"id": rule["id"], "name": "Zorb is mine"} and "Zorb is mine" in told["reasons"][0]["text"]
    assert pupil.client.post("/v1/classify", {"description": "ZORBLAT 2"}).json()["data"][0]["source"] == "rule"


def test_a_rule_leaves_history_alone_until_it_is_asked_to_run(pupil):
    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50"), ("2026-01-03", "ZORBLAT 2", "-12.50"), ("2026-01-04", "QUUX", "-1.00")])
    settled(pupil)
    mine, kept = category(pupil, "Mine"), category(pupil, "Kept")
    make_rule(pupil, "Zorb", "zorblat", mine, **{"then": {"category_id": mine, "tags": ["zorb"], "payee": "Zorblat"}})
    teach(pupil, rows(pupil)["ZORBLAT 2"], kept)
    settled(pupil)
    before = rows(pupil)
    assert before["ZORBLAT 1"]["category"]["source"] != "rule"
    job = run(pupil, "rules")
    after = rows(pupil)
    assert after["ZORBLAT 1"]["category"]["source"] == "rule" and after["ZORBLAT 1"]["tags"] == ["zorb"] and after["ZORBLAT 1"]["payee"] == "Zorblat"
    assert after["ZORBLAT 2"]["category"]["source"] == "user" and after["QUUX"]["category"] == before["QUUX"]["category"]
    answer = pupil.client.delete(f"/v1/classify/runs/{job}", headers={"Prefer": "wait=20"})
    assert answer.status == 200 and answer.json()["job"]["result"] == {"restored": 1, "kept": 0}, answer
    undone = rows(pupil)["ZORBLAT 1"]
    assert (undone["category"], undone["tags"], undone["payee"]) == (before["ZORBLAT 1"]["category"], [], None)
    assert pupil.client.delete(f"/v1/classify/runs/{job}").status == 404


def test_undoing_a_run_keeps_what_was_changed_since(pupil):
    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50"), ("2026-01-03", "ZORBLAT 2", "-12.50")])
    settled(pupil)
    mine, other = category(pupil, "Mine"), category(pupil, "Other")
    make_rule(pupil, "Zorb", "zorblat", mine)
    job = run(pupil, "all")
    teach(pupil, rows(pupil)["ZORBLAT 1"], other)
    answer = pupil.client.delete(f"/v1/classify/runs/{job}", headers={"Prefer": "wait=20"})
    assert answer.json()["job"]["result"] == {"restored": 1, "kept": 1}
    assert rows(pupil)["ZORBLAT 1"]["category"]["id"] == other


def test_undoing_a_label_gives_the_row_back_to_its_rule(pupil):
    mine, other = category(pupil, "Mine"), category(pupil, "Other")
    make_rule(pupil, "Zorb", "zorblat", mine)
    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50")])
    settled(pupil)
    before = rows(pupil)["ZORBLAT 1"]
    teach(pupil, before, other)
    settled(pupil)
    assert pupil.client.delete(f"/v1/transactions/{before['id']}/category").json()["category"] == before["category"]
    assert why(pupil, before)["rule"]["name"] == "Zorb"


def test_a_rule_that_no_longer_fits_lets_go(pupil):
    mine = category(pupil, "Mine")
    rule = make_rule(pupil, "Zorb", "zorblat", mine)
    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50")])
    settled(pupil)
    answer = pupil.client.patch(f"/v1/rules/{rule['id']}", {"enabled": False})
    assert answer.status == 200 and answer.json()["enabled"] is False
    run(pupil, "automatic")
    assert rows(pupil)["ZORBLAT 1"]["category"]["source"] == "rule", "only a run of rules looks at them again"
    run(pupil, "rules")
    assert rows(pupil)["ZORBLAT 1"]["category"]["source"] == "none"


def test_rules_are_ordered_edited_and_checked(pupil, instance):
    mine = category(pupil, "Mine")
    made = [make_rule(pupil, name, name.lower(), mine) for name in ("Aa", "Bb", "Cc")]
    assert [one["position"] for one in made] == [1, 2, 3]

    def names(person=pupil):
        return [one["name"] for one in person.client.get("/v1/rules").json()["data"]]

    answer = pupil.client.patch(f"/v1/rules/{made[2]['id']}", {"position": 1})
    assert answer.status == 200 and names() == ["Cc", "Aa", "Bb"]
    pupil.client.patch(f"/v1/rules/{made[2]['id']}", {"position": 2})
    assert names() == ["Aa", "Cc", "Bb"]
    page = pupil.client.get("/v1/rules?limit=2").json()
    assert [one["name"] for one in page["data"]] == ["Aa", "Cc"]
    assert [one["name"] for one in pupil.client.get(f"/v1/rules?limit=2&cursor={page['next_cursor']}").json()["data"]] == ["Bb"]
    stale = pupil.client.patch(f"/v1/rules/{made[2]['id']}", {"name": "Dd"}, headers={"If-Match": '"1"'})
    assert stale.status == 412
    stranger = register(instance)
    assert stranger.client.get(f"/v1/rules/{made[0]['id']}").status == 404
    assert stranger.client.patch(f"/v1/rules/{made[0]['id']}", {"name": "x"}).status == 404
    assert stranger.client.delete(f"/v1/rules/{made[0]['id']}").status == 404
    bad = {"name": "x", "when": {"text": {"contains": "a"}}, "then": {"category_id": mine}}
    answer = stranger.client.post("/v1/rules", bad)
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == "/then/category_id"
    answer = pupil.client.post("/v1/rules", {"name": "x", "when": {}, "then": {}})
    assert answer.status == 422 and {one["pointer"] for one in answer.json()["errors"]} == {"/when", "/then"}
    assert pupil.client.delete(f"/v1/rules/{made[0]['id']}").status == 204
    assert names() == ["Cc", "Bb"]


def test_a_rule_is_tried_before_it_is_made(pupil):
    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50"), ("2026-01-03", "ZORBLAT 2", "99.00"), ("2026-01-04", "QUUX", "-1.00")])
    settled(pupil)
    mine = category(pupil, "Mine")
    teach(pupil, rows(pupil)["ZORBLAT 1"], mine)
    told = pupil.client.post("/v1/rules/preview", {"when": {"text": {"contains": "zorblat"}}, "then": {"category_id": mine}}).json()
    assert (told["looked_at"], told["matched"], told["would_change"]) == (3, 2, 1)
    assert [one["description"] for one in told["data"]] == ["ZORBLAT 2", "ZORBLAT 1"]
    assert pupil.client.get("/v1/rules").json()["data"] == []


def test_rules_move_to_another_person(pupil, instance):
    mine = category(pupil, "Mine")
    parent = pupil.client.post("/v1/categories", {"name": "Sub", "parent_id": mine}).json()["id"]
    make_rule(pupil, "Aa", "aa", mine)
    make_rule(pupil, "Bb", "bb", parent, **{"when": {"text": {"word": "bb"}, "amount": {"min": "5"}, "sign": "out"}})
    exported = pupil.client.get("/v1/rules/export").json()
    assert [one["then"]["category"] for one in exported["rules"]] == ["Mine", "Mine: Sub"]
    stranger = register(instance)
    answer = stranger.client.post("/v1/rules/import", exported)
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == "/rules/0/then/category"
    theirs = category(stranger, "Mine")
    sub = stranger.client.post("/v1/categories", {"name": "Sub", "parent_id": theirs}).json()["id"]
    key = {"Idempotency-Key": "import-1"}
    for _ in range(2):
        assert stranger.client.post("/v1/rules/import", exported, headers=key).json() == {"imported": 2}
    got = stranger.client.get("/v1/rules").json()["data"]
    assert [(one["name"], one["then"]["category_id"]) for one in got] == [("Aa", theirs), ("Bb", sub)]
    assert got[1]["when"] == {"text": {"word": "bb"}, "amount": {"min": "5"}, "sign": "out"}
    assert stranger.client.post("/v1/rules/import", exported | {"replace": True}).json() == {"imported": 2}
    assert len(stranger.client.get("/v1/rules").json()["data"]) == 2


# What people share


def test_a_merchant_that_five_people_share_is_suggested_to_a_sixth(make_instance):
    own = make_instance().start()
    people = [register(own) for _ in range(5)]
    silent = register(own)
    for number, person in enumerate([*people, silent]):
        upload(person, [("2026-01-02", "FLURBMART 17", "-12.50"), ("2026-01-03", "GLOXO 4", "-12.50")])
        settled(person)
        if person is not silent:
            assert person.client.patch("/v1/classifier", {"share_labels": True}).status == 200
        teach(person, rows(person)["FLURBMART 17"], category(person, "Groceries"))
        if number > 0:  # four who share and one who does not
            teach(person, rows(person)["GLOXO 4"], category(person, "Fuel"))
        settled(person)
    own.clock.advance(days=1)
    wait_until(lambda: own.query("SELECT entries FROM classifier_prior WHERE entries > 0"), 20, "the prior is trained")
    sixth = register(own)
    told = sixth.client.post("/v1/classify", {"description": "FLURBMART 99", "amount": "-5.00"}).json()
    assert told["data"][0]["name"].endswith("Groceries")
    assert "prior" in [reason["kind"] for reason in told["data"][0]["reasons"]]
    told = sixth.client.post("/v1/classify", {"description": "GLOXO 9", "amount": "-5.00"}).json()
    assert all(reason["kind"] != "prior" for one in told["data"] for reason in one["reasons"])
    (people_count, labels), = own.query("SELECT people, labels FROM classifier_prior ORDER BY version DESC LIMIT 1")
    assert (people_count, labels) == (5, 9)


# The command line


def test_the_command_line_asks_explains_and_keeps_rules(instance, pupil, tmp_path):
    def purser(*words, stdin=None, check=True):
        return run_purser(*words, environment=instance.settings | {"PURSER_TOKEN": pupil.token}, stdin=stdin, check=check)

    upload(pupil, [("2026-01-02", "ZORBLAT 1", "-12.50"), ("2026-01-03", "XQZVY", "-1.00")])
    settled(pupil)
    category(pupil, "Zorb things")
    assert '"matched": 1' in purser("rules", "add", "Zorb", "--contains", "zorblat", "--category", "Zorb things", "--preview").stdout
    assert "added" in purser("rules", "add", "Zorb", "--contains", "zorblat", "--category", "Zorb things", "--tags", "a,b").stdout
    assert "Zorb" in purser("rules", "list").stdout
    ran = purser("classify", "run", "--scope", "rules").stdout
    assert "changed 1" in ran
    assert "restored 1" in purser("classify", "undo", ran.split()[1].rstrip(":")).stdout
    assert "changed 1" in purser("classify", "run", "--scope", "rules").stdout
    told = purser("classify", "explain", rows(pupil)["ZORBLAT 1"]["id"]).stdout
    assert told.startswith("Zorb things, by rule") and "Zorb" in told
    assert purser("classify", "confirm", rows(pupil)["ZORBLAT 1"]["id"]).stdout.startswith("Zorb things, by user")
    assert "none to confirm" in purser("classify", "confirm", rows(pupil)["XQZVY"]["id"], check=False).stderr
    assert "perhaps" in purser("classify", "explain", rows(pupil)["XQZVY"]["id"]).stdout
    assert "Zorb things (set without asking: rule)" in purser("classify", "ZORBLAT 5", "--amount", "-3").stdout
    exported = purser("rules", "export").stdout
    assert "imported 1 rules" in purser("rules", "import", "--replace", stdin=exported).stdout
    listed = pupil.client.get("/v1/rules").json()["data"]
    assert len(listed) == 1
    assert "deleted" in purser("rules", "delete", listed[0]["id"]).stdout
    assert purser("rules", "delete", listed[0]["id"], check=False).returncode == 1
    assert purser("classify", check=False).returncode == 2

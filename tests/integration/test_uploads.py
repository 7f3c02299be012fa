"""Bank files from POST to rows: fates, exactness, undo. Files are this project's own."""

import gzip
import os
import random
import signal

import pytest
from support.people import register
from support.waiting import wait_until

HEAD = "Date,Description,Amount\n"


def upload(person, body, account=None, deadline=30, **query):
    """Uploads, waits until it is done or failed, gives the upload."""
    account = account or person.main_account()
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    answer = person.client.post(f"/v1/uploads?account_id={account['id']}&{parameters}", body.encode() if isinstance(body, str) else body,
                                headers={"Content-Type": "text/csv"})
    assert answer.status == 202, answer
    path = "/v1/uploads/" + answer.json()["upload"]["id"]

    def finished():
        state = person.client.get(path).json()
        return state if state["state"] in ("done", "failed") else None

    return wait_until(finished, deadline, "the upload is finished")


def fates(result):
    return {fate: count for fate, count in result["fates"].items() if count}


def new_account(person, currency="EUR"):
    name = f"A{random.getrandbits(60)}"
    return person.client.post("/v1/accounts", {"name": name, "type": "checking", "currency": currency}).json()


def amounts(person, account):
    found, cursor = [], ""
    while True:
        page = person.client.get(f"/v1/transactions?account={account['id']}&limit=500{cursor}").json()
        found += [one["amount"] for one in page["data"]]
        if page["next_cursor"] is None:
            return sorted(found)
        cursor = "&cursor=" + page["next_cursor"]


def test_the_same_file_twice_changes_nothing(person):
    account = new_account(person)
    body = HEAD + "2026-01-02,COFFEE,-3.20\n2026-01-02,COFFEE,-3.20\n2026-01-03,SALARY,2000.00\n"
    first = upload(person, body, account)
    assert first["state"] == "done" and fates(first) == {"inserted": 3} and first["rows"] == 3
    assert amounts(person, account) == ["-3.20", "-3.20", "2000.00"], "two real coffees stay two"
    again = upload(person, body, account)
    assert fates(again) == {"duplicate": 3}
    assert amounts(person, account) == ["-3.20", "-3.20", "2000.00"]


def test_half_a_day_and_then_the_whole_day_is_the_whole_day(person):
    account = new_account(person)
    morning = "2026-01-02,COFFEE,-3.20\n"
    assert fates(upload(person, HEAD + morning, account)) == {"inserted": 1}
    assert fates(upload(person, HEAD + morning * 2 + "2026-01-02,LUNCH,-12.00\n", account)) == {"duplicate": 1, "inserted": 2}


@pytest.mark.parametrize("seed", range(5))
def test_any_sequence_of_overlapping_shuffled_files_is_exact(person, seed):
    """Against a brute-force oracle: the stored multiset is, for each row, the most that any one file had of it."""
    chance, account, most = random.Random(seed), new_account(person), {}
    for _ in range(4):
        rows = [f"2026-02-{chance.randint(1, 4):02},SHOP {chance.randint(1, 3)},-{chance.randint(1, 3)}.00" for _ in range(30)]
        chance.shuffle(rows)
        for one in set(rows):
            most[one] = max(most.get(one, 0), rows.count(one))
        result = upload(person, HEAD + "\n".join(rows) + "\n", account)
        assert sum(result["fates"].values()) == result["rows"] == 30
    expected = sorted(one.split(",")[2] for one, count in most.items() for _ in range(count))
    assert amounts(person, account) == expected


def test_bad_rows_are_rejected_with_their_place_and_the_others_stay(person):
    account = new_account(person)
    result = upload(person, HEAD + "2026-01-02,OK,-3.20\n2026-02-30,NO SUCH DAY,-1.00\n2026-01-03,TOO FINE,1.005\n", account)
    assert fates(result) == {"inserted": 1, "rejected": 2}
    rows = person.client.get(f"/v1/uploads/{result['id']}/rows?fate=rejected").json()["data"]
    assert [one["line"] for one in rows] == [3, 4] and all(one["reason"] and one["offset"] for one in rows)


def test_a_row_meets_the_entry_made_by_hand(person):
    account = new_account(person)
    body = {"account_id": account["id"], "amount": "-45.00", "date": "2026-03-01", "description": "dinner"}
    assert person.client.post("/v1/transactions", body, headers={"Prefer": "wait=20"}).status in (200, 202)
    wait_until(lambda: amounts(person, account) == ["-45.00"], 20)
    result = upload(person, HEAD + "2026-03-03,RESTAURANT 4711,-45.00\n2026-03-03,RESTAURANT 4711,-45.00\n", account)
    assert fates(result) == {"matched": 1, "inserted": 1}
    assert amounts(person, account) == ["-45.00", "-45.00"]
    assert fates(upload(person, HEAD + "2026-03-03,RESTAURANT 4711,-45.00\n", account)) == {"duplicate": 1}


def test_what_was_deleted_stays_deleted_unless_asked_for(person):
    account, body = new_account(person), HEAD + "2026-01-02,COFFEE,-3.20\n"
    upload(person, body, account)
    one = person.client.get(f"/v1/transactions?account={account['id']}").json()["data"][0]
    assert person.client.delete(f"/v1/transactions/{one['id']}").status == 204
    assert fates(upload(person, body, account)) == {"skipped_deleted": 1}
    assert amounts(person, account) == []
    assert fates(upload(person, body, account, reimport_deleted="true")) == {"inserted": 1}
    assert amounts(person, account) == ["-3.20"]


def test_undo_takes_out_what_came_in_but_not_what_was_edited(person):
    account = new_account(person)
    result = upload(person, HEAD + "2026-01-02,COFFEE,-3.20\n2026-01-03,LUNCH,-9.00\n", account)
    lunch = person.client.get(f"/v1/transactions?account={account['id']}&q=LUNCH").json()["data"][0]
    assert person.client.patch(f"/v1/transactions/{lunch['id']}", {"memo": "with Ann"}).status == 200
    assert person.client.delete(f"/v1/uploads/{result['id']}").status == 202
    undone = wait_until(lambda: (state := person.client.get(f"/v1/uploads/{result['id']}").json())["state"] == "undone" and state, 20)
    assert undone["kept_edited"] == 1
    assert amounts(person, account) == ["-9.00"]
    assert person.client.delete(f"/v1/uploads/{result['id']}").status == 409
    assert fates(upload(person, HEAD + "2026-01-02,COFFEE,-3.20\n", account)) == {"inserted": 1}


def test_a_dry_run_shows_the_guess_and_stores_nothing(person):
    account = new_account(person)
    answer = person.client.post(f"/v1/uploads?account_id={account['id']}&dry_run=true",
                                (HEAD + "2026-01-02,COFFEE,-3.20\n").encode(), headers={"Content-Type": "text/csv"})
    assert answer.status == 200, answer
    shown = answer.json()
    assert shown["format"] == "csv" and shown["mapping"]["amount"] and shown["certainty"] >= 80
    assert shown["rows"][0]["amount"] == "-3.20" and shown["rows"][0]["date"] == "2026-01-02"
    assert amounts(person, account) == []


def test_an_unsure_guess_is_not_stored(person):
    account = new_account(person)
    result = upload(person, "1,2,3\n4,5,6\n", account)
    assert result["state"] == "failed" and amounts(person, account) == []


def test_a_mapping_is_used_kept_for_the_account_and_saved_by_name(person):
    account = new_account(person)
    mapping = {"header": False, "delimiter": ";", "date": 0, "date_formats": ["%d.%m.%Y"], "payee": 1, "amount": 2, "decimal": ","}
    assert person.client.put("/v1/mappings/My%20bank", mapping).status == 200
    result = upload(person, "02.01.2026;CAFÉ;-3,20\n", account, mapping="My%20bank")
    assert fates(result) == {"inserted": 1}
    assert fates(upload(person, "03.01.2026;TEA;-2,20\n", account)) == {"inserted": 1}, "the account keeps its mapping"
    other = new_account(person)
    unknown = person.client.post(f"/v1/uploads?account_id={other['id']}&mapping=Nobody", b"x", headers={"Content-Type": "text/csv"})
    assert unknown.status == 422
    wrong = person.client.post(f"/v1/uploads?account_id={other['id']}&mapping=%7B%22colour%22%3A1%7D", b"x")
    assert wrong.status == 422 and wrong.json()["errors"][0]["pointer"] == "/mapping/colour"


def test_compressed_files_are_taken_and_bombs_are_not(person):
    account = new_account(person)
    path = f"/v1/uploads?account_id={account['id']}"
    body = gzip.compress((HEAD + "2026-01-02,COFFEE,-3.20\n").encode())
    answer = person.client.post(path, body, headers={"Content-Encoding": "gzip"})
    assert answer.status == 202, answer
    wait_until(lambda: amounts(person, account) == ["-3.20"], 20)
    bomb = gzip.compress(b"0" * 50_000_000)
    assert person.client.post(path, bomb, headers={"Content-Encoding": "gzip"}).status in (413, 422)
    assert person.client.post(path, body[:-9], headers={"Content-Encoding": "gzip"}).status == 422
    assert person.client.post(path, b"nonsense", headers={"Content-Encoding": "zstd"}).status == 422
    assert person.client.post(path, b"nonsense", headers={"Content-Encoding": "br"}).status == 415


def test_a_file_sent_again_under_its_key_is_answered_again_and_another_is_not(person):
    account = new_account(person)
    path, key = f"/v1/uploads?account_id={account['id']}", {"Idempotency-Key": "file"}
    body = (HEAD + "2026-01-02,COFFEE,-3.20\n" + "".join(f"2026-01-03,ROW {i},-1.00\n" for i in range(20000))).encode()
    first = person.client.post(path, body, headers=key)
    again = person.client.post(path, body, headers=key)
    assert (first.status, again.status, again.headers["Idempotency-Replayed"]) == (202, 202, "true")
    assert (again.body, again.headers["Location"]) == (first.body, first.headers["Location"])
    for other in (body.replace(b"-3.20", b"-3.30"), body + b"2026-01-04,MORE,-1.00\n", body[:-30]):
        refused = person.client.post(path, other, headers=key)
        assert (refused.status, refused.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert person.client.get("/v1/uploads?limit=1").json()["data"][0]["id"] == first.json()["upload"]["id"]


def test_a_file_needs_an_account_of_ones_own(instance, person):
    other = register(instance)
    answer = other.client.post(f"/v1/uploads?account_id={person.main_account()['id']}", b"x")
    assert answer.status == 404
    assert person.client.post("/v1/uploads", b"x").status == 422


def start_large_import(make_instance, rows):
    """An instance whose worker stores 50 rows a step, a person, and the path of a running upload."""
    instance = make_instance(PURSER_UPLOAD_STEP_ROWS=50, PURSER_LEASE_MS=1000, PURSER_BEAT_MS=200).start()
    person = register(instance)
    half = [f"2026-01-{n % 28 + 1:02},SHOP {n},-{n % 90 + 1}.{n % 100:02}\n" for n in range(rows // 2)]
    body = "".join(half + half)  # each row comes twice, and whoever goes on must know of the first
    answer = person.client.post(f"/v1/uploads?account_id={person.main_account()['id']}", (HEAD + body).encode())
    assert answer.status == 202
    return instance, person, "/v1/uploads/" + answer.json()["upload"]["id"]


def wait_for_rows(person, path, rows):
    wait_until(lambda: person.client.get(path).json()["progress"]["done"] >= rows, 30, f"{rows} rows are stored")


def finished(person, path, rows):
    done = wait_until(lambda: (state := person.client.get(path).json())["state"] == "done" and state, 60)
    assert fates(done) == {"inserted": rows}
    assert len(amounts(person, person.main_account())) == rows


def test_children_killed_in_the_middle_twenty_times_go_on_where_they_were(make_instance):
    """More often than a poisonous job may crash: an import that gets on is none."""
    instance, person, path = start_large_import(make_instance, 12000)
    for kill in range(20):
        wait_for_rows(person, path, kill * 500 + 100)
        for pid in instance.worker_children():
            os.kill(pid, signal.SIGKILL)
    finished(person, path, 12000)


def test_a_worker_killed_in_the_middle_goes_on_where_it_was(make_instance):
    instance, person, path = start_large_import(make_instance, 6000)
    for kill in range(4):
        wait_for_rows(person, path, kill * 1000 + 100)
        instance.restart("worker", signal.SIGKILL)
    finished(person, path, 6000)


def test_an_import_whose_job_was_cancelled_has_failed_and_can_be_undone(make_instance):
    instance, person, path = start_large_import(make_instance, 6000)
    wait_for_rows(person, path, 200)
    upload_id, job = path.split("/")[-1], person.client.get(path).json()["job_id"]
    assert person.client.delete(f"/v1/jobs/{job}").status in (200, 202, 204)
    ended = wait_until(lambda: (state := person.client.get(path).json())["state"] == "failed" and state, 20)
    assert "cancelled" in ended["error"] and 0 < ended["rows"] < 6000
    assert sum(ended["fates"].values()) == ended["rows"] == len(amounts(person, person.main_account()))
    assert person.client.delete(path).status == 202
    wait_until(lambda: person.client.get(path).json()["state"] == "undone", 20)
    assert amounts(person, person.main_account()) == []
    assert instance.query("SELECT inserted FROM upload WHERE id = %s", upload_id)[0][0] == ended["rows"]


def test_an_import_that_is_dead_has_failed_and_goes_on_when_it_is_run_again(make_instance):
    instance, person, path = start_large_import(make_instance, 3000)
    wait_for_rows(person, path, 200)
    instance.kill("worker")
    job = person.client.get(path).json()["job_id"]
    instance.query("UPDATE job SET state = 'dead', error = 'crashed three times' WHERE id = %s RETURNING id", job)
    ended = person.client.get(path).json()
    assert (ended["state"], ended["error"]) == ("failed", "the import ended: crashed three times")
    instance.query("UPDATE job SET state = 'accepted', error = NULL WHERE id = %s RETURNING id", job)
    assert person.client.get(path).json()["state"] == "queued"
    instance.start("worker")
    finished(person, path, 3000)


def test_a_remembered_mapping_is_for_files_that_it_fits(person):
    """What an account's last file was read by settles what a file leaves open, and gives way to a file of another make."""
    account = new_account(person)
    first = "Date,Text,Amount,Balance\n25/02/2026,RENT,-5.00,95.00\n26/02/2026,TEA,-1.00,94.00\n"
    assert fates(upload(person, first, account)) == {"inserted": 2}
    doubtful = "Date,Text,Amount,Balance\n12/11/2026,WINE,-2.00,92.00\n03/11/2026,BEER,-1.00,91.00\n"
    assert fates(upload(person, doubtful, account)) == {"inserted": 2}
    days = {one["description"]: one["date"] for one in person.client.get(f"/v1/transactions?account={account['id']}").json()["data"]}
    assert (days["WINE"], days["BEER"]) == ("2026-11-12", "2026-11-03")
    other = "Buchungstag;Verwendungszweck;Betrag\n28.02.2026;BROT;-3,50\n27.02.2026;MILCH;-1,50\n"
    shown = person.client.post(f"/v1/uploads?account_id={account['id']}&dry_run=true", other.encode())
    assert shown.status == 200 and shown.json()["mapping"]["amount"] == "Betrag", shown
    assert fates(upload(person, other, account)) == {"inserted": 2}
    unsure = upload(person, "1;2;3\n4;5;6\n", account)
    assert unsure["state"] == "failed" and "give a mapping" in unsure["error"]


def test_an_upload_can_be_waited_for(person):
    account = new_account(person)
    answer = person.client.post(f"/v1/uploads?account_id={account['id']}", (HEAD + "2026-01-02,COFFEE,-3.20\n").encode(), headers={"Prefer": "wait=20"})
    assert answer.status == 200 and answer.json()["job"]["state"] == "done", answer
    assert answer.json()["job"]["result"]["fates"]["inserted"] == 1
    undone = person.client.delete("/v1/uploads/" + answer.json()["upload"]["id"], headers={"Prefer": "wait=20"})
    assert undone.status == 200 and undone.json()["job"]["result"]["removed"] == 1

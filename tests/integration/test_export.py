"""GET /v1/export: what comes out is all that went in, in forms that other programs take."""

import csv
import io
import json
import socket
import subprocess
from decimal import Decimal

import pytest
from support.people import register
from support.program import VARIANT
from support.waiting import wait_until

EVIL = ["=HYPERLINK(\"http://x\")", "+1", "-2+3", "@SUM(A1)", "; a comment", "two\"quotes\", and a comma", "(code) text", "* star", "! mark",
        "date:2026 [2026-13-45] date:x", "a | b | c", "~ monthly", "%", "Übermut — ☕", "a  b   c"]


@pytest.fixture(scope="module")
def books(instance):
    """Three currencies, opening balances, splits, transfers in one currency and between two, pending rows, evil texts."""
    person = register(instance)
    client = person.client

    def make(path, **body):
        answer = client.post(path, body)
        assert answer.status == 201, answer
        return answer.json()

    person.accounts = {name: make("/v1/accounts", name=name, type=kind, currency=currency, opening_balance=opening) for name, kind, currency, opening in [
        ("Giro; main", "checking", "EUR", "100.00"), ("(Sparen)", "savings", "EUR", "-5.50"), ("a:b", "credit_card", "EUR", "0"),
        ("a-b", "loan", "EUR", "0"), ("Yen  cash", "cash", "JPY", "1000"), ("Dinar", "other", "BHD", "0.125")]}
    food = make("/v1/categories", name="Food; drink", kind="expense")
    fruit = make("/v1/categories", name="* Fruit", parent_id=food["id"], kind="expense")
    salary = make("/v1/categories", name="Salary", kind="income")
    giro, saving, yen, dinar = (person.accounts[name] for name in ("Giro; main", "(Sparen)", "Yen  cash", "Dinar"))
    rows = [{"account_id": giro["id"], "amount": f"-{1 + n}.07", "date": f"2026-02-{1 + n:02}", "description": text, "payee": text if n % 3 == 0 else None,
             "category_id": [food["id"], fruit["id"], None][n % 3], "tags": ["a b", "c:d"] if n == 2 else []} for n, text in enumerate(EVIL)]
    rows += [{"account_id": giro["id"], "amount": "2000", "date": "2026-02-28", "description": "Pay", "category_id": salary["id"]},
             {"account_id": yen["id"], "amount": "-350", "date": "2026-02-03", "description": "Ramen", "status": "pending"},
             {"account_id": dinar["id"], "amount": "1.005", "date": "2026-02-03", "description": "Gift"},
             {"account_id": giro["id"], "amount": "-30.00", "date": "2026-02-10", "description": "Market"}]
    answer = client.post("/v1/transactions", {"transactions": [{name: value for name, value in row.items() if value is not None} for row in rows]})
    assert answer.status == 202, answer
    wait_until(lambda: len(listed(client)) == len(rows), 15, "the rows are there")
    market = next(row for row in listed(client) if row["description"] == "Market")
    answer = client.patch(f"/v1/transactions/{market['id']}", {"splits": [{"amount": "-20.00", "category_id": fruit["id"]}, {"amount": "-10.00", "category_id": None, "memo": "bag"}]})
    assert answer.status == 200, answer
    make("/v1/transfers", from_account_id=giro["id"], to_account_id=saving["id"], amount="250.00", date="2026-02-15", description="Save; now")
    make("/v1/transfers", from_account_id=giro["id"], to_account_id=yen["id"], amount="10.00", to_amount="1600", date="2026-02-16")
    return person


def listed(client, query=""):
    return client.get(f"/v1/transactions?limit=500&{query}").json()["data"]


def export(person, form, query=""):
    answer = person.client.get(f"/v1/export?format={form}&{query}")
    assert answer.status == 200, answer
    return answer.body.decode()


def hledger(journal, *arguments):
    done = subprocess.run(["hledger", "-f", "-", *arguments], input=journal, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr + journal
    return done.stdout


def test_csv_holds_every_row_and_amounts_are_numbers(books):
    rows = list(csv.DictReader(io.StringIO(export(books, "csv"), newline="")))
    expected = listed(books.client)
    assert [row["id"] for row in rows] == [row["id"] for row in sorted(expected, key=lambda row: (row["date"], row["id"]))]
    by_id = {row["id"]: row for row in expected}
    names = {account["id"]: name for name, account in books.accounts.items()}
    for row in rows:
        other = by_id[row["id"]]
        assert (row["amount"], row["currency"], row["date"], row["status"]) == (other["amount"], other["currency"], other["date"], other["status"])
        assert row["account"] == names[other["account_id"]] and row["transfer_id"] == (other["transfer_id"] or "")
        assert row["description"].removeprefix("'") == other["description"]
    assert {row["category"] for row in rows} == {"", "Food; drink", "Food; drink:* Fruit", "Salary"}
    assert next(row["splits"] for row in rows if row["description"] == "Market") == "Food; drink:* Fruit=-20.00|=-10.00"


def test_no_cell_of_csv_is_a_formula(books):
    for row in csv.DictReader(io.StringIO(export(books, "csv"), newline="")):
        for name, cell in row.items():
            if name == "amount":
                Decimal(cell)
            else:
                assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), (name, cell)


def test_json_is_what_the_api_shows(books):
    document = json.loads(export(books, "json"))
    assert {row["id"]: row for row in document["transactions"]} == {row["id"]: row for row in listed(books.client)}
    assert {one["id"] for one in document["accounts"]} >= {one["id"] for one in books.accounts.values()}
    assert {one["name"] for one in document["categories"]} >= {"Food; drink", "* Fruit", "Salary"}


def test_hledger_accepts_the_journal_and_comes_to_the_same_balances(books):
    journal = export(books, "hledger")
    hledger(journal, "check")
    hledger(journal, "check", "--strict")
    sums = dict.fromkeys(books.accounts, Decimal(0))
    for name, account in books.accounts.items():
        rows = [row for row in listed(books.client, f"account={account['id']}") if row["status"] == "booked"]
        sums[name] = Decimal(account["opening_balance"]) + sum(Decimal(row["amount"]) for row in rows)
    cleared = csv.DictReader(io.StringIO(hledger(journal, "balance", "assets", "liabilities", "--flat", "-N", "-C", "-O", "csv")))
    assert sorted(Decimal(row["balance"].split()[0]) for row in cleared if row["account"] != "assets:Main") == sorted(filter(None, sums.values()))


def test_a_transfer_is_one_entry_with_two_postings(books):
    journal = export(books, "hledger")
    assert journal.count("Save, now") == 1 and journal.count("@@ 10.00 EUR") == 1
    entry = journal[journal.index("Save, now"):].split("\n\n")[0].splitlines()
    assert [line.split("  ")[-1] for line in entry[1:]] == ["-250.00 EUR", "250.00 EUR"]


def test_names_that_become_the_same_are_kept_apart(books):
    accounts = hledger(export(books, "hledger"), "accounts", "--declared").splitlines()
    assert len(accounts) == len(set(accounts))
    assert sum(name.startswith("liabilities:a-b") for name in accounts) == 2


@pytest.mark.parametrize("query", ["from=2026-02-05&to=2026-02-20", "from=2026-02-16", "to=2026-02-03"])
def test_a_part_of_the_time_balances_too(books, query):
    journal = export(books, "hledger", query)
    hledger(journal, "check", "--strict")
    rows = list(csv.DictReader(io.StringIO(export(books, "csv", query), newline="")))
    assert {row["id"] for row in rows} == {row["id"] for row in listed(books.client, query)}


def test_one_account_alone_with_its_half_of_transfers(books):
    saving = books.accounts["(Sparen)"]
    journal = export(books, "hledger", f"account={saving['id']}")
    hledger(journal, "check", "--strict")
    assert journal.count("Save, now") == 1 and "equity:transfers  -250.00 EUR" in journal
    assert len(export(books, "csv", f"account={saving['id']}").splitlines()) == 2


def test_what_is_not_asked_rightly_is_refused(books, instance):
    assert books.client.get("/v1/export?format=xls").status == 422
    assert books.client.get("/v1/export?formatt=csv").status == 422
    assert books.client.get("/v1/export?account=01900000-0000-7000-8000-000000000000").status == 404
    assert register(instance).client.get(f"/v1/export?account={books.accounts['Dinar']['id']}").status == 404
    assert instance.client().get("/v1/export").status == 401
    head = books.client.request("HEAD", "/v1/export?format=json")
    assert head.status == 200 and head.body == b"" and head.headers["Content-Type"] == "application/json"


def test_a_person_without_rows_gets_whole_documents(instance):
    person = register(instance)
    assert json.loads(export(person, "json"))["transactions"] == []
    assert len(export(person, "csv").splitlines()) == 1
    hledger(export(person, "hledger"), "check", "--strict")


def fill(instance, person, count):
    """Rows straight into the table."""
    connection = instance.connect()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, origin, created_at, updated_at) "
                       "SELECT gen_random_uuid(), user_id, id, -n, currency, date '2020-01-01' + n %% 2000, repeat('x', 200) || n, 'api', '2026-01-01', '2026-01-01' "
                       "FROM account, generate_series(1, %s) AS n WHERE id = %s", (count, person.main_account()["id"]))
    connection.close()


def memory_of(instance, name):
    """KB; 0 under a sanitizer, which keeps what was freed."""
    if VARIANT != "release":
        return 0
    with open(f"/proc/{instance.pid(name)}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def test_a_large_export_takes_the_memory_of_a_page_and_waits_for_a_slow_client(make_instance):
    instance = make_instance().start()
    person = register(instance)
    fill(instance, person, 40000)
    export(person, "csv", "to=2020-01-31")
    before = memory_of(instance, "api")
    with socket.create_connection(("127.0.0.1", instance.port)) as slow:
        slow.sendall(b"GET /v1/export?format=json HTTP/1.0\r\nAuthorization: Bearer " + person.token.encode() + b"\r\n\r\n")
        others = [len(json.loads(export(person, "json"))["transactions"]) for _ in range(2)]
        assert others == [40000, 40000], "others are served meanwhile"
        assert memory_of(instance, "api") - before < 16 * 1024
        received = b""
        while piece := slow.recv(1 << 20):
            received += piece
    head, body = received.split(b"\r\n\r\n", 1)
    assert b"chunked" not in head and len(json.loads(body)["transactions"]) == 40000
    assert memory_of(instance, "api") - before < 16 * 1024


def test_a_client_that_goes_in_the_middle_leaves_nothing_behind(make_instance):
    instance = make_instance().start()
    person = register(instance)
    fill(instance, person, 20000)
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", instance.port)) as gone:
            gone.sendall(b"GET /v1/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + person.token.encode() + b"\r\n\r\n")
            gone.recv(1000)
    assert len(export(person, "csv").splitlines()) == 20001


def test_a_database_that_goes_in_the_middle_breaks_the_end(make_instance):
    instance = make_instance().start()
    person = register(instance)
    fill(instance, person, 40000)
    with socket.create_connection(("127.0.0.1", instance.port)) as client:
        client.sendall(b"GET /v1/export?format=json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + person.token.encode() + b"\r\n\r\n")
        received = client.recv(1000)
        instance.query("ALTER TABLE transaction RENAME TO transaction_gone")
        while piece := client.recv(1 << 20):
            received += piece
    assert not received.endswith(b"0\r\n\r\n")

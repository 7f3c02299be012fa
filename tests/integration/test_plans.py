"""Each filter of GET /v1/transactions reads by its index, however the statement is planned, and reads few rows."""

import os
import re

import psycopg2
import pytest
from support.program import ROOT
from support.statements import read_statement

USER = "00000000-0000-7000-8000-0000000000a1"
ACCOUNT, CATEGORY = "00000000-0000-7000-8000-0000000000b1", "00000000-0000-7000-8000-0000000000c1"
UPLOAD = "00000000-0000-7000-8000-0000000000d1"
ROWS = 60000
NAMES = ("user", "before", "before_id", "limit", "account", "category", "tag", "from", "min", "max", "q", "status", "upload", "uncategorised",
         "recent")
DEFAULTS = {"user": USER, "before": "infinity", "before_id": "ffffffff-ffff-ffff-ffff-ffffffffffff", "limit": 50, "uncategorised": False, "recent": 1000}

# statement, filters, the index that must give the rows, the most rows that any scan of table transaction may give
CASES = [
    ("transaction_list", {}, "transaction_user_date", 51),
    ("transaction_list", {"from": "2024-01-01", "before": "2024-02-01"}, "transaction_user_date", 51),
    ("transaction_list", {"status": "booked"}, "transaction_user_date", 120),
    ("transaction_list_account", {"account": ACCOUNT}, "transaction_account_date", 51),
    ("transaction_list_category", {"category": CATEGORY}, "transaction_category", 140),
    ("transaction_list_category", {"category": CATEGORY}, "transaction_split", 140),
    ("transaction_list_category", {"category": CATEGORY, "from": "2024-01-01", "before": "2024-02-01"}, "transaction_category", 51),
    ("transaction_list_uncategorised", {"uncategorised": True}, "transaction_category", 240),
    ("transaction_list_pending", {"status": "pending"}, "transaction_pending", 51),
    ("transaction_list_deleted", {}, "transaction_tombstone", 51),
    ("transaction_search", {"q": "rare"}, "transaction_words", 160),
    ("transaction_search", {"q": "shop rare"}, "transaction_words", 160),
    ("transaction_search", {"q": "rare", "category": CATEGORY}, "transaction_words", 160),
    ("transaction_search", {"tag": "rare"}, "transaction_tags", 160),
    ("transaction_search", {"min": "900"}, "transaction_amount", 160),
    ("transaction_search", {"min": "900", "q": "shop"}, "transaction_amount", 160),
    ("transaction_search", {"upload": UPLOAD}, "transaction_upload", 1001),
    ("transaction_search", {"q": "shop"}, "transaction_user_date", 125),
    ("transaction_search", {"q": "shop", "account": ACCOUNT}, "transaction_account_date", 1001),
    ("transaction_search", {"q": "shop", "category": CATEGORY}, "transaction_category", 1001),
    ("transaction_search", {"tag": "often"}, "transaction_user_date", 300),
    ("transaction_search", {"tag": "often", "min": "10", "q": "shop"}, "transaction_user_date", 400),
]


@pytest.fixture(scope="module")
def cursor(postgres, database):
    """60,000 rows of one person beside 60,000 of another."""
    connection = psycopg2.connect(postgres.url(database))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SET jit = off;
            INSERT INTO app_user (id, email, username, password_hash, created_at, updated_at)
            SELECT u::uuid, u, u, 'x', '2026-01-01', '2026-01-01' FROM unnest(ARRAY['{USER}', '{USER[:-1]}2']) AS u;
            INSERT INTO account (id, user_id, name, type, currency, exponent, created_at, updated_at)
            SELECT (left('{ACCOUNT}', 35) || n)::uuid, (left('{USER}', 35) || 1 + (n - 1) / 3)::uuid, n, 'checking', 'EUR', 2, '2026-01-01', '2026-01-01'
            FROM generate_series(1, 6) AS n;
            ALTER TABLE transaction DISABLE TRIGGER USER;
            INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, status, category_id, tags, upload_id, upload_ordinal,
                                     split_amounts, split_categories, origin, created_at, updated_at, deleted_at)
            SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN '{USER}' ELSE '{USER[:-1]}2' END::uuid, (left('{ACCOUNT}', 35) || 1 + n % 2 * 3 + n / 2 % 3)::uuid,
                   CASE WHEN n % 3000 = 0 THEN 95000 ELSE n % 5000 END, 'EUR', date '2020-01-01' + n * 2000 / {2 * ROWS},
                   'shop ' || n || CASE WHEN n % 2000 = 0 THEN ' rare' ELSE '' END, CASE WHEN n % 1000 = 0 THEN 'pending' ELSE 'booked' END,
                   CASE WHEN n % 500 <> 0 THEN (left('{CATEGORY}', 35) || 1 + n / 4 % 9)::uuid END,
                   CASE WHEN n % 4000 = 0 THEN ARRAY['rare'] WHEN n % 6 = 0 THEN ARRAY['often'] ELSE '{{}}' END,
                   CASE WHEN n < 400 THEN '{UPLOAD}'::uuid END, n,
                   CASE WHEN n % 900 = 2 THEN ARRAY[n % 5000 - 1, 1] END, CASE WHEN n % 900 = 2 THEN ARRAY['{CATEGORY}', NULL]::uuid[] END,
                   'upload', '2026-01-01', '2026-01-01', CASE WHEN n % 1000 = 4 THEN '2026-01-01'::timestamptz END
            FROM generate_series(1, {2 * ROWS}) AS n;
            ALTER TABLE transaction ENABLE TRIGGER USER""")
        cursor.execute("VACUUM ANALYZE")
        for name in {case[0] for case in CASES}:
            cursor.execute(f"PREPARE {name} AS {read_statement(name)}")
        yield cursor
    connection.close()


def scans(node):
    """(index, rows, how often) of each scan that ran, with the rows that its filter dropped."""
    if node["Actual Loops"] > 0:
        if "Index Name" in node:
            yield node["Index Name"], node["Actual Rows"] + node.get("Rows Removed by Filter", 0), node["Actual Loops"]
        elif node["Node Type"] == "Seq Scan" and node["Relation Name"] == "transaction":
            yield "no index", node["Actual Rows"] + node.get("Rows Removed by Filter", 0), node["Actual Loops"]
        for child in node.get("Plans", []):
            yield from scans(child)


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("statement, filters, index, rows", CASES, ids=[f"{case[0]}-{case[2]}-{'-'.join(case[1])}" for case in CASES])
def test_a_filter_reads_by_its_index(cursor, statement, filters, index, rows, mode):
    values = DEFAULTS | filters
    parameters = [values.get(name) for name in (NAMES if statement == "transaction_search" else NAMES[:-1])]
    cursor.execute(f"SET plan_cache_mode = {mode}")
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {statement} ({', '.join(['%s'] * len(parameters))})", parameters)
    plan = cursor.fetchone()[0][0]["Plan"]
    ran = list(scans(plan))
    assert any(name == index and given > 0 for name, given, _ in ran), ran
    assert all(given <= rows for name, given, _ in ran if name.startswith("transaction") or name == "no index"), ran


@pytest.fixture
def newcomer(cursor):
    """5,000 rows of an upload and 5,000 entered by hand, of one month of a person whom the planner has never seen."""
    cursor.execute("BEGIN")
    person, first, second, upload = ("00000000-0000-7000-8000-0000000000" + end for end in ("e0", "e1", "e2", "e3"))
    cursor.execute(f"""
        ALTER TABLE transaction DISABLE TRIGGER USER;
        INSERT INTO app_user (id, email, username, password_hash, created_at, updated_at) VALUES ('{person}', 'e', 'e', 'x', '2026-01-01', '2026-01-01');
        INSERT INTO account (id, user_id, name, type, currency, exponent, created_at, updated_at)
        SELECT id::uuid, '{person}', id, 'checking', 'EUR', 2, '2026-01-01', '2026-01-01' FROM unnest(ARRAY['{first}', '{second}']) AS id;
        INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, upload_id, upload_ordinal, fingerprint, occurrence,
                                 origin, created_at, updated_at)
        SELECT gen_random_uuid(), '{person}', CASE WHEN n > 5000 THEN '{first}' ELSE '{second}' END::uuid, CASE WHEN n > 5000 THEN n - 5000 ELSE -n END, 'EUR',
               date '2026-01-01' + n % 31, 'shop', CASE WHEN n > 5000 THEN '{upload}'::uuid END, n, CASE WHEN n > 5000 THEN n::text::bytea END,
               CASE WHEN n > 5000 THEN 1 END, 'upload', '2026-01-01', '2026-01-01'
        FROM generate_series(1, 10000) AS n""")
    cursor.execute("SELECT id FROM transaction WHERE user_id = %s LIMIT 100", (person,))
    yield {"user": person, "by_hand": second, "upload": upload, "ids": [row[0] for row in cursor.fetchall()]}
    cursor.execute("ROLLBACK")


def explain(cursor, statement, parameters):
    cursor.execute(f"EXPLAIN (ANALYZE, COSTS off) {statement}", parameters)
    return "\n".join(row[0] for row in cursor.fetchall())


@pytest.fixture(params=["force_custom_plan", "force_generic_plan"])
def prepare(cursor, request):
    """Prepares a statement by its name, to be planned so."""
    names = []

    def prepare_named(name):
        cursor.execute(f"SET LOCAL plan_cache_mode = {request.param}; PREPARE once_{name} AS {read_statement(name)}")
        names.append(name)
    yield prepare_named
    cursor.execute("ROLLBACK")
    for name in names:
        cursor.execute(f"DEALLOCATE once_{name}")


def assert_amounts_are_looked_up(plan, index, owner):
    """By month, owner and amount, many times: else each look-up reads all rows of a person, or the index on them."""
    lookups = re.findall(rf"Scan using {index} on transaction t\S* \(actual .*loops=(\d+)\)\n *Index Cond: (.*)", plan)
    assert any(int(loops) > 1 for loops, _ in lookups), plan
    assert all("amount_month(date) = " in condition and f"{owner} = " in condition and "amount = " in condition for _, condition in lookups), plan


def test_the_other_half_of_a_transfer_is_found_by_its_amount_among_rows_the_planner_does_not_know(cursor, newcomer, prepare):
    prepare("transfer_detect")
    plan = explain(cursor, "EXECUTE once_transfer_detect (%s, %s, 3, '2026-01-01')", (newcomer["upload"], newcomer["user"]))
    assert_amounts_are_looked_up(plan, "transaction_amount", "user_id")


def test_an_entry_made_by_hand_is_found_by_its_amount_among_rows_the_planner_does_not_know(cursor, newcomer, prepare):
    prepare("upload_store")
    count = 200
    columns = [("uuid", [f"00000000-0000-7000-8000-{n:012x}" for n in range(count)]), ("bigint", list(range(count))), ("bigint", list(range(count))),
               ("bigint", list(range(count))), ("date", ["2026-01-10"] * count), ("date", [None] * count), ("bigint", [-n for n in range(count)]),
               ("text", ["shop"] * count), ("text", [None] * count), ("text", [None] * count), ("text", [None] * count),
               ("bytea", [str(n).encode() for n in range(count)]), ("bigint", [1] * count)]
    plan = explain(cursor, f"EXECUTE once_upload_store (%s, %s, %s, 'EUR', false, '2026-01-01', {', '.join(f'%s::{kind}[]' for kind, _ in columns)}, 4)",
                   [newcomer["upload"], newcomer["user"], newcomer["by_hand"], *(values for _, values in columns)])
    assert_amounts_are_looked_up(plan, "transaction_by_hand", "account_id")


@pytest.mark.parametrize("statement, more", [("transaction_get", ""), ("transaction_why", ""), ("transaction_delete", ", '2026-01-01', NULL"),
                                             ("transaction_restore", ", '2026-01-01'")])
def test_a_row_is_found_by_its_id_among_rows_the_planner_does_not_know(cursor, newcomer, prepare, statement, more):
    prepare(statement)
    plan = explain(cursor, f"EXECUTE once_{statement} (%s, %s{more})", (newcomer["user"], newcomer["ids"][0]))
    assert re.search(r"Scan using transaction_pkey on transaction", plan) and "user_id = " not in " ".join(re.findall("Index Cond: (.*)", plan)), plan


def test_sorted_rows_are_found_by_their_ids_among_rows_the_planner_does_not_know(cursor, newcomer, prepare):
    prepare("classify_store")
    ids = newcomer["ids"]
    nothing = [None] * len(ids)
    columns = [("uuid", ids), ("uuid", [newcomer["user"]] * len(ids)), ("uuid", nothing), ("text", ["model"] * len(ids)), ("bigint", nothing),
               ("text", nothing), ("text", nothing), ("text", nothing)]
    plan = explain(cursor, f"EXECUTE once_classify_store (%s::uuid[], %s::bigint[], {', '.join(f'%s::{kind}[]' for kind, _ in columns)}, '{{none}}', NULL, '2026-01-01')",
                   [[newcomer["user"]], [1], *(values for _, values in columns)])
    lookups = re.findall(r"Scan using (\w+) on transaction t\S* \(actual .*loops=(\d+)\)", plan)
    assert ("transaction_pkey", str(len(ids))) in lookups and {name for name, _ in lookups} == {"transaction_pkey"}, plan


def test_every_index_names_what_it_serves():
    """A comment that begins with Serves, Makes or Keeps stands right above each index."""
    folder = os.path.join(ROOT, "sql", "migrations")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        for match in re.finditer(r"^CREATE (?:UNIQUE )?INDEX (\w+) ON (\w+)", text, re.MULTILINE):
            if match.group(2) == "transaction":
                comment = re.search(r"((?:^--.*\n)*)\Z", text[:match.start()], re.MULTILINE).group(1)
                assert re.search(r"(Serves|Makes|Keeps) ", comment), f"{name}: {match.group(1)} names no query"

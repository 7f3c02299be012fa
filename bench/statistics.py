#!/usr/bin/python3
"""Reading sums that are kept, over HTTP, beside adding the rows up by one SQL statement, with growing history; what an insert
costs with it; and what keeping the sums costs an upload: the same uploads with the triggers on and off, in turns. Everything
in one run, on servers of its own.

    bench/statistics.py [ROWS,… [UPLOAD_ROWS [ROUNDS]]]        defaults: 1000,100000,1000000 50000 3
"""

import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import psycopg2  # noqa: E402
from support.instance import Instance, run_purser  # noqa: E402
from support.people import register  # noqa: E402
from support.servers import PrivatePostgres, remove_folder  # noqa: E402

SIZES = [int(text) for text in (sys.argv[1] if len(sys.argv) > 1 else "1000,100000,1000000").split(",")]
UPLOAD = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 3
sys.argv[1:] = []
from ingest import make_file, upload  # noqa: E402

READS = 300
PATHS = {"/v1/analytics?period=current_month": "month", "/v1/statistics/monthly": "series", "/v1/statistics/monthly?by=category": None}
# What a house does that keeps no sums.
BY_HAND = {
    "month": """SELECT currency, sum(greatest(amount, 0)), sum(greatest(-amount, 0)) FROM transaction
                WHERE user_id = %s AND deleted_at IS NULL AND status = 'booked' AND transfer_id IS NULL
                  AND date >= date_trunc('month', %s::timestamp) AND date < date_trunc('month', %s::timestamp) + interval '1 month' GROUP BY 1""",
    "series": """SELECT date_trunc('month', date), currency, count(*), sum(greatest(amount, 0)), sum(greatest(-amount, 0)) FROM transaction
                 WHERE user_id = %s AND deleted_at IS NULL AND status = 'booked' AND transfer_id IS NULL
                   AND date >= date_trunc('month', %s::timestamp) - interval '11 months'
                   AND date < date_trunc('month', %s::timestamp) + interval '1 month' GROUP BY 1, 2""",
}
FILL = """INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, category_id, origin, created_at, updated_at)
          SELECT ordered_id(), %(user)s, %(account)s, (random() * 20000)::bigint - 12000, 'EUR', %(today)s::date - (n %% %(days)s)::integer,
                 'CARD PURCHASE ' || n, (%(categories)s::uuid[])[1 + n %% %(count)s], 'api', %(now)s, %(now)s
          FROM generate_series(1, %(rows)s) AS n"""


# Ids in order of time, as the programs make them (RFC 9562, version 7).
ORDERED_ID = """CREATE FUNCTION ordered_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || substr(md5(random()::text), 1, 20))::uuid $$"""


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


def median_ms(work, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken)


def main():
    folder = tempfile.mkdtemp(prefix="purser-bench-", dir="/tmp")
    os.chmod(folder, 0o755)
    postgres = PrivatePostgres(os.path.join(folder, "pg")).start()
    try:
        database = postgres.create_database("template1")
        run_purser("migrate", environment={"PURSER_DATABASE_URL": postgres.url(database)})
        run_purser("keys", os.path.join(folder, "keys"))
        instance = Instance(os.path.join(folder, "i"), postgres, database, os.path.join(folder, "keys")).start()
        try:
            connection = psycopg2.connect(postgres.url(database))
            connection.autocommit = True
            reads(instance, connection.cursor())
            ingestion(instance, connection.cursor())
        finally:
            instance.stop()
    finally:
        postgres.stop()
        remove_folder(folder)


def fill(cursor, person, rows, days=720):
    now = person.instance.clock.now()
    values = {"user": person.user, "account": person.account["id"], "today": now.date(), "now": now, "rows": rows, "days": days,
              "categories": person.categories, "count": len(person.categories)}
    start = time.perf_counter()
    cursor.execute(FILL, values)
    return time.perf_counter() - start


def reads(instance, cursor):
    cursor.execute(ORDERED_ID)
    print(f"{'history':>10} {'what':45} {'kept, HTTP p50':>15} {'rows added up':>15}")
    for size in SIZES:
        person = register(instance)
        person.account = person.main_account()
        person.user = person.client.get("/v1/users/me").json()["id"]
        person.categories = [each["id"] for each in person.client.get("/v1/categories?limit=500").json()["data"]][:20]
        for done in range(0, size, 100_000):
            fill(cursor, person, min(100_000, size - done))
        cursor.execute("ANALYZE transaction; ANALYZE rollup")
        today = instance.clock.now().date()
        for path, by_hand in PATHS.items():
            def read(path=path, person=person):
                answer = person.client.get(path)
                assert answer.status == 200, answer
            read()
            kept = median_ms(read, READS)
            added = None
            if by_hand:
                added = median_ms(lambda: cursor.execute(BY_HAND[by_hand], (person.user, today, today)), 5)
            print(f"{size:10,} {path:45} {kept:12.2f} ms " + (f"{added:12.2f} ms" if added is not None else ""), flush=True)
        cost = median(fill(cursor, person, 1000, 30) for _ in range(9)) * 1000
        print(f"{size:10,} {'insert of 1,000 rows of the last month':45} {cost:12.2f} ms", flush=True)


def ingestion(instance, cursor):
    """The same uploads, sums kept and not, in turns, each into an account of its own."""
    person = register(instance)
    speeds = {"ENABLE": [], "DISABLE": []}
    for number in range(2 * ROUNDS):
        account = person.client.post("/v1/accounts", {"name": f"a{number}", "type": "checking", "currency": "EUR"}).json()
        how = ("ENABLE", "DISABLE")[number % 2]
        for trigger in ("insert", "update", "delete"):
            cursor.execute(f"ALTER TABLE transaction {how} TRIGGER rollup_{trigger}")
        seconds, fates = upload(person, account, make_file(UPLOAD, 2026, number))
        assert fates["inserted"] == UPLOAD, fates
        speeds[how].append(UPLOAD / seconds)
    kept, plain = median(speeds["ENABLE"]), median(speeds["DISABLE"])
    print(f"\nupload of {UPLOAD:,} rows: {kept:,.0f} rows/s with the sums kept, {plain:,.0f} without: {1 - kept / plain:.1%} of it")


if __name__ == "__main__":
    main()

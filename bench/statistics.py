"""Reading sums that are kept, over HTTP, beside adding the rows up by one SQL statement, with growing history; what an insert
costs with it; and what keeping the sums costs an upload: the same uploads with the triggers on and off, in turns. Everything
in one run, on servers of its own.

    make bench-statistics [JSON=1] [ARGS="ROWS,… UPLOAD_ROWS ROUNDS"]        defaults: 1000,100000,1000000 30000 5
"""

import signal
import sys
import time

from figures import Figures, percentile
from own_servers import own_instance
from processes import backends, cpu
from support.people import register
from uploads import make_file, settle, upload

SIZES = [int(text) for text in (sys.argv[1] if len(sys.argv) > 1 else "1000,100000,1000000").split(",")]
UPLOAD = int(sys.argv[2]) if len(sys.argv) > 2 else 30_000
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
READS = 300
INSERTS = 15
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


def median_ms(work, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return percentile(taken, .5)


def main():
    with own_instance() as instance:
        connection, figures = instance.start().connect(), Figures()
        reads(figures, instance, connection.cursor())
        ingestion(figures, instance, connection)
        figures.end()


def fill(cursor, person, rows, days=720):
    now = person.instance.clock.now()
    values = {"user": person.user, "account": person.account["id"], "today": now.date(), "now": now, "rows": rows, "days": days,
              "categories": person.categories, "count": len(person.categories)}
    start = time.perf_counter()
    cursor.execute(FILL, values)
    return time.perf_counter() - start


def reads(figures, instance, cursor):
    cursor.execute(ORDERED_ID)
    people = []
    for size in SIZES:
        person = register(instance)
        person.account = person.main_account()
        person.user = person.client.get("/v1/users/me").json()["id"]
        person.categories = [each["id"] for each in person.client.get("/v1/categories?limit=500").json()["data"]][:20]
        for done in range(0, size, 100_000):
            fill(cursor, person, min(100_000, size - done))
        people.append(person)
        rest(cursor)
        today = instance.clock.now().date()
        for path, by_hand in PATHS.items():
            def read(path=path, person=person):
                answer = person.client.get(path)
                assert answer.status == 200, answer
            read()
            figures.add(f"{size} rows: {path}, p50", median_ms(read, READS), "ms")
            if by_hand:
                figures.add(f"{size} rows: the same added up by SQL, {by_hand}",
                            median_ms(lambda: cursor.execute(BY_HAND[by_hand], (person.user, today, today)), 5), "ms")
    inserts = [[] for _ in SIZES]
    for number in range(INSERTS):
        if number == 0:
            rest(cursor)  # every page's first touch after it goes to the log whole: the dearest there is
        for person, taken in zip(people, inserts):
            taken.append(fill(cursor, person, 1000, 30) * 1000)
    for size, taken in zip(SIZES, inserts):
        figures.add(f"{size} rows: insert of 1,000 rows of the last month", percentile(taken, .5), "ms")
        figures.add(f"{size} rows: the first such after a checkpoint", taken[0], "ms")


def rest(cursor):
    """What loading a history leaves to do would go on beside what is measured."""
    for statement in ("VACUUM ANALYZE transaction", "VACUUM ANALYZE rollup", "CHECKPOINT"):
        cursor.execute(statement)


def ingestion(figures, instance, connection):
    """The same uploads, sums kept and not, in pairs whose order changes, each into an account of its own. Without the
    scheduler, which would find the sums wrong and mend them."""
    instance.kill("scheduler", signal.SIGTERM)
    person = register(instance)
    speeds, spent = {"ENABLE": [], "DISABLE": []}, {"ENABLE": 0, "DISABLE": 0}
    for number in range(ROUNDS):
        body = make_file(UPLOAD, 2026, number)
        for how in sorted(speeds, reverse=number % 2 == 1):
            account = person.client.post("/v1/accounts", {"name": f"{how} {number}", "type": "checking", "currency": "EUR"}).json()
            settle(instance)
            for trigger in ("insert", "update", "delete"):
                connection.cursor().execute(f"ALTER TABLE transaction {how} TRIGGER rollup_{trigger}")
            before = sum(map(cpu, backends(instance.postgres)))
            seconds, fates = upload(person, account, body)
            spent[how] += sum(map(cpu, backends(instance.postgres))) - before
            assert fates["inserted"] == UPLOAD, fates
            speeds[how].append(UPLOAD / seconds)
    for how, words in (("ENABLE", "kept"), ("DISABLE", "not kept")):
        figures.add(f"upload of {UPLOAD} rows, sums {words}", percentile(speeds[how], .5), "rows/s", 0)
        figures.add(f"upload of {UPLOAD} rows, sums {words}: CPU of PostgreSQL, a row", spent[how] / UPLOAD / ROUNDS * 1e6, "us", 1)
    costs = [1 - kept / plain for kept, plain in zip(speeds["ENABLE"], speeds["DISABLE"])]
    figures.add("keeping the sums costs of the rows/s, median of the pairs", percentile(costs, .5) * 100, "%", 1)


if __name__ == "__main__":
    main()

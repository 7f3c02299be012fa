"""How long a page of GET /v1/transactions takes, by filter, with 1,000,000 rows of one person.

    make bench-listing [JSON=1] [ARGS=ROWS]        default: 1000000

Makes an instance of its own, fills it by SQL, asks each filter for each of its values 20 times through the API on one kept
connection (50 rows a page) and prints the median and the slowest.
"""

import sys
import time

from figures import Figures, percentile
from own_servers import own_instance
from support.people import register

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000

FILL = """
    ALTER TABLE transaction DISABLE TRIGGER USER;
    INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, category_id, category_source, tags, status,
                             origin, fingerprint, occurrence, upload_id, upload_ordinal, created_at, updated_at)
    SELECT (lpad(to_hex(n), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid, user_id,
           accounts[1 + (hashint8(n) & 7) %% 5],
           CASE WHEN n %% 40 = 0 THEN 1 ELSE -1 END * (CASE WHEN n %% 1000 = 0 THEN 100000 ELSE 0 END + 100 + abs(hashint8(n * 7)::bigint) %% 9900),
           'EUR', date '2016-12-01' + (n * 3650 / %(rows)s)::integer,
           'Card payment ' || CASE WHEN n %% 3 = 0 THEN 'REWE' ELSE 'MERCHANT' || (2000 * power((abs(hashint8(n * 13)::bigint) %% 100000) / 100000.0, 3))::integer END
               || ' SAGT DANKE ' || abs(hashint8(n * 17)::bigint) %% 9000 || ' BERLIN',
           CASE WHEN n %% 10 < 8 THEN categories[1 + (60 * power((abs(hashint8(n * 19)::bigint) %% 1000) / 1000.0, 2))::integer] END, 'none',
           CASE WHEN n %% 1000 = 0 THEN '{holiday}' WHEN n %% 7 = 0 THEN '{shared}' ELSE '{}' END::text[],
           CASE WHEN n > %(rows)s - 100 AND n %% 5 = 0 THEN 'pending' ELSE 'booked' END, 'upload', sha256(n::text::bytea), 0,
           ('00000000-0000-7000-8000-0000000000' || 10 + n * 80 / %(rows)s)::uuid, n, '2026-01-01', '2026-01-01'
    FROM generate_series(1::bigint, %(rows)s) AS n,
         (SELECT a.user_id, array_agg(a.id ORDER BY a.name) AS accounts,
                 (SELECT array_agg(c.id ORDER BY c.name) FROM category c WHERE c.user_id = a.user_id AND c.name LIKE 'L%%') AS categories
          FROM account a GROUP BY 1) AS owner;
    ALTER TABLE transaction ENABLE TRIGGER USER;
"""


def cases(account, categories):
    """Filters and values: ones that pick most rows, some, and none."""
    first, last = categories[0], categories[-1]
    return {
        "none": [""],
        "account": [f"account={account}"],
        "category": [f"category={first}", f"category={last}"],
        "uncategorised": ["uncategorised=true"],
        "status": ["status=booked", "status=pending", "status=deleted"],
        "from, to": ["from=2018-01-01&to=2018-01-31", "to=2017-01-31", "from=2026-01-01"],
        "tag": ["tag=shared", "tag=holiday", "tag=none"],
        "min, max": ["min=0", "max=-98", "min=1000", "min=-24.47&max=-24.47", "min=99999"],
        "q": ["q=rewe", "q=card", "q=merchant1500", "q=rewe%206071", "q=nowhere"],
        "account, category": [f"account={account}&category={last}"],
        "account, q": [f"account={account}&q=rewe", f"account={account}&q=merchant1500"],
        "category, q": [f"category={last}&q=rewe", f"category={last}&q=nowhere"],
        "category, min": [f"category={last}&min=0"],
        "tag, from, to": ["tag=shared&from=2018-01-01&to=2018-12-31"],
        "q, from, to": ["q=rewe&from=2018-01-01&to=2018-01-31"],
        "tag, q": ["tag=shared&q=rewe"],
    }


def times_of(client, query):
    times = []
    for _ in range(20):
        start = time.perf_counter()
        answer = client.get("/v1/transactions" + ("?" + query if query else ""))
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status == 200, answer
    return times


def main():
    with own_instance() as instance:
        measure(instance.start())


def measure(instance):
    client, figures = register(instance).client, Figures()
    accounts = [client.get("/v1/accounts").json()["data"][0]["id"]]
    accounts += [client.post("/v1/accounts", {"name": f"N{n}", "type": "checking", "currency": "EUR"}).json()["id"] for n in range(4)]
    categories = [client.post("/v1/categories", {"name": f"L{n:02}", "kind": "expense"}).json()["id"] for n in range(61)]
    connection = instance.connect()
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"rows": ROWS})
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    instance.kill("scheduler")
    figures.say(f"GET /v1/transactions, 50 of {ROWS:,} rows, by filter")
    for name, queries in cases(accounts[2], categories).items():
        found = {query: times_of(client, query) for query in queries}
        slowest = max(found, key=lambda query: percentile(found[query], .5))
        every = [one for times in found.values() for one in times]
        figures.add(f"{name}: p50", percentile(every, .5), "ms")
        figures.add(f"{name}: max", max(every), "ms")
        figures.add(f"{name}: p50 of the slowest value", percentile(found[slowest], .5), f"ms, {slowest}")
    figures.end()


if __name__ == "__main__":
    main()

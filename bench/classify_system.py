"""Rows of many people that arrive at once, sorted by one worker child: CPU of the child and of PostgreSQL, and the time from the
put of the jobs to the last commit. Then all of it again with nothing new, and a correction by one of the people. Everything
on servers of its own.

    make bench-classify_system [JSON=1] [ARGS="PEOPLE ROWS_EACH LABELS_EACH"]        defaults: 1000 100 20
"""

import os
import random
import re
import sys
import time
import uuid

import psycopg2.extras
from figures import Figures
from own_servers import own_instance
from processes import backends, cpu
from support.program import ROOT
from support.queue import Queue, envelope, new_id

PEOPLE = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
ROWS = int(sys.argv[2]) if len(sys.argv) > 2 else 100
LABELS = int(sys.argv[3]) if len(sys.argv) > 3 else 20
SHOPS = ["CHECKERS HYPER", "ENGEN FUEL", "VODACOM", "NETFLIX.COM", "SPOTIFY AB", "UBER TRIP", "PHARMACY DIS-CHEM", "CITY PARKING",
         "MONTHLY SALARY", "KFC SANDTON", "AMAZON MKTPLACE", "WOOLWORTHS FOOD", "AIRBNB", "MUNICIPALITY ELECTRICITY", "GYM MEMBERSHIP",
         "BOOKSHOP", "SERVICE FEE", "TRANSFER SAVINGS", "DR SMITH ROOMS", "BUILDERS WAREHOUSE"]


def default_categories():
    """(slug, parent slug, name, kind) as finance/default_categories.def has them."""
    groups, found = {}, []
    with open(os.path.join(ROOT, "finance", "default_categories.def"), encoding="utf-8") as file:
        for line in file:
            group = re.match(r'DEFAULT_GROUP\((\w+), "([^"]+)", "([^"]+)", CATEGORY_(\w+)\)', line)
            leaf = re.match(r'DEFAULT_LEAF\((\w+), (\w+), "([^"]+)", "([^"]+)", CATEGORY_(\w+)\)', line)
            if group:
                groups[group[1]] = group[2]
                found.append((group[2], None, group[3], group[4].lower()))
            elif leaf:
                found.append((leaf[3], groups[leaf[2]], leaf[4], leaf[5].lower()))
    return found


def fill(connection):
    chance, people = random.Random(1), [new_id() for _ in range(PEOPLE)]
    many = psycopg2.extras.execute_values
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the sums are not what is measured here
        many(cursor, "INSERT INTO app_user (id, email, username, password_hash, created_at, updated_at) VALUES %s",
             [(person, f"{person}@example.test", person, "", "2026-01-01", "2026-01-01") for person in people])
        for person in people:
            account, ids = new_id(), {}
            cursor.execute("INSERT INTO account (id, user_id, name, type, currency, exponent, created_at, updated_at)"
                           " VALUES (%s, %s, 'Main', 'checking', 'EUR', 2, now(), now())", (account, person))
            categories = []
            for slug, parent, name, kind in default_categories():
                ids[slug] = new_id()
                categories.append((ids[slug], person, ids.get(parent), name, kind, slug, "2026-01-01", "2026-01-01"))
            many(cursor, "INSERT INTO category (id, user_id, parent_id, name, kind, slug, created_at, updated_at) VALUES %s", categories)
            rows = [(new_id(), person, account, -chance.randrange(100, 90000), "EUR", f"2025-{n * 11 // ROWS + 1:02}-{n % 28 + 1:02}",
                     f"CARD PURCHASE {chance.choice(SHOPS)} {chance.randrange(1000)} CITY {chance.randrange(50)}", "upload", "2026-01-01", "2026-01-01")
                    for n in range(ROWS)]
            many(cursor, "INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, origin, created_at, updated_at)"
                         " VALUES %s", rows, page_size=1000)
            slugs = sorted(ids)
            labels = [(person, n + 1, str(uuid.uuid4()), ids[slugs[hash(shop := chance.choice(SHOPS)) % len(slugs)]], account, f"CARD PURCHASE {shop} {n} CITY {n % 50}",
                       -1000 - n, 2, "2024-12-01", "2026-01-01") for n in range(LABELS)]
            if labels:
                many(cursor, "INSERT INTO label (user_id, revision, transaction_id, category_id, account_id, description, amount, exponent, date, at) VALUES %s", labels)
            cursor.execute("INSERT INTO classifier (user_id, revision, labels) VALUES (%s, %s, %s)", (person, LABELS, LABELS))
        cursor.execute("SET session_replication_role = origin")
    connection.commit()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO rollup SELECT * FROM rollup_recount")
    connection.commit()
    return people


def measure(figures, instance, queue, connection, people, what):
    jobs = [(new_id(), person) for person in people]
    envelopes = [envelope(job, "classify_transactions", "classify", {"user": person, "scope": "wanted"}, lane=person) for job, person in jobs]
    children = instance.worker_children()  # one works, another stands by
    servers = backends(instance.postgres)
    before, servers_before, start = sum(map(cpu, children)), {pid: cpu(pid) for pid in servers}, time.monotonic()
    for at in range(0, len(envelopes), 1000):
        queue.put_envelopes(*envelopes[at:at + 1000])
    while not queue.is_empty():
        time.sleep(0.01)
    wall = time.monotonic() - start
    mine, theirs = sum(map(cpu, children)) - before, sum(cpu(pid) - servers_before[pid] for pid in servers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum((result ->> 'looked_at')::bigint), sum((result ->> 'changed')::bigint), count(*) FILTER (WHERE state <> 'done')"
                       " FROM job WHERE id = ANY (%s::uuid[])", ([job for job, _ in jobs],))
        looked_at, changed, failed = cursor.fetchone()
    connection.commit()
    assert failed == 0
    rows = int(looked_at) or 1
    figures.add(f"{what}: looked at", int(looked_at or 0), "rows", 0)
    figures.add(f"{what}: changed", int(changed or 0), "rows", 0)
    figures.add(f"{what}: time", wall, "s")
    for whose, seconds in (("the child", mine), ("PostgreSQL", theirs)):
        figures.add(f"{what}: CPU of {whose}", seconds, "s")
        figures.add(f"{what}: CPU of {whose}, a row", seconds / rows * 1e6, "us", 1)


def main():
    with own_instance(PURSER_WORKERS=1) as instance:
        connection, figures = instance.connect(), Figures()
        connection.autocommit = False
        people = fill(connection)
        instance.start("worker")
        queue = Queue(instance.redis)
        measure(figures, instance, queue, connection, people, f"{PEOPLE} people's {ROWS} rows at once")
        with connection.cursor() as cursor:
            cursor.execute("SELECT category_source, count(*) FROM transaction GROUP BY 1 ORDER BY 2 DESC")
            figures.say("    " + ", ".join(f"{source} {count}" for source, count in cursor.fetchall()))
            cursor.execute("UPDATE classifier SET scored_key = NULL")
        connection.commit()
        measure(figures, instance, queue, connection, people, "the same again: nothing changes")
        measure(figures, instance, queue, connection, people, "and when that is known")
        figures.end()


if __name__ == "__main__":
    main()

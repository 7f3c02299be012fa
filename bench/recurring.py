"""Recurring rules that are all due in the same minute: from the minute's beginning until the last one is entered, by scheduler
and worker as they run everywhere. On servers of its own.

    make bench-recurring [JSON=1] [ARGS="RULES PEOPLE"]        defaults: 100000 10000
"""

import sys
import time

from figures import Figures
from own_servers import own_instance

RULES = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PEOPLE = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000

FILL = """
    INSERT INTO app_user (id, email, username, password_hash, timezone, created_at, updated_at)
    SELECT pg_temp.known('u', n), n || '@example.test', 'p' || n, '', 'Europe/Berlin', '2026-01-01', '2026-01-01' FROM generate_series(1, {people}) n;
    INSERT INTO account (id, user_id, name, type, currency, exponent, created_at, updated_at)
    SELECT pg_temp.known('a', n), pg_temp.known('u', n), 'Main', 'checking', 'EUR', 2, '2026-01-01', '2026-01-01' FROM generate_series(1, {people}) n;
    INSERT INTO category (id, user_id, name, kind, created_at, updated_at)
    SELECT pg_temp.known('c', n), pg_temp.known('u', n), 'Rent', 'expense', '2026-01-01', '2026-01-01' FROM generate_series(1, {people}) n;
    INSERT INTO recurring_rule (id, user_id, account_id, category_id, amount, description, rrule, start_date, next_nominal, next_posting,
                                next_due_at, check_at, created_at, updated_at)
    SELECT pg_temp.known('r', n), pg_temp.known('u', 1 + n % {people}), pg_temp.known('a', 1 + n % {people}), pg_temp.known('c', 1 + n % {people}), -100 - n, 'rule ' || n,
           'FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=BACKWARD', '2026-03-31', '2026-03-31', '2026-03-31', '2026-03-30T22:00:00Z', '2026-03-30T22:00:00Z',
           '2026-01-01', '2026-01-01'
    FROM generate_series(1, {rules}) n"""


def main():
    with own_instance() as instance:
        instance.clock.set("2026-03-30T21:50:00Z")
        measure(instance.start("worker", "scheduler"))


def measure(instance):
    figures, cursor = Figures(), instance.connect().cursor()
    cursor.execute("CREATE FUNCTION pg_temp.known(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || n)::uuid $$")
    cursor.execute(FILL.format(people=PEOPLE, rules=RULES))
    cursor.execute("ANALYZE")  # by itself: the scheduler has PostgreSQL look at tables too, in another order
    begin = time.monotonic()
    instance.clock.set("2026-03-30T22:00:00Z")
    first, entered = None, 0
    while entered < RULES:
        cursor.execute("SELECT coalesce(sum(entries), 0) FROM rollup")  # asking the rules themselves would slow them
        entered = cursor.fetchone()[0]
        if entered > 0 and first is None:
            first = time.monotonic() - begin
        time.sleep(0.05)
    seconds = time.monotonic() - begin
    cursor.execute("SELECT count(*), count(DISTINCT (recurring_id, recurring_date)), -sum(amount) FROM transaction")
    assert cursor.fetchone() == (RULES, RULES, 100 * RULES + RULES * (RULES + 1) // 2)
    figures.add(f"{RULES} rules due at once: until the first is entered", first, "s")
    figures.add(f"{RULES} rules due at once: until all are entered", seconds, "s")
    figures.add("entered", RULES / seconds, "a second", 0)
    figures.end()


if __name__ == "__main__":
    main()

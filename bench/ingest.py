#!/usr/bin/python3
"""An upload of 100,000 rows, from POST to all rows durable: rows a second on an empty account and beside 1,000,000 rows,
the same file again, next to a plain binary COPY of the same rows into an equal table, and next to hledger reading the same
CSV. Memory of API and worker before and after. Everything in one run, on servers of its own.

    make bench-ingest [JSON=1] [ARGS="ROWS ROWS_BEFORE"]        defaults: 100000 1000000
"""

import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests"))

import psycopg2  # noqa: E402
from figures import Figures  # noqa: E402
from support.instance import Instance, run_purser  # noqa: E402
from support.people import register  # noqa: E402
from support.servers import PrivatePostgres, remove_folder  # noqa: E402

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
BEFORE = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000


def make_file(rows, year, seed):
    """A year of a busy account, by date, as banks send it."""
    chance, out = random.Random(seed), io.StringIO()
    out.write("Date,Description,Amount\n")
    for n in range(rows):
        day = n * 336 // rows
        out.write(f"{year}-{day // 28 + 1:02}-{day % 28 + 1:02},CARD PURCHASE SHOP {chance.randrange(5000)} CITY "
                  f"{chance.randrange(300)},-{chance.randrange(300)}.{chance.randrange(100):02}\n")
    return out.getvalue().encode()


def memory_kb(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total


def settle(connection):
    """Waits until nothing is left to do: the jobs that follow an upload are no part of the next one's time."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM job WHERE state = 'accepted'")
            left = cursor.fetchone()[0]
            connection.commit()
            if left == 0:
                return
            time.sleep(0.1)


def upload(person, account, body):
    """Seconds from POST until the upload is done, and its fates. On a new connection: one that was kept is closed after a minute."""
    person.client.close()
    start = time.monotonic()
    answer = person.client.post(f"/v1/uploads?account_id={account['id']}", body)
    assert answer.status == 202, answer
    path = "/v1/uploads/" + answer.json()["upload"]["id"]
    while True:
        state = person.client.get(path).json()
        if state["state"] in ("done", "failed"):
            assert state["state"] == "done", state
            return time.monotonic() - start, state["fates"]
        time.sleep(0.02)


def copy_binary(connection, account):
    """Seconds of a COPY of the account's rows into an equal table, one transaction, durable."""
    with connection.cursor() as cursor:
        data = io.BytesIO()
        cursor.copy_expert(f"COPY (SELECT * FROM transaction WHERE account_id = '{account['id']}') TO STDOUT (FORMAT binary)", data)
        cursor.execute("DROP TABLE IF EXISTS plain; CREATE TABLE plain (LIKE transaction INCLUDING ALL)")
        connection.commit()
        data.seek(0)
        start = time.monotonic()
        cursor.copy_expert("COPY plain FROM STDIN (FORMAT binary)", data)
        connection.commit()
        return time.monotonic() - start


def hledger(body):
    """Seconds in which hledger reads the file; None where there is no hledger."""
    if shutil.which("hledger") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.csv")
        with open(path, "wb") as file:
            file.write(body[: body.index(b"\n", len(body) // 10) + 1])  # a tenth: it is slow
        with open(path + ".rules", "w", encoding="ascii") as file:
            file.write("skip 1\nfields date,description,amount\ndate-format %Y-%m-%d\naccount1 assets:bank\ncurrency EUR\n")
        start = time.monotonic()
        subprocess.run(["hledger", "-f", path, "stats"], check=True, capture_output=True)
        return (time.monotonic() - start) * 10


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
            report(instance, postgres.url(database))
        finally:
            instance.stop()
    finally:
        postgres.stop()
        remove_folder(folder)


def report(instance, url):
    person = register(instance)
    connection, figures = psycopg2.connect(url), Figures()

    def account(name):
        return person.client.post("/v1/accounts", {"name": name, "type": "checking", "currency": "EUR"}).json()

    def line(what, seconds, rows=ROWS):
        figures.add(what, rows / seconds, "rows/s", 0)
        return rows / seconds

    first, body = account("first"), make_file(ROWS, 2020, 1)
    api, workers = [instance.pid("api")], [instance.pid("worker"), *instance.worker_children()]
    before = memory_kb(api), memory_kb(workers)
    empty = line("upload, nothing stored before", upload(person, first, body)[0])
    settle(connection)
    line("the same file again", upload(person, first, body)[0])
    grown = memory_kb(api) - before[0], memory_kb([instance.pid("worker"), *instance.worker_children()]) - before[1]
    copied = line("binary COPY of the same rows into an equal table", copy_binary(connection, first))
    seconds = hledger(body)
    if seconds is not None:
        line("hledger reading the same CSV (a tenth of it, times ten)", seconds)
    figures.add("upload / COPY", empty / copied, "")
    figures.add("memory: API grew by", grown[0] / 1024, "MB", 1)
    figures.add("memory: worker grew by", grown[1] / 1024, "MB", 1)
    for n in range(BEFORE // 100_000):
        upload(person, first, make_file(100_000, 2021 + n % 5, 100 + n))
    second = make_file(ROWS, 2026, 2)
    settle(connection)
    full = line(f"upload beside {BEFORE:,} rows", upload(person, first, second)[0])
    settle(connection)
    line("the same file again, beside them", upload(person, first, second)[0])
    figures.add("beside them / empty", full / empty, "")
    figures.end()


if __name__ == "__main__":
    main()

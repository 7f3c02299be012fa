"""An upload of 100,000 rows, from POST to all rows durable: rows a second on an empty account and beside 1,000,000 rows,
the same file again, next to a plain binary COPY of the same rows into an equal table, and next to hledger reading the same
CSV. Memory of API and worker before and after. Everything in one run, on servers of its own.

    make bench-ingest [JSON=1] [ARGS="ROWS ROWS_BEFORE"]        defaults: 100000 1000000
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time

from figures import Figures
from own_servers import own_instance
from processes import memory_kb
from support.people import register
from uploads import make_file, settle, upload

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
BEFORE = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000


def copy_binary(instance, account):
    """Seconds of a COPY of the account's rows into an equal table, one transaction, durable."""
    with instance.connect().cursor() as cursor:
        data = io.BytesIO()
        cursor.copy_expert(f"COPY (SELECT * FROM transaction WHERE account_id = '{account['id']}') TO STDOUT (FORMAT binary)", data)
        cursor.execute("DROP TABLE IF EXISTS plain; CREATE TABLE plain (LIKE transaction INCLUDING ALL)")
        data.seek(0)
        start = time.monotonic()
        cursor.copy_expert("COPY plain FROM STDIN (FORMAT binary)", data)
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
    with own_instance() as instance:
        measure(instance.start())


def measure(instance):
    person, figures = register(instance), Figures()

    def account(name):
        return person.client.post("/v1/accounts", {"name": name, "type": "checking", "currency": "EUR"}).json()

    def line(what, seconds, rows=ROWS):
        figures.add(what, rows / seconds, "rows/s", 0)
        return rows / seconds

    first, body = account("first"), make_file(ROWS, 2020, 1)
    api, workers = [instance.pid("api")], [instance.pid("worker"), *instance.worker_children()]
    before = memory_kb(api), memory_kb(workers)
    empty = line("upload, nothing stored before", upload(person, first, body)[0])
    settle(instance)
    line("the same file again", upload(person, first, body)[0])
    grown = memory_kb(api) - before[0], memory_kb([instance.pid("worker"), *instance.worker_children()]) - before[1]
    copied = line("binary COPY of the same rows into an equal table", copy_binary(instance, first))
    seconds = hledger(body)
    if seconds is not None:
        line("hledger reading the same CSV (a tenth of it, times ten)", seconds)
    figures.add("upload / COPY", empty / copied, "")
    figures.add("memory: API grew by", grown[0] / 1024, "MB", 1)
    figures.add("memory: worker grew by", grown[1] / 1024, "MB", 1)
    for n in range(BEFORE // 100_000):
        upload(person, first, make_file(100_000, 2021 + n % 5, 100 + n))
    second = make_file(ROWS, 2026, 2)
    settle(instance)
    full = line(f"upload beside {BEFORE:,} rows", upload(person, first, second)[0])
    settle(instance)
    line("the same file again, beside them", upload(person, first, second)[0])
    figures.add("beside them / empty", full / empty, "")
    figures.end()


if __name__ == "__main__":
    main()

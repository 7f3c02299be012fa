"""Posting transactions: on one connection the time to 202 (committed in PostgreSQL) and from there until the transaction
can be read; then 64 connections of single transactions as fast as they go, and how long the worker takes to catch up.
Next to it, in the same run on the same server, the plain loop: one INSERT, one commit, by pgbench.

    make bench-api [JSON=1] [ARGS=SECONDS]        default: 8
"""

import json
import os
import socket
import subprocess
import sys
import time

from figures import Figures, percentile
from own_servers import own_instance
from support.people import register

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 8
ONE_BY_ONE = 400

WRK = """
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer %s"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[%s]]
done = function(summary, latency, requests)
    io.write(string.format("RESULT %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration, latency:percentile(50),
             latency:percentile(99), summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


class Wire:
    """Requests as bytes on one connection: what Python's http.client costs is not the API's."""

    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.token = token

    def ask(self, method, path, body=b""):
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n"
                            f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.socket.recv(65536)
        head, _, rest = received.partition(b"\r\n\r\n")
        size = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")).split(b":")[1])
        while len(rest) < size:
            rest += self.socket.recv(65536)
        return int(head.split()[1]), rest


def one_by_one(instance, person, account):
    """Milliseconds to 202, and from 202 until GET shows the job done and its transaction."""
    wire = Wire(instance.port, person.token)
    accepted, stored = [], []
    for n in range(ONE_BY_ONE):
        body = json.dumps({"account_id": account, "amount": "-1.00", "date": "2026-03-01", "description": f"one {n}"}).encode()
        start = time.perf_counter()
        status, answer = wire.ask("POST", "/v1/transactions", body)
        assert status == 202, answer
        accepted.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        job = json.loads(answer)["job"]["id"]
        while json.loads(wire.ask("GET", f"/v1/jobs/{job}")[1])["state"] != "done":
            pass
        stored.append((time.perf_counter() - start) * 1000)
    return accepted, stored


def sixty_four(instance, person, account):
    script = os.path.join(instance.folder, "post.lua")
    body = json.dumps({"account_id": account, "amount": "-1.00", "date": "2026-03-01", "description": "many"})
    with open(script, "w", encoding="ascii") as file:
        file.write(WRK % (person.token, body))
    done = subprocess.run(["wrk", "-t1", "-c64", f"-d{SECONDS}s", "-s", script, instance.url + "/v1/transactions"],
                          capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    requests, duration_us, p50_us, p99_us, errors = map(int, line.split()[1:])
    assert errors == 0, done.stdout
    return requests, requests / (duration_us / 1e6), p50_us / 1000, p99_us / 1000


def plain_loop(instance, clients):
    """Commits a second of one INSERT of an equal row each."""
    postgres, script = instance.postgres, os.path.join(instance.folder, "insert.sql")
    with open(script, "w", encoding="ascii") as file:
        file.write("INSERT INTO plain VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), -100, 'EUR', "
                   "'2026-03-01', 'one', now());\n")
    done = subprocess.run([os.path.join(postgres.bin, "pgbench"), "-n", "-f", script, "-M", "prepared", "-c", str(clients),
                           "-j", "1", "-T", str(min(SECONDS, 5)), "-h", postgres.folder, "-U", "purser", instance.database],
                          capture_output=True, text=True, check=True)
    return float(next(line for line in done.stdout.splitlines() if line.startswith("tps")).split()[2])


def main():
    with own_instance() as instance:
        measure(instance.start())


def measure(instance):
    figures = Figures()
    person = register(instance)
    account = person.main_account()["id"]
    accepted, stored = one_by_one(instance, person, account)
    for what, taken in (("202", accepted), ("stored and readable after that", stored)):
        for name, share in (("p50", .5), ("p99", .99)):
            figures.add(f"one connection: {what}, {name}", percentile(taken, share), "ms")
    requests, rate, p50, p99 = sixty_four(instance, person, account)
    start = time.monotonic()
    while (left := instance.query("SELECT count(*) FROM job WHERE state = 'accepted'")[0][0]) > 0:
        assert time.monotonic() - start < 120, f"{left} jobs are left"
    behind = time.monotonic() - start
    (count, total), = instance.query("SELECT count(*), sum(amount) FROM transaction")
    # wrk stops reading at its end: what was on its way is accepted, but not counted by it.
    assert requests + ONE_BY_ONE <= count <= requests + ONE_BY_ONE + 64, (requests, count)
    assert total == -100 * count
    figures.add("64 connections: accepted", rate, "a second", 0)
    figures.add("64 connections: p50", p50, "ms")
    figures.add("64 connections: p99", p99, "ms")
    figures.add("64 connections: the worker was done after the last", behind, "s")
    figures.add("64 connections: stored, to the cent", count, "rows", 0)
    instance.query("CREATE TABLE plain (id uuid PRIMARY KEY, user_id uuid, account_id uuid, amount bigint, currency text, "
                   "date date, description text, created_at timestamptz)")
    for clients in (1, 64):
        figures.add(f"plain loop, one INSERT one commit, {clients} connections", plain_loop(instance, clients), "a second", 0)
    figures.end()


if __name__ == "__main__":
    main()

"""Uploads that want to hurt: endless, huge in one line or in columns, bombs, one byte a second. Each is answered or closed
within its limits, memory stays bounded, and others are served meanwhile."""

import os
import select
import socket
import time
import zlib

import pytest
from support.people import register
from support.program import VARIANT
from support.waiting import wait_until

MB = 1024 * 1024
MEMORY_MB = 64 if VARIANT == "release" else 512  # a sanitizer keeps what was freed


@pytest.fixture(scope="module")
def instance(make_instance):
    return make_instance(PURSER_UPLOAD_MAX_BYTES=24 * MB, PURSER_BODY_RATE_BYTES=100000).start()


@pytest.fixture(scope="module")
def person(instance):
    return register(instance)


def memory_mb(*pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total / 1024


def open_upload(person, headers):
    """A connection on which the head of an upload was sent."""
    connection = socket.create_connection(("127.0.0.1", person.instance.port), timeout=60)
    account = person.main_account()["id"]
    head = f"POST /v1/uploads?account_id={account}&format=csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
    connection.sendall((head + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode())
    return connection


def send_chunks(connection, pieces):
    """Sends a chunked body as far as the server takes it; gives the status of its answer, None when it just closed."""
    try:
        for piece in pieces:
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        answer = connection.recv(65536)
    except ConnectionResetError:
        return None
    return int(answer.split()[1]) if answer else None


def import_of(person, body):
    """Uploads a file that is accepted; gives the upload when it has ended."""
    account = person.main_account()["id"]
    answer = person.client.post(f"/v1/uploads?account_id={account}&format=csv", body)
    assert answer.status == 202, answer
    path = "/v1/uploads/" + answer.json()["upload"]["id"]
    return wait_until(lambda: (state := person.client.get(path).json())["state"] in ("done", "failed") and state, 60)


def test_an_endless_body_is_cut_off_at_the_limit_and_leaves_nothing(instance, person):
    before = memory_mb(instance.pid("api"))
    piece = b"2026-01-01,SHOP,-1.00\n" * 5000
    with open_upload(person, {"Transfer-Encoding": "chunked"}) as connection:
        assert send_chunks(connection, (piece for _ in range(10_000_000_000 // len(piece)))) in (413, None)
    assert memory_mb(instance.pid("api")) - before < MEMORY_MB
    assert person.client.get("/v1/uploads").json()["data"] == []


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(person):
    with open_upload(person, {"Content-Length": str(10_000_000_000)}) as connection:
        assert connection.recv(1000).split()[1] == b"413"


def test_who_sends_slowly_still_gets_to_read_why_he_is_refused(person):
    """Longer than a silent client would be waited for: 2 s."""
    with open_upload(person, {"Content-Length": str(10_000_000_000)}) as connection:
        start = time.monotonic()
        while time.monotonic() < start + 2.6:
            connection.sendall(bytes(1000))
            select.select([], [], [], 0.1)
        assert connection.recv(1000).split()[1] == b"413"


@pytest.mark.parametrize("encoding", ["gzip"])
def test_a_bomb_is_refused_before_it_is_stored(instance, person, encoding):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(MB)) for _ in range(200)) + packer.flush()
    before = memory_mb(instance.pid("api"))
    with open_upload(person, {"Content-Encoding": encoding, "Content-Length": str(len(bomb))}) as connection:
        connection.sendall(bomb)
        assert connection.recv(1000).split()[1] == b"413"
    assert memory_mb(instance.pid("api")) - before < MEMORY_MB


def test_one_line_without_an_end_costs_its_rows_and_no_memory(instance, person):
    before = memory_mb(instance.pid("worker"), *instance.worker_children())
    upload = import_of(person, b"Date,Description,Amount\n2026-01-01,SHOP,-1.00\n2026-01-01," + b"x" * (20 * MB) + b",-1.00\n")
    assert upload["state"] in ("done", "failed") and upload["fates"]["rejected"] + (upload["state"] == "failed") >= 1
    assert memory_mb(instance.pid("worker"), *instance.worker_children()) - before < MEMORY_MB


def test_a_million_columns_are_refused_with_their_row(instance, person):
    before = memory_mb(instance.pid("worker"), *instance.worker_children())
    upload = import_of(person, b"Date,Description,Amount\n2026-01-02,SHOP,-2.00\n" + b"a," * 1_000_000 + b"\n2026-01-03,SHOP,-3.00\n")
    assert upload["state"] in ("done", "failed")
    assert sum(upload["fates"].values()) == upload["rows"]
    assert memory_mb(instance.pid("worker"), *instance.worker_children()) - before < MEMORY_MB


def test_a_byte_a_second_is_cut_off_while_others_are_served(person):
    with open_upload(person, {"Content-Length": "1000000"}) as slow:
        slow.sendall(b"D")
        for _ in range(20):
            assert person.client.get("/v1/accounts").status == 200
        answer = slow.recv(1000)
        assert not answer or answer.split()[1] == b"408"


def test_a_client_that_goes_away_leaves_nothing(instance, person):
    count = len(person.client.get("/v1/uploads").json()["data"])
    with open_upload(person, {"Content-Length": str(4 * MB)}) as connection:
        connection.sendall(os.urandom(MB))
    wait_until(lambda: len(person.client.get("/v1/uploads").json()["data"]) == count, 20)

"""Bytes that two readers of HTTP could take two ways, or that are meant to hurt: each is refused or closed in time, and
everybody else is served meanwhile."""

import re
import socket
import threading
import time

import pytest
from support.program import VARIANT
from support.waiting import wait_until


@pytest.fixture(scope="module")
def api(make_instance):
    instance = make_instance(PURSER_HEAD_MS=1500, PURSER_IDLE_MS=120000, PURSER_BODY_RATE_BYTES=1000)
    return instance.start("api")


def exchange(api, data, deadline=10):
    """Sends bytes and gives all that comes back until the server closes or is silent for `deadline`."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=deadline) as connection:
        connection.sendall(data)
        received = b""
        try:
            while True:
                piece = connection.recv(65536)
                if not piece:
                    break
                received += piece
        except ConnectionResetError:
            pass
    return received


def statuses(received):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def get(path="/healthz", headers="Host: a\r\nConnection: close\r\n"):
    return f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode()


def post(headers, body=b""):
    return f"POST /v1/registrations HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode() + body


REFUSED = {
    "conflicting lengths": post("Content-Length: 5\r\nContent-Length: 6\r\n", b"{}   x"),
    "the same length twice": post("Content-Length: 2\r\nContent-Length: 2\r\n", b"{}"),
    "a list of lengths": post("Content-Length: 2, 2\r\n", b"{}"),
    "both framing headers": post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "both framing headers, the other way round": post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "a signed length": post("Content-Length: +5\r\n", b"{}   "),
    "a negative length": post("Content-Length: -5\r\n", b"{}   "),
    "a hexadecimal length": post("Content-Length: 0x5\r\n", b"{}   "),
    "a length with a space inside": post("Content-Length: 1 0\r\n", b"{}        "),
    "a length past 64 bits": post("Content-Length: 99999999999999999999\r\n"),
    "an empty length": post("Content-Length:\r\n"),
    "a chunk size with 0x": post("Transfer-Encoding: chunked\r\n", b"0x2\r\n{}\r\n0\r\n\r\n"),
    "a signed chunk size": post("Transfer-Encoding: chunked\r\n", b"+2\r\n{}\r\n0\r\n\r\n"),
    "a chunk size with a space before": post("Transfer-Encoding: chunked\r\n", b" 2\r\n{}\r\n0\r\n\r\n"),
    "an empty chunk size": post("Transfer-Encoding: chunked\r\n", b"\r\n{}\r\n0\r\n\r\n"),
    "a chunk size past 60 bits": post("Transfer-Encoding: chunked\r\n", b"ffffffffffffffff0\r\n{}\r\n0\r\n\r\n"),
    "bytes behind a chunk": post("Transfer-Encoding: chunked\r\n", b"2\r\n{}xx\r\n0\r\n\r\n"),
    "a chunk that ends with a bare LF": post("Transfer-Encoding: chunked\r\n", b"2\r\n{}\n0\r\n\r\n"),
    "a chunk size that ends with a bare LF": post("Transfer-Encoding: chunked\r\n", b"2\n{}\r\n0\r\n\r\n"),
    "a chunk extension with a bare CR": post("Transfer-Encoding: chunked\r\n", b"2;a=\rb\r\n{}\r\n0\r\n\r\n"),
    "a folded trailer": post("Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\nX: a\r\n b\r\n\r\n"),
    "endless chunk extensions": post("Transfer-Encoding: chunked\r\n", b"2;" + b"a" * 100000),
    "endless trailers": post("Transfer-Encoding: chunked\r\n", b"0\r\n" + b"X: aaaaaaaaaaaaaa\r\n" * 10000),
    "chunked twice": post("Transfer-Encoding: chunked, chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "chunked in two headers": post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "gzip, chunked": post("Transfer-Encoding: gzip, chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "chunked, identity": post("Transfer-Encoding: chunked, identity\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "an unknown encoding": post("Transfer-Encoding: xchunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "an empty encoding": post("Transfer-Encoding:\r\n", b"{}"),
    "chunked behind a vertical tab": post("Transfer-Encoding: \x0bchunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "chunked in HTTP/1.0": b"POST /v1/registrations HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "no Host": get(headers=""),
    "two Hosts": get(headers="Host: a\r\nHost: a\r\n"),
    "an empty Host": get(headers="Host:\r\n"),
    "a Host with a space": get(headers="Host: a b\r\n"),
    "space before the colon": get(headers="Host : a\r\n"),
    "space before a later colon": get(headers="Host: a\r\nX-A : b\r\n"),
    "a header without a name": get(headers="Host: a\r\n: b\r\n"),
    "a header without a colon": get(headers="Host: a\r\nnonsense\r\n"),
    "obsolete folding": get(headers="Host: a\r\nX-A: b\r\n c\r\n"),
    "a first header that starts with a space": get(headers=" Host: a\r\n"),
    "bare LF everywhere": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "one bare LF": b"GET /healthz HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "a bare CR in a value": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    "a bare CR that ends a line": b"GET /healthz HTTP/1.1\rHost: a\r\r",
    "NUL in a value": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "NUL in the target": b"GET /health\0z HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL in a name": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n",
    "HTTP/9.9": b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
    "HTTP/2.0": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/1.2": b"GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n",
    "http in lower case": b"GET /healthz http/1.1\r\nHost: a\r\n\r\n",
    "two spaces in the request line": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a space behind the version": b"GET /healthz HTTP/1.1 \r\nHost: a\r\n\r\n",
    "a target that is no path": b"GET healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a fragment in the target": get("/healthz#a"),
    "bytes past ASCII in the target": b"GET /health\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown method": b"BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a lower-case method": b"get /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT": b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "TRACE": b"TRACE /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a TLS handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x55" * 500,
    "a request line of 20 KiB": get("/" + "a" * 20000),
    "a head of 20 KiB": get(headers="Host: a\r\nX: " + "a" * 20000 + "\r\n"),
    "100 headers": get(headers="Host: a\r\n" + "X: y\r\n" * 100),
    "an unknown expectation": post("Expect: tea\r\nContent-Length: 2\r\n", b"{}"),
    "a gigabyte announced": post("Content-Length: 1073741824\r\n", b"{"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_answered_4xx_or_5xx_once_and_closed(api, name):
    # A second request behind the bad one must never be answered: that is what smuggling is.
    received = exchange(api, REFUSED[name] + get("/healthz"))
    found = statuses(received)
    assert len(found) == 1 and 400 <= found[0] <= 599, received[:500]
    assert b"application/problem+json" in received


def test_a_gigabyte_in_chunks_is_cut_off_at_the_limit(api):
    memory_before = resident_bytes(api)
    with socket.create_connection(("127.0.0.1", api.port), timeout=20) as connection:
        connection.sendall(post("Transfer-Encoding: chunked\r\n"))
        chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
        sent = 0
        received = b""
        try:
            while sent < 1 << 30:
                connection.sendall(chunk)
                sent += len(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            received = connection.recv(65536)
        except ConnectionResetError:
            pass
    assert sent < 1 << 29
    assert received == b"" or statuses(received) == [413]
    assert resident_bytes(api) - memory_before < 32 << 20


def resident_bytes(api):
    """Nothing under AddressSanitizer, which keeps freed memory to find who uses it."""
    if VARIANT != "release":
        return 0
    with open(f"/proc/{api.pid('api')}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


ACCEPTED = {
    "a plain request": (get(), [200]),
    "a slash at the end": (get("/healthz/"), [200]),
    "an empty line before": (b"\r\n" + get(), [200]),
    "an absolute target": (get("http://a/healthz"), [200]),
    "HTTP/1.0 without Host": (b"GET /healthz HTTP/1.0\r\n\r\n", [200]),
    "an empty header value": (get(headers="Host: a\r\nX-A:\r\nX-B: c\r\nConnection: close\r\n"), [200]),
    "a byte past ASCII in a value": (get(headers="Host: a\r\nX-A: \xe9\r\nConnection: close\r\n"), [200]),
    "a tab in a value": (get(headers="Host: a\r\nX-A: a\tb\r\nConnection: close\r\n"), [200]),
    "HEAD": (b"HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [200]),
    "three in one packet": (get(headers="Host: a\r\n") * 2 + get(), [200, 200, 200]),
    "an unknown path": (get("/nowhere"), [404]),
    "another method": (b"DELETE /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [405]),
    "a body where none is taken": (get(headers="Host: a\r\nContent-Length: 3\r\n") + b"abc" + get(), [422, 200]),
    "an empty object where no body is taken": (get(headers="Host: a\r\nContent-Length: 3\r\n") + b"{}\n" + get(), [200, 200]),
    "OPTIONS": (b"OPTIONS /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [204]),
    "OPTIONS of everything": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [204]),
    "GET of everything": (b"GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [400]),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_is_answered_as_the_standard_says(api, name):
    data, expected = ACCEPTED[name]
    received = exchange(api, data)
    assert statuses(received) == expected, received[:500]
    if name == "HEAD":
        assert received.endswith(b"\r\n\r\n")
    if expected == [405] or name == "OPTIONS":
        assert b"Allow: GET, HEAD, OPTIONS\r\n" in received


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_head_in_two_packets_is_one_head(api, cut):
    data = get()
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(data[:cut])
        assert exchange(api, get()).startswith(b"HTTP/1.1 200 ")  # another is served meanwhile
        connection.sendall(data[cut:])
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_head_trickled_a_byte_a_second_is_closed_in_time(api):
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as connection:
        received = b""
        connection.settimeout(1)
        for byte in get():
            try:
                connection.sendall(bytes([byte]))
                received = connection.recv(65536)
                break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
    assert time.monotonic() - started < 6
    assert received == b"" or statuses(received) == [408]


def test_a_body_that_trickles_is_closed_in_time(api):
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", api.port), timeout=30) as connection:
        connection.sendall(post("Content-Length: 1000\r\n", b"{"))
        assert statuses(connection.recv(65536)) == [408]
    assert time.monotonic() - started < 12


def test_a_client_that_waits_for_100_gets_it(api):
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as connection:
        connection.sendall(post("Expect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n"))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"null")
        assert statuses(connection.recv(65536)) == [422]


def test_a_client_that_waits_for_100_learns_of_a_refusal_instead(api):
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as connection:
        connection.sendall(post("Expect: 100-continue\r\nContent-Length: 99999999\r\n"))
        assert statuses(connection.recv(65536)) == [413]


def test_a_client_that_half_closes_is_answered(api):
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as connection:
        connection.sendall(get(headers="Host: a\r\n"))
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        assert statuses(received) == [200]


def test_ten_thousand_idle_connections_cost_little_and_others_are_served(api):
    before = resident_bytes(api)
    held = []
    try:
        for _ in range(10000):
            connection = socket.socket()
            connection.connect(("127.0.0.1", api.port))
            held.append(connection)
        started = time.monotonic()
        assert exchange(api, get()).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - started < 1
        assert resident_bytes(api) - before < 64 << 20
    finally:
        for connection in held:
            connection.close()


def test_a_client_that_reads_nothing_does_not_fill_memory(api):
    before = resident_bytes(api)
    with socket.create_connection(("127.0.0.1", api.port), timeout=2) as connection:
        data = get(headers="Host: a\r\n") * 1000
        with pytest.raises(TimeoutError):
            for _ in range(10000):
                connection.sendall(data)
        assert resident_bytes(api) - before < 8 << 20
        assert exchange(api, get()).startswith(b"HTTP/1.1 200 ")


def test_sigterm_lets_a_running_request_end_and_closes_the_idle(make_instance):
    own = make_instance().start("api")
    idle = socket.create_connection(("127.0.0.1", own.port), timeout=10)
    working = socket.create_connection(("127.0.0.1", own.port), timeout=10)
    working.sendall(post("Content-Length: 4\r\n", b"nu"))
    assert exchange(own, get()).startswith(b"HTTP/1.1 200 ")
    own.send_signal("api", 15)
    assert idle.recv(10) == b""
    working.sendall(b"ll")
    received = working.recv(65536)
    assert statuses(received) == [422] and b"Connection: close\r\n" in received
    working.close()
    idle.close()
    wait_until(lambda: not own.is_alive("api"), 15, "the API ends")
    assert own.programs["api"].process.returncode == 0


def test_many_clients_at_once_all_get_their_own_answers(api):
    wrong = []

    def ask(number):
        for turn in range(50):
            path = f"/nowhere-{number}-{turn}" if turn % 2 else "/healthz"
            found = statuses(exchange(api, get(path)))
            if found != ([404] if turn % 2 else [200]):
                wrong.append((path, found))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

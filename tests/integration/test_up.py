"""`make run` as its users meet it: an instance under a folder, its restarts, its end."""

import itertools
import os
import re
import signal
import subprocess

import pytest

from support.client import Client
from support.program import ROOT, VARIANT, clean_environment
from support.servers import free_port, remove_folder
from support.waiting import wait_until


numbers = itertools.count(1)


class Up:
    def __init__(self, folder, port, *options):
        self.folder, self.port = str(folder), port
        os.makedirs(os.path.dirname(self.folder), exist_ok=True)
        self.out = open(f"{folder}.{next(numbers)}.out", "ab+")
        environment = clean_environment({}) | {"BIN": f"{ROOT}/out/{VARIANT}"}
        self.process = subprocess.Popen([f"{ROOT}/tools/up.sh", *options, self.folder, str(port)], env=environment,
                                        stdout=self.out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)

    def text(self):
        with open(self.out.name, encoding="utf-8") as file:
            return file.read()

    def wait_ready(self):
        def ready():
            assert self.process.poll() is None, self.text()
            return f"ready http://127.0.0.1:{self.port}\n" in self.text()
        wait_until(ready, 60, "the instance is ready")
        return self

    def children(self):
        """The names and pids of what it started: {"redis-server": 12, …}."""
        found = {}
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            for pid in file.read().split():
                try:
                    with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
                        found[comm.read().strip()] = int(pid)
                except (FileNotFoundError, ProcessLookupError):
                    pass
        return found

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)
        self.out.close()


@pytest.fixture
def up(make_folder):
    started = []

    def start(folder=None, port=None, options=()):
        started.append(Up(folder or os.path.join(make_folder("up"), "d"), port or free_port(), *options))
        return started[-1]

    yield start
    for one in started:
        one.end()
        remove_folder(one.folder)


PROGRAMS = {"redis-server", "postgres", "purser-api", "purser-worker", "purser-schedul"}


def running(one):
    return {name[:14] for name in one.children()} >= PROGRAMS


def test_all_lies_under_the_folder_and_ends_on_sigterm(up):
    one = up().wait_ready()
    for path in ("env", "keys/es256.pem", "keys/secret.key", "mail", "redis/redis.sock", "postgres/data/PG_VERSION", "log/api.log"):
        assert os.path.exists(os.path.join(one.folder, path)), path
    assert os.stat(os.path.join(one.folder, "keys", "es256.pem")).st_mode & 0o077 == 0
    sourced = subprocess.run(["sh", "-c", '. "$0"/env && echo "$PURSER_URL $PURSER_REDIS_URL $PURSER_DATABASE_URL"', one.folder],
                             env=clean_environment({}), capture_output=True, text=True, check=True).stdout
    assert f"http://127.0.0.1:{one.port} unix:{one.folder}/redis/redis.sock postgresql:///purser?" in sourced
    pids = one.children().values()
    one.end()
    assert one.process.returncode == 0
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]


def test_it_ends_by_telling_where_the_page_is(up):
    one = up().wait_ready()
    wait_until(lambda: one.text().endswith(f"a page to look at: http://127.0.0.1:{one.port}/\n"), 5, "the address is told")
    page = Client(one.port).get("/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8") and b"<title>Purser</title>" in page.body


def test_it_finds_its_data_when_started_again(up):
    first = up().wait_ready()
    client = Client(first.port)
    assert client.post("/v1/registrations", {"email": "kept@example.test"}).status == 202
    first.end()
    again = up(first.folder).wait_ready()
    query = ["psql", "-X", "-At", "-h", f"{again.folder}/postgres/data", "-U", "purser", "purser", "-c",
             "SELECT email FROM registration"]
    assert subprocess.run(query, capture_output=True, text=True, check=True).stdout == "kept@example.test\n"


def test_what_dies_is_started_again(up):
    one = up().wait_ready()
    wait_until(lambda: running(one), 10, "all programs run")
    for name, pid in one.children().items():
        if name == "sleep":
            continue
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda name=name, pid=pid: one.children().get(name, pid) != pid, 15, f"{name} runs again")

    def answers():
        try:
            return Client(one.port).get("/readyz").status == 200
        except OSError:
            return False
    wait_until(answers, 30, "the instance serves again")


def test_two_instances_live_side_by_side_and_one_folder_holds_one(up):
    one, other = up().wait_ready(), up().wait_ready()
    assert Client(one.port).get("/readyz").status == Client(other.port).get("/readyz").status == 200
    other.end()
    assert Client(one.port).get("/readyz").status == 200


def test_nothing_stays_behind_when_the_script_is_killed(up):
    one = up().wait_ready()
    pids = list(one.children().values())
    one.end(signal.SIGKILL)
    wait_until(lambda: not [pid for pid in pids if os.path.exists(f"/proc/{pid}")], 20, "all of its programs are gone")


def test_a_folder_deeper_than_a_sockets_path_works_too(up, make_folder):
    deep = os.path.join(make_folder("up"), "d" * 60, "e" * 60)
    one = up(deep).wait_ready()
    assert Client(one.port).get("/readyz").status == 200


def test_a_taken_port_is_said_and_ends_it(up):
    one = up().wait_ready()
    other = up(port=one.port)
    other.process.wait(60)
    assert other.process.returncode != 0
    assert re.search("in use|already", other.text()), other.text()


def test_the_demonstration_shows_the_main_job_and_finds_its_data_again(up):
    first = up(options=["--demo"]).wait_ready()
    shown = wait_until(lambda: (found := re.search(r"(\d+) transactions: income .*", first.text())) and found, 30, "the totals are shown")
    first.end()
    again = up(first.folder, options=["--demo"]).wait_ready()
    wait_until(lambda: shown.group(0) in again.text(), 30, "the same totals are shown")
    assert "still there" in again.text()

"""The servers and instances that tests of integration, wire and chaos ask for. One PostgreSQL a run, a fresh database a module."""

import os
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from support.instance import Instance, run_purser  # noqa: E402
from support.people import register  # noqa: E402
from support.program import binary  # noqa: E402
from support.queue import Queue, TestWorker  # noqa: E402
from support.servers import PrivatePostgres, PrivateRedis, remove_folder  # noqa: E402
from support.smtp import SmtpServer  # noqa: E402

SHARED = os.path.join(os.path.dirname(binary("")), "..", "..", "..", "shared")


# A fresh machine has no locale; what the tests start (hledger, psql) is to read and write UTF-8 all the same.
os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(scope="session")
def scratch():
    """A short folder: a unix socket's path has 107 bytes."""
    folder = tempfile.mkdtemp(prefix="purser-", dir="/tmp")
    os.chmod(folder, 0o755)  # PostgreSQL's user must pass through it; what lies in it is closed by itself
    yield folder
    if os.environ.get("KEEP"):
        print(f"kept: {folder}")
    else:
        remove_folder(folder)


@pytest.fixture(scope="session")
def postgres(scratch):
    """The run's PostgreSQL."""
    server = PrivatePostgres(os.path.join(scratch, "pg")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(postgres):
    """The name of a migrated database to copy."""
    postgres.execute("CREATE DATABASE purser_template TEMPLATE template0")
    run_purser("migrate", environment={"PURSER_DATABASE_URL": postgres.url("purser_template")})
    return "purser_template"


@pytest.fixture(scope="session")
def keys(scratch):
    """A folder with the keys that the programs refuse to start without."""
    folder = os.path.join(scratch, "keys")
    run_purser("keys", folder)
    return folder


@pytest.fixture(scope="module")
def database(postgres, template):
    """The name of a fresh, migrated database."""
    name = postgres.create_database(template)
    yield name
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def make_folder(scratch):
    """make_folder("redis"): a new folder under the run's."""
    return lambda prefix: tempfile.mkdtemp(prefix=prefix + "-", dir=scratch)


@pytest.fixture(scope="module")
def redis_server(make_folder):
    """A Redis of the module's own, for tests of the queue without the programs."""
    server = PrivateRedis(make_folder("redis")).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def make_instance(make_folder, postgres, template, keys):
    """make_instance(PURSER_X=…): an instance with a database of its own, not started; stopped when the module ends."""
    made = []

    def make(database=None, **settings):
        own = None if database else postgres.create_database(template)
        made.append((Instance(make_folder("i"), postgres, database or own, keys, **settings), own))
        return made[-1][0]

    yield make
    failures = []
    for one, own in made:
        try:
            one.stop()
        except AssertionError as failure:
            failures.append(str(failure))
        if own is not None:
            postgres.drop_database(own)
    assert not failures, "\n".join(failures)


@pytest.fixture(scope="module")
def instance(make_instance):
    """All three programs, serving: what most modules need."""
    return make_instance().start()


@pytest.fixture(scope="module")
def person(instance):
    """A registered, logged-in user of `instance`."""
    return register(instance)


@pytest.fixture
def queue(redis_server):
    """The module's Redis, empty, as a queue."""
    redis_server.connect().flushall()
    return Queue(redis_server)


@pytest.fixture
def make_worker(make_folder, postgres, database, redis_server, queue):
    """make_worker(PURSER_X=…): a test worker, not started; stopped when the test ends. Starts from empty tables."""
    made = []

    def make(**settings):
        made.append(TestWorker(make_folder("w"), postgres, database, redis_server, **settings))
        if len(made) == 1:
            made[0].sql.cursor().execute("TRUNCATE test_effect, test_delivery, job")
        return made[-1]

    yield make
    for worker in made:
        worker.stop()
        worker.sql.close()


@pytest.fixture
def worker(make_worker, queue):
    """A running worker with two children. Asked for after what must be queued before it starts? Use make_worker."""
    return make_worker().start()


@pytest.fixture
def smtp():
    server = SmtpServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shared():
    """The folder of fixtures and data sets beside the repository; skips where there is none."""
    folder = os.path.normpath(SHARED)
    if not os.path.isdir(folder):
        pytest.skip("no ../shared beside this repository")
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of its instance's logs."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for value in list(getattr(item, "funcargs", {}).values()):
        if isinstance(value, Instance):
            for name in value.programs:
                report.sections.append((f"purser-{name}", value.log(name)[-3000:]))

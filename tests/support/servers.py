"""Redis and PostgreSQL of our own: in a temporary folder, on unix sockets, as durable as in production."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess

import psycopg2
import redis

from support.waiting import wait_until

SETTINGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "postgres-settings.sh")


def unprivileged_user():
    """Who runs PostgreSQL, which refuses root: (name, uid, gid) when we are root, else None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return name, entry.pw_uid, entry.pw_gid
    raise RuntimeError("no user postgres or nobody to run PostgreSQL as")


def drop_to(user):
    """For Popen: the arguments that start a program as that user."""
    return {} if user is None else {"user": user[1], "group": user[2], "extra_groups": []}


def stop_process(process, how=signal.SIGTERM, deadline=15):
    """Ends a child of ours and waits for it; SIGKILL when it does not go."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(deadline)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"{process.args[0]} did not end {deadline} s after signal {how}") from None


class PrivateRedis:
    """appendonly yes, appendfsync always, noeviction. `url` is what PURSER_REDIS_URL takes."""

    def __init__(self, folder, **options):
        self.folder = str(folder)
        self.socket = os.path.join(self.folder, "redis.sock")
        self.url = "unix:" + self.socket
        self.options = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", **options}
        self.process = None
        os.makedirs(self.folder, exist_ok=True)

    def start(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)
        arguments = ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder,
                     "--logfile", os.path.join(self.folder, "redis.log"), "--save", "", "--daemonize", "no"]
        for name, value in self.options.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        self.process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        wait_until(self.answers, 10, "redis-server answers PING")
        return self

    def connect(self, **options):
        """A redis-py client; decode_responses=True gives text in place of bytes."""
        return redis.Redis(unix_socket_path=self.socket, **options)

    def answers(self):
        assert self.process.poll() is None, f"redis-server ended with {self.process.returncode}, see {self.folder}"
        try:
            with self.connect() as client:
                return client.ping()
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False

    def kill(self):
        """SIGKILL, as a power cut would: what the AOF holds is what comes back with start()."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        stop_process(self.process)


class PrivatePostgres:
    """PostgreSQL 15 with fsync on, superuser `purser`, no password, a socket only its own folder's owner reaches."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.data = os.path.join(self.folder, "data")
        self.user = unprivileged_user()
        self.process = None
        candidates = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
        if not candidates:
            raise RuntimeError("PostgreSQL is not installed; tools/bootstrap.sh installs it")
        self.bin = candidates[-1]
        self._databases = 0

    def start(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        if self.user is not None:
            os.chown(self.folder, self.user[1], self.user[2])
        if not os.path.isdir(self.data):
            # --no-sync: the cluster is made for this run; what is committed later is synced as ever.
            made = subprocess.run([os.path.join(self.bin, "initdb"), "-D", self.data, "-U", "purser", "-A", "trust", "-E", "UTF8",
                                   "--locale=C", "--lc-ctype=C.UTF-8", "--no-sync", "--no-instructions"], cwd="/",
                                  capture_output=True, text=True, **drop_to(self.user))
            if made.returncode != 0:
                raise RuntimeError(f"initdb failed: {made.stderr}")
        settings = ["--" + line for line in subprocess.check_output([SETTINGS], text=True).split()]
        log = open(os.path.join(self.folder, "postgres.log"), "ab")
        with log:
            self.process = subprocess.Popen(
                [os.path.join(self.bin, "postgres"), "-D", self.data, "-k", self.folder, "--listen_addresses=",
                 "--log_min_messages=warning", *settings],
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **drop_to(self.user))
        wait_until(self.answers, 30, "PostgreSQL takes connections")
        return self

    def url(self, database):
        """What PURSER_DATABASE_URL takes."""
        return f"postgresql:///{database}?host={self.folder}&user=purser"

    def connect(self, database):
        """A psycopg2 connection in autocommit: what a test reads is what is committed."""
        connection = psycopg2.connect(host=self.folder, user="purser", dbname=database)
        connection.autocommit = True
        return connection

    def answers(self):
        assert self.process.poll() is None, f"postgres ended with {self.process.returncode}, see {self.folder}/postgres.log"
        try:
            self.connect("postgres").close()
            return True
        except psycopg2.OperationalError:
            return False

    def execute(self, statement, database="postgres"):
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def create_database(self, template="template0"):
        """A new database, a copy of `template`; gives its name."""
        self._databases += 1
        name = f"test_{self._databases}"
        # FILE_COPY checkpoints twice; WAL_LOG of a small template does not.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG")
        return name

    def drop_database(self, name):
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def restart(self, how=signal.SIGQUIT):
        """SIGQUIT: an immediate shutdown, the next start recovers from the WAL as after a crash."""
        stop_process(self.process, how)
        return self.start()

    def stop(self):
        stop_process(self.process, signal.SIGINT)


def free_port():
    """A TCP port of loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def remove_folder(path):
    shutil.rmtree(path, ignore_errors=True)

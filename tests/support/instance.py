"""An instance of Purser: its programs out of out/VARIANT, its own Redis, a database, keys, mail drop and clock."""

import glob
import os
import signal
import subprocess

from support.client import Client
from support.clock import Clock
from support.maildrop import MailDrop
from support.servers import PrivateRedis, free_port, stop_process
from support.waiting import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VARIANT = os.environ.get("PURSER_VARIANT", "release")
PROGRAMS = ("api", "worker", "scheduler")


def binary(name):
    """The path of `purser`, `purser-api`, … of the variant under test."""
    return os.path.join(ROOT, "out", VARIANT, name)


def run_purser(*arguments, environment=None, check=True, stdin=None, deadline=120):
    """Runs the command line and gives its CompletedProcess (texts)."""
    done = subprocess.run([binary("purser"), *arguments], env=clean_environment(environment or {}), capture_output=True,
                          text=True, input=stdin, timeout=deadline, cwd=ROOT, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"purser {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def clean_environment(settings):
    """Our environment without the settings of whoever runs the tests, with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PURSER_")}
    return kept | {name: str(value) for name, value in settings.items()}


class Instance:
    """Everything lies under `folder`; `settings` adds to or overrides the environment of all programs."""

    def __init__(self, folder, postgres, database, keys, **settings):
        self.folder = str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.postgres, self.database = postgres, database
        self.redis = PrivateRedis(os.path.join(self.folder, "redis"))
        self.clock = Clock(os.path.join(self.folder, "clock"))
        self.mail = MailDrop(os.path.join(self.folder, "mail"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes = {}
        self.settings = {
            "PURSER_LISTEN": f"127.0.0.1:{self.port}",
            "PURSER_URL": self.url,
            "PURSER_DATABASE_URL": postgres.url(database),
            "PURSER_REDIS_URL": self.redis.url,
            "PURSER_MAIL_URL": "maildir:" + self.mail.folder,
            "PURSER_KEYS": str(keys),
            "PURSER_CLOCK_FILE": self.clock.path,
            **settings,
        }

    # Programs

    def start(self, *programs, **settings):
        """Starts these programs (all when none is named) and waits until they serve. `settings` are for these only."""
        if self.redis.process is None:
            self.redis.start()
        programs = programs or PROGRAMS
        for name in programs:
            self._spawn(name, settings)
        for name in programs:
            wait_until(lambda name=name: self.is_ready(name), 20, f"purser-{name} is ready")
        return self

    def _spawn(self, name, settings):
        assert not self.is_alive(name), f"purser-{name} runs already"
        environment = clean_environment(self.settings | settings)
        environment["ASAN_OPTIONS"] = f"log_path={self.folder}/sanitizer.{name}:abort_on_error=1"
        environment["UBSAN_OPTIONS"] = f"log_path={self.folder}/sanitizer.{name}:print_stacktrace=1"
        log = open(self.log_path(name), "ab")
        log_start = log.tell()  # before the program can write a line
        with log:
            process = subprocess.Popen([binary("purser-" + name)], env=environment, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True, cwd=ROOT)
        process.log_start = log_start
        self.processes[name] = process

    def is_alive(self, name):
        process = self.processes.get(name)
        return process is not None and process.poll() is None

    def is_ready(self, name):
        """The API when /readyz says so; the others when they logged event=ready since they were started."""
        process = self.processes[name]
        assert process.poll() is None, f"purser-{name} ended with {process.returncode}:\n{self.log(name)[-2000:]}"
        if name != "api":
            with open(self.log_path(name), "rb") as file:
                file.seek(process.log_start)
                return b"event=ready" in file.read()
        client = self.client()
        try:
            return client.get("/readyz").status == 200
        except OSError:
            return False
        finally:
            client.close()

    def pid(self, name):
        return self.processes[name].pid

    def worker_children(self):
        """The pids of the dispatcher's children."""
        pid = self.pid("worker")
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                return [int(word) for word in file.read().split()]
        except FileNotFoundError:
            return []

    def send_signal(self, name, number):
        self.processes[name].send_signal(number)

    def kill(self, name, number=signal.SIGKILL):
        """Ends a program and waits for its end; nothing starts it again."""
        process = self.processes[name]
        process.send_signal(number)
        process.wait(20)

    def restart(self, name, number=signal.SIGTERM, **settings):
        """Ends a program (SIGKILL for a crash) and starts it anew."""
        self.kill(name, number)
        return self.start(name, **settings)

    def stop(self):
        """Ends what runs, in the order that hurts least. AssertionError when one does not go, or died of a sanitizer."""
        failures = []
        for name in ("api", "scheduler", "worker"):
            try:
                stop_process(self.processes.get(name))
            except AssertionError as failure:
                failures.append(str(failure))
        self.redis.stop()
        reports = glob.glob(os.path.join(self.folder, "sanitizer.*"))
        for path in reports:
            with open(path, encoding="utf-8", errors="replace") as file:
                failures.append(file.read()[:6000])
        assert not failures, "\n".join(failures)

    # What a test looks at

    def log_path(self, name):
        return os.path.join(self.folder, name + ".log")

    def log(self, name):
        """All that a program has logged so far."""
        try:
            with open(self.log_path(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def client(self, token=None, **options):
        return Client(self.port, token, **options)

    def connect(self):
        """A psycopg2 connection to its database."""
        return self.postgres.connect(self.database)

    def query(self, statement, *parameters):
        """All rows of one statement, on a connection of its own."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def purser(self, *arguments, **options):
        """The command line against this instance."""
        return run_purser(*arguments, environment=self.settings, **options)

    def wait_for_job(self, client, job_id, deadline=15):
        """The job as GET /v1/jobs/ID shows it, once it has ended."""
        def ended():
            job = client.get(f"/v1/jobs/{job_id}").json()
            job = job.get("job", job)
            assert job["state"] in ("done", "dead", "cancelled", "expired"), f"job is {job}"
            return job
        return wait_until(ended, deadline, f"job {job_id} ends")

"""An instance of Purser: its programs out of out/VARIANT, its own Redis, a database, keys, mail drop and clock."""

import os
import signal
import subprocess

from support.client import Client
from support.clock import Clock
from support.maildrop import MailDrop
from support.program import ROOT, Program, binary, clean_environment
from support.servers import PrivateRedis, free_port
from support.waiting import wait_until

PROGRAMS = ("api", "worker", "scheduler")


def run_purser(*arguments, environment=None, check=True, stdin=None, deadline=120):
    """Runs the command line and gives its CompletedProcess (texts)."""
    done = subprocess.run([binary("purser"), *arguments], env=clean_environment(environment or {}), capture_output=True,
                          text=True, input=stdin, timeout=deadline, cwd=ROOT, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"purser {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


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
        self.programs = {name: Program("purser-" + name, os.path.join(self.folder, name + ".log"), self.settings) for name in PROGRAMS}

    # Programs

    def start(self, *programs, **settings):
        """Starts these programs (all when none is named) and waits until they serve. `settings` are for these only."""
        if self.redis.process is None:
            self.redis.start()
        programs = programs or PROGRAMS
        for name in programs:
            self.programs[name].start(wait=False, **settings)
        for name in programs:
            wait_until(lambda name=name: self.is_ready(name), 20, f"purser-{name} is ready")
        return self

    def is_alive(self, name):
        return self.programs[name].is_alive()

    def is_ready(self, name):
        """The API when /readyz says so; the others when they logged event=ready since they were started."""
        program = self.programs[name]
        if name != "api" or not program.is_alive():
            return program.is_ready()
        client = self.client()
        try:
            return client.get("/readyz").status == 200
        except OSError:
            return False
        finally:
            client.close()

    def pid(self, name):
        return self.programs[name].process.pid

    def worker_children(self):
        """The pids of the dispatcher's children."""
        return self.programs["worker"].children()

    def send_signal(self, name, number):
        self.programs[name].signal(number)

    def kill(self, name, number=signal.SIGKILL):
        """Ends a program and waits for its end; nothing starts it again."""
        self.programs[name].kill(number)

    def restart(self, name, number=signal.SIGTERM, **settings):
        """Ends a program (SIGKILL for a crash) and starts it anew."""
        self.kill(name, number)
        return self.start(name, **settings)

    def stop(self):
        """Ends what runs, in the order that hurts least. AssertionError when one does not go, or died of a sanitizer."""
        failures = []
        for name in ("api", "scheduler", "worker"):
            try:
                self.programs[name].stop()
            except AssertionError as failure:
                failures.append(str(failure))
        self.redis.stop()
        assert not failures, "\n".join(failures)

    # What a test looks at

    def log_path(self, name):
        return self.programs[name].log_path

    def log(self, name):
        """All that a program has logged so far."""
        return self.programs[name].log()

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

"""One program of Purser's out of out/VARIANT: its environment, its log, its end."""

import glob
import os
import subprocess
from signal import SIGCONT, SIGKILL

from support.servers import stop_process
from support.waiting import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VARIANT = os.environ.get("PURSER_VARIANT", "release")


def binary(name):
    """The path of `purser`, `purser-api`, … of the variant under test."""
    return os.path.join(ROOT, "out", VARIANT, name)


def clean_environment(settings):
    """Our environment without the settings of whoever runs the tests, with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PURSER_")}
    return kept | {name: str(value) for name, value in settings.items()}


class Program:
    """`settings` are its environment; start() may add to them for one run."""

    def __init__(self, name, log_path, settings):
        self.binary, self.log_path, self.settings = binary(name), str(log_path), settings
        self.process, self._log_start = None, 0

    def start(self, wait=True, **settings):
        assert not self.is_alive(), f"{self.binary} runs already"
        sanitizers = {"ASAN_OPTIONS": f"log_path={self.log_path}.sanitizer:abort_on_error=1",
                      "UBSAN_OPTIONS": f"log_path={self.log_path}.sanitizer:print_stacktrace=1"}
        with open(self.log_path, "ab") as log:
            self._log_start = log.tell()  # before the program can write a line
            self.process = subprocess.Popen([self.binary], env=clean_environment(sanitizers | self.settings | settings),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=ROOT)
        if wait:
            wait_until(self.is_ready, 20, f"{os.path.basename(self.binary)} is ready")
        return self

    def is_ready(self):
        """Whether it has logged so since it was started."""
        assert self.is_alive(), f"{self.binary} ended with {self.process.returncode}:\n{self.log()[-2000:]}"
        return "event=ready" in self.log(self._log_start)

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self, number=SIGKILL):
        """Ends it and waits for its end; nothing starts it again."""
        self.process.send_signal(number)
        self.process.wait(20)

    def stop(self, deadline=15):
        """Ends it cleanly. AssertionError when it does not go, or when a sanitizer had something to say of it or its children."""
        if self.is_alive():
            self.process.send_signal(SIGCONT)
        stop_process(self.process, deadline=deadline)
        for path in glob.glob(self.log_path + ".sanitizer.*"):
            with open(path, encoding="utf-8", errors="replace") as file:
                raise AssertionError(file.read()[:6000])

    def log(self, start=0):
        """All that it has logged so far, from a byte on."""
        try:
            with open(self.log_path, "rb") as file:
                file.seek(start)
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def children(self):
        """The pids of its child processes."""
        pid = self.process.pid
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                return [int(word) for word in file.read().split()]
        except FileNotFoundError:
            return []

"""purser-scheduler on its own, for tests of the queue without an API."""

import os
import subprocess

from support.instance import ROOT, VARIANT, clean_environment
from support.servers import stop_process
from support.waiting import wait_until


class Scheduler:
    def __init__(self, folder, settings):
        self.settings, self.log_path, self.process = settings, os.path.join(str(folder), "scheduler.log"), None

    def start(self, wait=True, **settings):
        with open(self.log_path, "ab") as log:
            start = log.tell()
            self.process = subprocess.Popen([os.path.join(ROOT, "out", VARIANT, "purser-scheduler")], cwd=ROOT, stdin=subprocess.DEVNULL,
                                            env=clean_environment(self.settings | settings), stdout=log, stderr=log, start_new_session=True)
        if wait:
            wait_until(lambda: "event=ready" in self.log(start), 20, "the scheduler is ready")
        return self

    def log(self, start=0):
        with open(self.log_path, encoding="utf-8") as file:
            file.seek(start)
            return file.read()

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        if self.process is not None:
            stop_process(self.process)

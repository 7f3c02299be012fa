"""purser-scheduler on its own, for tests of the queue without an API."""

import os

from support.program import Program


class Scheduler(Program):
    def __init__(self, folder, settings):
        super().__init__("purser-scheduler", os.path.join(str(folder), "scheduler.log"), settings)

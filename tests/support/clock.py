"""A time of day that a test sets: the file that PURSER_CLOCK_FILE names (base/clock.h)."""

import datetime
import os
import struct
import time


class Clock:
    """Every program that maps the file sees a new time at once. Intervals and timeouts are not moved."""

    def __init__(self, path):
        self.path = str(path)
        self._offset_ms = 0
        with open(self.path, "wb") as file:
            file.write(struct.pack("=q", 0))

    @property
    def offset_ms(self):
        return self._offset_ms

    @offset_ms.setter
    def offset_ms(self, value):
        self._offset_ms = int(value)
        # In place and in one write: the file is mapped, it must not be replaced or seen half written.
        fd = os.open(self.path, os.O_WRONLY)
        try:
            os.pwrite(fd, struct.pack("=q", self._offset_ms), 0)
        finally:
            os.close(fd)

    def now_ms(self):
        """The time of day as the programs see it."""
        return time.time_ns() // 1_000_000 + self._offset_ms

    def now(self):
        return datetime.datetime.fromtimestamp(self.now_ms() / 1000, datetime.timezone.utc)

    def advance(self, **duration):
        """advance(days=1, hours=2): as datetime.timedelta takes it."""
        self.offset_ms += datetime.timedelta(**duration) // datetime.timedelta(milliseconds=1)

    def set(self, moment):
        """Goes to an aware datetime, or to an ISO text of one ("2026-03-01T00:00:00Z")."""
        if isinstance(moment, str):
            moment = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
        self.offset_ms = int(moment.timestamp() * 1000) - time.time_ns() // 1_000_000

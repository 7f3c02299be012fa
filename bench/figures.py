"""What a bench found, line by line as it finds it; with JSON=1 in the environment one JSON object at the end instead."""

import json
import os
import re

AS_JSON = bool(os.environ.get("JSON"))


class Figures:
    def __init__(self):
        self._found = {}

    def add(self, name, value, unit, digits=2):
        """One figure. Its name in the object is `name` with all but letters and digits made "_", as bench/queue/report.c does."""
        key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        assert key not in self._found, f"two figures are named {key}"
        self._found[key] = round(value, 4)
        self.say(f"{name:<66} {value:>14,.{digits}f} {unit}")

    @staticmethod
    def say(text):
        """A remark that is no figure."""
        if not AS_JSON:
            print(text, flush=True)

    def end(self):
        if AS_JSON:
            print(json.dumps(self._found))


def percentile(values, share):
    """percentile(values, .5) is the median."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]

"""Wait on a condition with a deadline: no test sleeps for a time that is hoped to be enough."""

import time


def wait_until(condition, deadline=10.0, what="", every=0.005):
    """Calls condition() until it gives something true, which is returned; AssertionError after `deadline` seconds.

    A condition may raise AssertionError to say what it still misses: the last one is the failure's text.
    """
    end = time.monotonic() + deadline
    missing = None
    while True:
        try:
            value = condition()
            if value:
                return value
        except AssertionError as failure:
            missing = failure
        if time.monotonic() >= end:
            described = what or getattr(condition, "__name__", "the condition")
            raise AssertionError(f"{described}: not within {deadline:g} s") from missing
        time.sleep(every)
        every = min(every * 1.3, 0.1)

"""SIGKILL to everything while people post: whatever was answered 202 is stored exactly once, to the cent.

`purser sim` is the oracle: it knows what was accepted, sends again under the same Idempotency-Key what had no answer, and
compares in the end. ROUNDS kills of each kind (1 in `make test`, 20 in `make chaos`), each while transactions are on
their way; SEED repeats the choices of a run.
"""

import os
import random
import signal
import subprocess

import pytest

from support.program import ROOT, binary, clean_environment
from support.waiting import wait_until

ROUNDS = int(os.environ.get("ROUNDS", "1"))
SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))


@pytest.fixture(scope="module")
def instance(make_instance):
    return make_instance().start()


class Crowd:
    """Simulations, one after the other, for as long as the kills take."""

    def __init__(self, instance):
        self.instance = instance
        self.process, self.finished = None, 0

    def start(self):
        self.process = subprocess.Popen([binary("purser"), "sim", "-u", "4", "-t", "4", "-x", "250"], cwd=ROOT,
                                        env=clean_environment(self.instance.settings), stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)

    def stored(self):
        return self.instance.query("SELECT count(*) FROM transaction")[0][0]

    def keep_posting(self):
        """Returns when new transactions were stored since the call: there is work to disturb."""
        while True:
            if self.process is None or self.process.poll() is not None:
                self.finish()
                self.start()
            before = self.stored()
            wait_until(lambda: self.stored() > before or self.process.poll() is not None, 90, "transactions are being stored")
            if self.stored() > before:
                return

    def finish(self):
        """The books of the simulation that runs must agree."""
        if self.process is None:
            return
        out, _ = self.process.communicate(timeout=240)
        assert self.process.returncode == 0, f"SEED={SEED}\n{out}"
        assert "The books agree." in out
        self.process, self.finished = None, self.finished + 1


@pytest.fixture
def crowd(instance):
    crowd = Crowd(instance)
    yield crowd
    if crowd.process is not None:
        crowd.process.kill()
        crowd.process.wait()


def kill_child(instance, chance):
    children = wait_until(instance.worker_children, 10, "the worker has children")
    try:
        os.kill(chance.choice(children), signal.SIGKILL)
    except ProcessLookupError:
        pass  # it was being replaced: the next round finds another


def kill_dispatcher(instance, chance):
    instance.restart("worker", signal.SIGKILL)


def kill_api(instance, chance):
    instance.restart("api", signal.SIGKILL)


def kill_scheduler(instance, chance):
    instance.restart("scheduler", signal.SIGKILL)


def kill_redis(instance, chance):
    instance.redis.kill()
    instance.redis.start()


def flush_redis(instance, chance):
    instance.redis.connect().flushall()


def crash_postgres(instance, chance):
    instance.postgres.restart(signal.SIGQUIT)


@pytest.mark.parametrize("disturb", [kill_child, kill_dispatcher, kill_api, kill_scheduler, kill_redis, flush_redis, crash_postgres],
                         ids=lambda function: function.__name__)
def test_every_accepted_transaction_is_stored_once(instance, crowd, disturb):
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        crowd.keep_posting()
        disturb(instance, chance)
    crowd.finish()
    assert crowd.finished > 0
    # Nobody's doubts but the simulation's own: each user's own numbering is without gaps and without doubles.
    doubled = instance.query("SELECT user_id, description FROM transaction GROUP BY 1, 2 HAVING count(*) > 1")
    assert not doubled
    open_jobs = wait_until(lambda: instance.query("SELECT count(*) FROM job WHERE state = 'accepted'") == [(0,)], 30,
                           "no job is left over")
    assert open_jobs
    assert instance.query("SELECT count(*) FROM job WHERE state = 'dead'") == [(0,)]

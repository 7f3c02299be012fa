"""The queue's functions under random interleavings of put, claim, crash, delay, lost reply and a clock of its own. After each
step every job has exactly one home. A failure names its seed: SEED=N runs it again; SEEDS=N runs more of them."""

import os
import random

import pytest

from support.queue import envelope, library, new_id

SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else range(int(os.environ.get("SEEDS", "8")))
STEPS = 250
LEASE_MS = 6000


class Node:
    def __init__(self, name):
        self.name, self.seq, self.holds = name, 0, {}  # id -> what it will say of it
        self.sent = None  # acknowledgements whose reply was lost


class Simulation:
    def __init__(self, queue, seed):
        self.queue, self.choose, self.now = queue, random.Random(seed), 1_800_000_000_000
        self.nodes, self.names = [], 0
        self.put, self.done, self.gone = {}, set(), set()  # what was put; what took effect; what was cancelled or dropped
        self.told = set()  # cancelled while it ran

    def call(self, name, *arguments):
        return self.queue.call(name, *arguments)

    def step(self):
        steps = [self.do_put] * 4 + [self.do_swap] * 8 + [self.do_new_node, self.do_crash_of_child, self.do_crash_of_node, self.do_tick,
                                                          self.do_tick, self.do_reap, self.do_cancel, self.do_retry_dead, self.do_pause]
        chosen = self.choose.choice(steps)
        chosen()
        return chosen.__name__

    def do_put(self):
        envelopes = []
        for _ in range(self.choose.randrange(1, 12)):
            job_id = self.choose.choice(list(self.put)) if self.put and self.choose.random() < 0.1 else new_id()
            if job_id in self.done or job_id in self.gone or job_id in self.told:
                continue
            fields = self.put.setdefault(job_id, {
                "lane": self.choose.choice(["", "", "a", "b", "c"]),
                "unique": self.choose.choice(["", "", "", "u1", "u2"]),
                "limit": self.choose.choice(["", "", "", "two/x", "two/y", "rate"]),
                "run_at": self.choose.choice([0, 0, 0, self.now + self.choose.randrange(20000)])})
            envelopes.append((job_id, envelope(job_id, self.choose.choice(["t1", "t2"]), "work", **fields)))
        if envelopes:
            status, _ = self.call("put", self.now, 0, *(e for _, e in envelopes))
            for (job_id, _), result in zip(envelopes, status.decode()):
                if result == "d" and self.home_count(job_id) == 0:
                    self.put.pop(job_id, None)

    def do_new_node(self):
        self.names += 1
        self.nodes.append(Node(f"n:{self.names}:x"))

    def acks(self, node):
        """Some of what the node holds ends now, each job in its own way."""
        done, full = [], []
        for job_id in [i for i in node.holds if self.choose.random() < 0.6]:
            node.holds.pop(job_id)
            kind = self.choose.choice("DDDDRRSXCE")
            plain = self.put[job_id]["unique"] == "" and self.put[job_id]["limit"] == ""
            if kind == "D":
                self.done.add(job_id)  # its effects are committed
                if plain and self.choose.random() < 0.5:
                    done.append(job_id)
                    continue
            if kind in "CE":
                self.gone.add(job_id)
            later = self.now + self.choose.randrange(0, 9000)
            full += [kind, job_id, later if kind in "RS" else "record", "why"]
        return done, full

    def do_swap(self):
        if not self.nodes:
            return
        node = self.choose.choice(self.nodes)
        if node.sent is not None:  # the reply was lost: what took effect is found out by the number
            flat = self.call("holding", node.name)
            took_effect = flat[0].decode() == str(node.seq)
            known = {flat[i].decode() for i in range(1, len(flat), 2)}
            done, full = ([], []) if took_effect else node.sent
            told = set(done) | set(full[1::4])
            node.holds = {i: None for i in known - told}
            node.sent = None
        else:
            done, full = self.acks(node)
        node.seq += 1
        reply = self.call("swap", node.name, node.seq, self.now, self.now, LEASE_MS, len(done), *done, len(full) // 4, *full,
                          1, "work", self.choose.randrange(1, 9), 2, "1", "1")
        if self.choose.random() < 0.15:
            node.sent = (done, full)
            return
        at = 3
        while at < len(reply):
            for _ in range(reply[at + 1]):
                node.holds[reply[at + 2].decode()] = None
                at += 2
            at += 2

    def do_crash_of_child(self):
        for node in self.nodes:
            if node.holds and node.sent is None:
                ids = self.choose.sample(list(node.holds), min(3, len(node.holds)))
                self.call("requeue", node.name, self.now, self.choose.choice(["crash", "alone", "back"]), "signal 9", *ids)
                for job_id in ids:
                    node.holds.pop(job_id)
                return

    def do_crash_of_node(self):
        if self.nodes:
            self.nodes.remove(self.choose.choice(self.nodes))

    def do_tick(self):
        self.now += self.choose.choice([1, 50, 1000, 4000])

    def do_reap(self):
        self.call("reap", self.now, self.now)

    def do_cancel(self):
        if self.put:
            job_id = self.choose.choice(list(self.put))
            result = self.call("cancel", job_id)
            if result == b"cancelled":
                self.gone.add(job_id)
            elif result == b"running":  # ends by its node's word, or when it would go back
                self.told.add(job_id)

    def do_retry_dead(self):
        for job_id in list(self.queue.dead())[:2]:
            self.call("dead_retry", self.now, job_id)

    def do_pause(self):
        self.queue.control("pause:task:t1", self.choose.choice(["", "", "1"]))

    # What must hold

    def read(self):
        redis, homes = self.queue.redis, {}
        for key in redis.scan_iter("{purser}:*"):
            name = key.decode()[len("{purser}:"):]
            if name.startswith(("q:", "held:")):
                ids = redis.lrange(key, 0, -1)
            elif name.startswith("in:"):
                ids = [i for i in redis.hkeys(key) if i != b"#"]
            elif name in ("sched", "dead"):
                ids = [i for i in redis.zrange(key, 0, -1) if not i.startswith(b"@")]
            else:
                continue
            for job_id in ids:
                homes.setdefault(job_id.decode(), []).append(name)
        return homes

    def home_count(self, job_id):
        return len(self.read().get(job_id, []))

    def check(self):
        redis, homes = self.queue.redis, self.read()
        jobs = {i.decode() for i in redis.hkeys("{purser}:job")}
        for job_id in jobs:
            assert len(homes.get(job_id, [])) == 1, (job_id, homes.get(job_id))
        ended = {i.decode() for i, end in redis.hgetall("{purser}:unrecorded").items() if end == b"cancelled cancelled while it ran"}
        assert ended <= self.told, "a job was cancelled that nobody cancelled"
        for job_id in self.put:
            assert job_id in jobs or job_id in self.done or job_id in self.gone or job_id in ended, f"{job_id} is lost"
        for key, holder in redis.hgetall("{purser}:uniq").items():
            assert holder.decode() in jobs, f"the unique key {key} leaked"
        for key in redis.scan_iter("{purser}:hold:*"):
            for job_id in redis.hkeys(key):
                place = homes.get(job_id.decode(), [""])
                assert place[0].startswith("in:") or job_id.decode() in self.done, f"{key} is held by a job in {place}"
        lanes = {lane for lane in "abc" if redis.llen(f"{{purser}}:q:work:{lane}")}
        assert sorted(i.decode() for i in redis.lrange("{purser}:ring:work", 0, -1)) == sorted(lanes)
        assert int(redis.hget("{purser}:depth", "work") or 0) == sum(redis.llen(f"{{purser}}:q:work:{lane}") for lane in "abc")


def simulate(queue, seed):
    simulation = Simulation(queue, seed)
    queue.control("rule:two", "2 0 0 0")
    queue.control("rule:rate", "0 2 1000 3")
    trail = []
    for _ in range(STEPS):
        try:
            trail.append(simulation.step())
            simulation.check()
        except AssertionError as failure:
            raise AssertionError(f"SEED={seed} after {len(trail)} steps, the last {trail[-4:]}: {failure}") from failure
    # Left alone, everything comes to its end.
    queue.control("pause:task:t1")
    last = Node("n:last:x")
    simulation.nodes = []
    for _ in range(400):
        simulation.now += 7000
        simulation.call("reap", simulation.now, simulation.now)
        simulation.call("dead_retry", simulation.now, *(list(queue.dead()) or ["-"]))
        last.seq += 1
        reply = simulation.call("swap", last.name, last.seq, simulation.now, simulation.now, LEASE_MS, 0, len(last.holds),
                                *(word for job_id in last.holds for word in ("D", job_id, "", "")), 1, "work", 50, 1, "1")
        simulation.done |= set(last.holds)
        last.holds = {reply[i].decode(): None for i in range(5, len(reply), 2)}
        if not last.holds and queue.is_empty():
            break
    simulation.check()
    assert queue.is_empty(), f"SEED={seed}: left behind: {simulation.read()}"
    assert queue.redis.hlen("{purser}:uniq") == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_every_job_has_exactly_one_home_after_every_step(queue, seed):
    simulate(queue, seed)


@pytest.mark.parametrize("right, wrong", [
    ("    push(K, job.queue, job.lane, {id}, true)\nend", "end"),  # what a crash gives back goes nowhere
    ("    if length == #ids then\n        call(command, K.ring .. queue, lane)\n    end\n", ""),  # a lane is not in its ring
    ("call('ZREM', K.sched, unpack(due))", "")])  # what is due stays in the schedule
def test_a_library_with_a_mistake_is_found_out_and_the_seed_is_named(queue, right, wrong):
    ours = library()
    assert ours.count(right) == 1
    queue.redis.execute_command("FUNCTION", "LOAD", "REPLACE", ours.replace(right, wrong))
    try:
        with pytest.raises(AssertionError, match=r"SEED=0 after \d+ steps"):
            simulate(queue, 0)
    finally:
        queue.redis.execute_command("FUNCTION", "LOAD", "REPLACE", ours)

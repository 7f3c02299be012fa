"""The queue from the outside, written by docs/queue.md alone: envelopes, puts, states. And a worker with test tasks."""

import glob
import hashlib
import json
import os
import time
import uuid

from support.program import ROOT, Program

KEY = "{purser}:job"


def new_id():
    """A version 7 UUID."""
    value = (int(time.time() * 1000) << 80) | (0x7 << 76) | (uuid.uuid4().int & ((1 << 76) - 1))
    return str(uuid.UUID(int=value & ~(0x3 << 62) | (0x2 << 62)))


def envelope(job_id, task, queue, args=None, lane="", unique="", limit="", traceparent="", attempt=0, run_at=0, deadline=0):
    texts = [text.encode() for text in (task, queue, lane, unique, limit, traceparent)]
    sizes = [len(text) for text in texts]
    head = (f"PJ10{attempt:04d}00{int(time.time() * 1000):013d}{run_at:013d}{deadline:013d}{job_id}"
            f"{sizes[0]:02d}{sizes[1]:02d}{sizes[2]:02d}{sizes[3]:03d}{sizes[4]:03d}{sizes[5]:02d}\n")
    return head.encode() + b"".join(texts) + json.dumps(args or {}, separators=(",", ":")).encode()


def library():
    """The Function library as the programs load it."""
    text = "".join(open(path, encoding="utf-8").read() for path in sorted(glob.glob(os.path.join(ROOT, "queue/functions/*.lua"))))
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    head, rest = text.split("\n", 1)
    return f"{head}\nlocal LIBRARY_DIGEST = '{digest}'\n{rest}"


class Queue:
    def __init__(self, redis_server):
        self.redis = redis_server.connect()
        if not self.redis.execute_command("FUNCTION", "LIST", "LIBRARYNAME", "purser"):
            self.redis.execute_command("FUNCTION", "LOAD", library())
        self.control("crash_pause_ms", "50")

    def call(self, name, *arguments):
        return self.redis.execute_command("FCALL", "purser_" + name, 1, KEY, *arguments)

    def put_envelopes(self, *envelopes, bounded=False):
        status, holders = self.call("put", int(time.time() * 1000), int(bounded), *envelopes)
        return status.decode(), [holder.decode() for holder in holders]

    def put(self, task="effect", queue="work", args=None, **fields):
        """Puts one job that must be taken; its id."""
        job_id = fields.pop("job_id", None) or new_id()
        status, _ = self.put_envelopes(envelope(job_id, task, queue, args, **fields))
        assert status == "+", status
        return job_id

    def put_many(self, count, task="effect", queue="work", args=None, **fields):
        ids = [new_id() for _ in range(count)]
        for at in range(0, count, 1000):
            part = ids[at:at + 1000]
            status, _ = self.put_envelopes(*(envelope(i, task, queue, args, **fields) for i in part))
            assert status == "+" * len(part)
        return ids

    def state(self, job_id):
        """"" once Redis does not know it: it ended, or was never put."""
        return self.call("states", job_id)[0].decode()

    def explain(self, job_id):
        flat = [item.decode() for item in self.call("explain", int(time.time() * 1000), job_id)]
        return dict(zip(flat[::2], flat[1::2]))

    def is_empty(self):
        return self.redis.hlen(KEY) == 0

    def dead(self):
        found, offset = {}, 0
        while offset >= 0:
            offset, *flat = self.call("dead", offset, 20000)
            found |= {flat[i].decode(): flat[i + 2].decode() for i in range(0, len(flat), 4)}
        return found

    def control(self, field, value=""):
        while self.call("control", field, value) > 0:
            pass

    def nodes(self):
        flat = self.call("nodes", 0)
        return [flat[i].decode() for i in range(0, len(flat), 4)]


class TestWorker(Program):
    """out/VARIANT/test-worker on a database and a Redis. What it runs shows in tables test_effect and test_delivery."""

    __test__ = False
    TABLES = """CREATE TABLE IF NOT EXISTS test_effect (n bigserial, job_id uuid, task text, at_ms bigint, pid bigint);
                CREATE TABLE IF NOT EXISTS test_delivery (job_id uuid PRIMARY KEY, count bigint)"""

    def __init__(self, folder, postgres, database, redis_server, **settings):
        super().__init__("test-worker", os.path.join(str(folder), f"worker-{uuid.uuid4().hex[:8]}.log"),
                         {"PURSER_DATABASE_URL": postgres.url(database), "PURSER_REDIS_URL": redis_server.url, **settings})
        self.folder, self.postgres, self.database = str(folder), postgres, database
        self.sql = postgres.connect(database)
        with self.sql.cursor() as cursor:
            cursor.execute(self.TABLES)

    def stop(self, deadline=40):
        super().stop(deadline)

    def rows(self, statement, *arguments):
        with self.sql.cursor() as cursor:
            cursor.execute(statement, arguments)
            return cursor.fetchall()

    def effects(self):
        """How often each job took effect."""
        return dict(self.rows("SELECT job_id::text, count(*) FROM test_effect GROUP BY 1"))

    def order(self):
        return [row[0] for row in self.rows("SELECT job_id::text FROM test_effect ORDER BY n")]

    def row(self, job_id):
        rows = self.rows("SELECT state, attempt, error, result FROM job WHERE id = %s", job_id)
        return rows[0] if rows else None

"""docs/queue.md is enough to put a job from another language: its own examples are run as they stand."""

import re
import subprocess

from support.program import ROOT
from support.waiting import wait_until


def example(language):
    with open(f"{ROOT}/docs/queue.md", encoding="utf-8") as file:
        return re.search(rf"```{language}\n(.*?)```", file.read(), re.S).group(1)


def test_a_job_put_from_python_by_the_page_alone_runs(make_worker, queue):
    worker = make_worker().start()
    scope = {}
    exec(compile(example("python"), "docs/queue.md", "exec"), scope)
    job_id = scope["put"](queue.redis, "effect", "work", {"do": "effect"})
    wait_until(lambda: worker.effects() == {job_id: 1}, 10)


def test_a_job_put_from_node_by_the_page_alone_runs(make_worker, queue, redis_server):
    worker = make_worker().start()
    program = example("javascript") + (
        "put(process.argv[1], 'effect', 'work', {do: 'effect'}, (error, id) => { if (error) throw new Error(error); console.log(id); });")
    done = subprocess.run(["node", "-e", program, redis_server.socket], capture_output=True, text=True, timeout=20, check=True)
    wait_until(lambda: worker.effects() == {done.stdout.strip(): 1}, 10)


def test_every_function_stands_in_the_page():
    with open(f"{ROOT}/docs/queue.md", encoding="utf-8") as file:
        page = file.read()
    with open(f"{ROOT}/queue/functions/90_register.lua", encoding="utf-8") as file:
        names = re.findall(r"entry\('(purser_[a-z_]+)'", file.read())
    assert len(names) > 15
    missing = [name for name in names if name not in page and name.replace("purser_dead", "") not in page]
    assert missing == []


def test_every_key_stands_in_the_page(make_worker, queue):
    with open(f"{ROOT}/docs/queue.md", encoding="utf-8") as file:
        page = file.read()
    worker = make_worker()
    queue.put_many(3, lane="a", unique="")
    queue.put(unique="k", args={"do": "dead"})
    worker.start()
    wait_until(lambda: queue.redis.llen("{purser}:q:work:a") == 0, 10)
    for key in queue.redis.scan_iter("*"):
        shape = re.sub(r"(:q|:in|:ring|:cancel|:hold|:held):.*", r"\1:", key.decode())
        assert shape in page, shape

"""docs/tasks.md is enough to write a task, to try it out and to put it into a worker: its own files are compiled and run."""

import os
import re
import subprocess

import pytest

from support.program import ROOT, VARIANT
from support.waiting import wait_until


def make(target, files, to):
    done = subprocess.run(["make", "--no-print-directory", f"VARIANT={VARIANT}", target, "TASKS=" + " ".join(files), f"TO={to}"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def files(make_folder):
    """The page's C files, by name."""
    folder = make_folder("own")
    with open(f"{ROOT}/docs/tasks.md", encoding="utf-8") as page:
        blocks = re.findall(r"```c\n(/\* (\w+\.c):.*?)```", page.read(), re.S)
    for text, name in blocks:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return {name: os.path.join(folder, name) for _, name in blocks}


def test_the_task_of_the_page_passes_the_test_of_the_page(files, make_worker):
    program = files["greet_test.c"][:-2]
    make("own-test", [files["greet.c"], files["registry.c"], files["greet_test.c"]], program)
    worker = make_worker()
    worker.sql.cursor().execute("DROP TABLE IF EXISTS greeting; CREATE TABLE greeting (job_id uuid PRIMARY KEY, name text)")
    done = subprocess.run([program, worker.settings["PURSER_DATABASE_URL"]], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert worker.rows("SELECT name FROM greeting ORDER BY name") == [("Ada",), ("Bob",)]
    assert "greet: 2 jobs in " in done.stderr and "report: 1 jobs in " in done.stderr


def test_the_worker_of_the_page_runs_jobs_that_any_program_put(files, make_worker, queue):
    worker = make_worker()
    worker.binary = os.path.join(os.path.dirname(files["greet.c"]), "worker")
    make("own-worker", [files["greet.c"], files["registry.c"]], worker.binary)
    worker.sql.cursor().execute("DROP TABLE IF EXISTS greeting; CREATE TABLE greeting (job_id uuid PRIMARY KEY, name text)")
    ids = [queue.put("greet", "greetings", {"name": name}) for name in ("Ada", "Bob")]
    bad = queue.put("greet", "greetings", {"nome": "Eve"})
    worker.start()
    wait_until(lambda: bad in queue.dead(), 10)
    wait_until(lambda: worker.rows("SELECT job_id::text, name FROM greeting ORDER BY name") == list(zip(ids, ("Ada", "Bob"))), 10)
    assert worker.row(ids[0])[0] == "done" and worker.row(ids[0])[3] == {"greeted": "Ada"}
    assert "greet: " in worker.log()

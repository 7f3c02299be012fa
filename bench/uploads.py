"""Bank files and their uploads, for the benches that time them."""

import io
import random
import time


def make_file(rows, year, seed):
    """A year of a busy account, by date, as banks send it."""
    chance, out = random.Random(seed), io.StringIO()
    out.write("Date,Description,Amount\n")
    for n in range(rows):
        day = n * 336 // rows
        out.write(f"{year}-{day // 28 + 1:02}-{day % 28 + 1:02},CARD PURCHASE SHOP {chance.randrange(5000)} CITY "
                  f"{chance.randrange(300)},-{chance.randrange(300)}.{chance.randrange(100):02}\n")
    return out.getvalue().encode()


def settle(instance):
    """Waits until nothing is left to do: the jobs that follow an upload are no part of the next one's time."""
    while instance.query("SELECT count(*) FROM job WHERE state = 'accepted'")[0][0] > 0:
        time.sleep(0.1)


def upload(person, account, body):
    """Seconds from POST until the upload is done, and its fates. On a new connection: one that was kept is closed after a minute."""
    person.client.close()
    start = time.monotonic()
    answer = person.client.post(f"/v1/uploads?account_id={account['id']}", body)
    assert answer.status == 202, answer
    path = "/v1/uploads/" + answer.json()["upload"]["id"]
    while True:
        state = person.client.get(path).json()
        if state["state"] in ("done", "failed"):
            assert state["state"] == "done", state
            return time.monotonic() - start, state["fates"]
        time.sleep(0.02)

"""The table of jobs is partitioned by day: what happens while a day's partition is in the making."""

import datetime
import threading
import uuid

from support.waiting import wait_until


def day_bounds(moment):
    """The arguments of job_make_partition for the day of `moment`: name, lowest id, first id behind it."""
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    ids = [uuid.UUID(int=int(day.timestamp() * 1000) << 80) for day in (start, start + datetime.timedelta(days=1))]
    return start.strftime("%Y%m%d"), str(ids[0]), str(ids[1])


def test_work_that_meets_a_partition_in_the_making_is_accepted_when_it_is_made(make_instance):
    instance = make_instance().start("api")
    instance.clock.advance(days=20)
    maker = instance.connect()
    maker.autocommit = False
    cursor = maker.cursor()
    cursor.execute("SELECT job_make_partition(%s, %s, %s)", day_bounds(instance.clock.now()))
    answers = []
    client = instance.client()
    thread = threading.Thread(target=lambda: answers.append(client.post("/v1/registrations", {"email": "a@example.test"})))
    thread.start()
    wait_until(lambda: instance.query("SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0] > 0, what="the insert waits")
    maker.commit()
    maker.close()
    thread.join(10)
    assert answers[0].status == 202, answers[0]
    rows = instance.query("SELECT tableoid::regclass::text FROM job")
    assert rows == [(f"job_{instance.clock.now():%Y%m%d}",)]


def test_rows_of_a_day_without_a_partition_move_into_it(make_instance):
    instance = make_instance().start("api")
    instance.clock.advance(days=30)
    assert instance.client().post("/v1/registrations", {"email": "a@example.test"}).status == 202
    assert instance.query("SELECT tableoid::regclass::text FROM job") == [("job_default",)]
    instance.query("SELECT job_make_partition(%s, %s, %s)", *day_bounds(instance.clock.now()))
    assert instance.query("SELECT tableoid::regclass::text FROM job") == [(f"job_{instance.clock.now():%Y%m%d}",)]

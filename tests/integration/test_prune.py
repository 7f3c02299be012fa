"""What has outlived its use goes, and nothing else."""

import psycopg2
import pytest
from support.people import register
from support.waiting import wait_until


@pytest.fixture
def connection(instance):
    connection = psycopg2.connect(instance.postgres.url(instance.database))
    connection.autocommit = True
    yield connection
    connection.close()


def test_an_upload_whose_body_never_ended_goes_after_a_day(instance, connection):
    person = register(instance)
    account = person.main_account()["id"]
    done = person.client.post(f"/v1/uploads?account_id={account}", b"Date,Description,Amount\n2026-01-01,SHOP,-1.00\n")
    assert done.status == 202
    with connection.cursor() as cursor:
        cursor.execute("""WITH broken AS (
            INSERT INTO upload (id, user_id, account_id, state, format, created_at)
            SELECT gen_random_uuid(), user_id, account_id, 'receiving', 'csv', created_at FROM upload RETURNING id)
            INSERT INTO upload_chunk SELECT id, 0, 'x' FROM broken""")
        wait_until(lambda: person.client.get("/v1/uploads/" + done.json()["upload"]["id"]).json()["state"] == "done", 20)
        instance.clock.advance(days=2)

        def count():
            cursor.execute("SELECT count(*) FILTER (WHERE state = 'receiving'), count(*) FILTER (WHERE state = 'done') FROM upload")
            return cursor.fetchone()

        wait_until(lambda: count() == (0, 1), 30, "the broken upload is gone, the other is not")
        cursor.execute("SELECT count(*) FROM upload_chunk")
        assert cursor.fetchone() == (0,)

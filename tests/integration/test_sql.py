"""The statements of sql/queries against the migrated schema, without any program."""

import glob
import os
import re
import subprocess

import psycopg2
import pytest
from support.program import ROOT
from support.statements import read_statement

STATEMENTS = sorted(glob.glob(os.path.join(ROOT, "sql", "queries", "*.sql")))


@pytest.fixture(scope="module")
def connection(postgres, database):
    connection = psycopg2.connect(postgres.url(database))
    connection.autocommit = True
    yield connection
    connection.close()


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: os.path.basename(path)[:-4])
def test_every_statement_is_one_that_the_schema_takes(connection, path):
    name = os.path.basename(path)[:-4]
    with connection.cursor() as cursor:
        text = read_statement(name)
        # What is no query can't be prepared in SQL, though it can in the protocol: then it has to run.
        is_query = not re.search(r"^(SET TRANSACTION|ANALYZE) ", text, re.M)
        cursor.execute(text if not is_query else f"PREPARE {name} AS {text}")


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: os.path.basename(path)[:-4])
def test_no_statement_asks_the_server_for_the_time(path):
    text = read_statement(os.path.basename(path)[:-4]).lower()
    assert "now()" not in text and "current_timestamp" not in text and "current_date" not in text


def test_a_backup_by_pg_dump_comes_back_with_its_rows_and_indexes(postgres, connection):
    """Indexes are made anew there, with no function of ours in sight but those that they name."""
    indexes = "SELECT indexname, replace(indexdef, 'public.', '') FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO app_user (id, email, username, password_hash, created_at, updated_at)
            VALUES ('00000000-0000-7000-8000-00000000000a', 'a', 'a', 'x', '2026-01-01', '2026-01-01');
            INSERT INTO account (id, user_id, name, type, currency, exponent, created_at, updated_at)
            SELECT id, id, 'Main', 'checking', 'EUR', 2, '2026-01-01', '2026-01-01' FROM app_user WHERE username = 'a';
            INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, tags, origin, created_at, updated_at)
            SELECT gen_random_uuid(), id, id, -420, 'EUR', '2026-02-28', 'Corner Café', '{home}', 'api', '2026-01-01', '2026-01-01'
            FROM app_user WHERE username = 'a'""")
        cursor.execute(indexes)
        expected = cursor.fetchall()
    restored = postgres.create_database()
    dump = subprocess.run([os.path.join(postgres.bin, "pg_dump"), "--format=custom", connection.dsn], stdout=subprocess.PIPE, check=True)
    subprocess.run([os.path.join(postgres.bin, "pg_restore"), "--exit-on-error", "--dbname", postgres.url(restored)], input=dump.stdout, check=True)
    with postgres.connect(restored).cursor() as cursor:
        cursor.execute(indexes)
        assert cursor.fetchall() == expected
        cursor.execute("SELECT amount, amount_month(date)::text FROM transaction")
        assert cursor.fetchall() == [(-420, "2026-02-01")]

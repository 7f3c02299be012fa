"""The statements of sql/queries against the migrated schema, without any program."""

import glob
import os
import re

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

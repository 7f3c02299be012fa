"""Sums of a month, kept by triggers: whatever changes the rows, in whatever order, they are what a recount gives."""

import datetime
import random
import threading
import uuid

import psycopg2
import psycopg2.extras
import pytest
from support.instance import run_purser
from support.statements import read_statement

psycopg2.extras.register_uuid()
NOW = datetime.datetime(2025, 6, 15, tzinfo=datetime.timezone.utc)
RETRY = ("40P01", "40001")


def statement(name):
    """A statement of sql/queries, prepared under its own name."""
    return f"PREPARE {name} AS {read_statement(name)}"


DIFFERENCE = """
    SELECT * FROM (
        SELECT user_id, month, account_id, category_id, currency, is_transfer, is_pending, entries, rows, in_minor, out_minor
        FROM rollup WHERE entries <> 0 OR rows <> 0 OR in_minor <> 0 OR out_minor <> 0) AS kept
    FULL JOIN rollup_recount AS counted USING (user_id, month, account_id, category_id, currency, is_transfer, is_pending)
    WHERE (kept.entries, kept.rows, kept.in_minor, kept.out_minor)
        IS DISTINCT FROM (counted.entries, counted.rows, counted.in_minor, counted.out_minor)"""


class Books:
    """A person with accounts and categories, written to by SQL alone."""

    def __init__(self, connection, accounts=3, categories=6):
        self.connection = connection
        self.user = uuid.uuid4()
        self.accounts = [uuid.uuid4() for _ in range(accounts)]
        self.categories = [uuid.uuid4() for _ in range(categories)]
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO app_user (id, email, username, password_hash, created_at, updated_at)"
                           " VALUES (%s, %s, %s, '', %s, %s)", (self.user, f"{self.user}@example.test", str(self.user), NOW, NOW))
            for number, account in enumerate(self.accounts):
                cursor.execute("INSERT INTO account (id, user_id, name, type, currency, exponent, opening_balance, created_at, updated_at)"
                               " VALUES (%s, %s, %s, 'checking', %s, 2, 1000, %s, %s)",
                               (account, self.user, f"a{number}", ("EUR", "EUR", "USD")[number % 3], NOW, NOW))
            for number, category in enumerate(self.categories):
                cursor.execute("INSERT INTO category (id, user_id, name, kind, created_at, updated_at) VALUES (%s, %s, %s, 'expense', %s, %s)",
                               (category, self.user, f"c{number}", NOW, NOW))


class Writer(threading.Thread):
    """One connection that does random things to one person's rows, some of them in one transaction that may be undone."""

    def __init__(self, connect, books, seed, steps):
        super().__init__()
        self.connection, self.books, self.steps = connect(), books, steps
        self.random = random.Random(seed)
        self.failure, self.retried = None, 0

    def run(self):
        try:
            self.connection.autocommit = False
            with self.connection.cursor() as cursor:
                cursor.execute(statement("category_delete"))
                cursor.execute("SET synchronous_commit = off; SET deadlock_timeout = '10ms'")  # here are many of both
            self.connection.commit()
            for _ in range(self.steps):
                self.one_transaction()
        except Exception as failure:  # shown by the test
            self.failure = failure
        finally:
            self.connection.close()

    def one_transaction(self):
        """A worker's batch: some statements, now and then rolled back; a deadlock is tried again, as the queue does."""
        try:
            with self.connection.cursor() as cursor:
                for _ in range(self.random.choice((1, 1, 2, 4))):
                    self.random.choice((self.insert, self.insert, self.insert, self.edit, self.move, self.recategorise, self.split,
                                        self.tombstone, self.restore, self.remove, self.transfer, self.settle, self.merge))(cursor)
            if self.random.random() < 0.1:
                self.connection.rollback()
            else:
                self.connection.commit()
        except psycopg2.Error as failure:
            self.connection.rollback()
            if failure.pgcode not in RETRY:
                raise
            self.retried += 1

    def day(self):
        return datetime.date(2024, 1, 1) + datetime.timedelta(self.random.randrange(730))

    def amount(self):
        return self.random.choice((-1, -1, 1)) * self.random.choice((0, 1, 250, 9999, 10**17, self.random.randrange(10**6)))

    def category(self):
        return self.random.choice(self.books.categories + [None])

    def some(self, cursor, condition="deleted_at IS NULL"):
        cursor.execute(f"SELECT id FROM transaction WHERE user_id = %s AND {condition} ORDER BY id", (self.books.user,))
        ids = [row[0] for row in cursor.fetchall()]
        return self.random.sample(ids, min(len(ids), self.random.randrange(1, 8)))

    def insert(self, cursor):
        rows = [(uuid.uuid4(), self.books.user, self.random.choice(self.books.accounts[:2]), self.amount(), "EUR", self.day(), "x",
                 self.random.choice(("booked", "booked", "pending")), self.category(), "api", NOW, NOW)
                for _ in range(self.random.choice((1, 3, 40)))]
        psycopg2.extras.execute_values(
            cursor, "INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, status, category_id,"
                    " origin, created_at, updated_at) VALUES %s", rows)

    def transfer(self, cursor):
        pair, amount, day = uuid.uuid4(), self.random.randrange(1, 9999), self.day()
        psycopg2.extras.execute_values(
            cursor, "INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, transfer_id,"
                    " origin, created_at, updated_at) VALUES %s",
            [(uuid.uuid4(), self.books.user, self.books.accounts[side], (amount, -amount)[side], "EUR", day, "t", pair, "transfer", NOW, NOW)
             for side in (0, 1)])

    def edit(self, cursor):
        cursor.execute("UPDATE transaction SET amount = %s, description = 'edited'"
                       " WHERE id = ANY (%s) AND transfer_id IS NULL AND split_amounts IS NULL", (self.amount(), self.some(cursor)))

    def move(self, cursor):
        cursor.execute("UPDATE transaction SET date = %s, account_id = %s WHERE id = ANY (%s) AND transfer_id IS NULL",
                       (self.day(), self.random.choice(self.books.accounts[:2]), self.some(cursor)))

    def recategorise(self, cursor):
        cursor.execute("UPDATE transaction SET category_id = %s WHERE id = ANY (%s)", (self.category(), self.some(cursor)))

    def split(self, cursor):
        cursor.execute("UPDATE transaction SET split_amounts = ARRAY[amount - 100, 60, 40], split_categories = ARRAY[%s, %s, %s]::uuid[]"
                       " WHERE id = ANY (%s) AND transfer_id IS NULL",
                       (self.category(), self.category(), self.category(), self.some(cursor)))

    def settle(self, cursor):
        cursor.execute("UPDATE transaction SET status = CASE status WHEN 'pending' THEN 'booked' ELSE 'pending' END WHERE id = ANY (%s)",
                       (self.some(cursor),))

    def tombstone(self, cursor):
        cursor.execute("UPDATE transaction SET deleted_at = %s WHERE id = ANY (%s) AND transfer_id IS NULL", (NOW, self.some(cursor)))

    def restore(self, cursor):
        cursor.execute("UPDATE transaction SET deleted_at = NULL WHERE id = ANY (%s)", (self.some(cursor, "deleted_at IS NOT NULL"),))

    def remove(self, cursor):
        cursor.execute("DELETE FROM transaction WHERE id = ANY (%s) AND transfer_id IS NULL", (self.some(cursor),))

    def merge(self, cursor):
        if self.random.random() < 0.2:
            gone = self.random.choice(self.books.categories)
            goal = self.random.choice(self.books.categories + [None])
            cursor.execute("EXECUTE category_delete(%s, %s, %s, NULL, %s, NULL, NULL, NULL, NULL)", (self.books.user, gone, NOW, goal))
            cursor.execute("INSERT INTO category (id, user_id, name, kind, created_at, updated_at) VALUES (%s, %s, %s, 'expense', %s, %s)"
                           " ON CONFLICT DO NOTHING", (gone, self.books.user, str(gone), NOW, NOW))


@pytest.fixture(scope="module")
def connect(postgres, database):
    return lambda: psycopg2.connect(postgres.url(database))


@pytest.fixture
def connection(postgres, database):
    connection = postgres.connect(database)
    yield connection
    connection.close()


def difference(connection):
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCE)
        return cursor.fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_several_writers_do_the_sums_are_a_recount(connect, connection, seed):
    mine, yours = Books(connection), Books(connection)
    writers = [Writer(connect, books, seed * 100 + number, 150) for number, books in enumerate((mine, mine, mine, yours))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.failure is None, writer.failure
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE entries > 0) FROM rollup WHERE user_id = %s", (mine.user,))
        assert min(cursor.fetchone()) > 100
    assert difference(connection) == []


def test_a_writer_that_is_killed_leaves_no_half_sum(connect, connection):
    books = Books(connection)
    writer = Writer(connect, books, 9, 100000)
    pid = writer.connection.get_backend_pid()
    writer.start()
    with connection.cursor() as cursor:
        for _ in range(20000):
            cursor.execute("SELECT count(*) > 500 FROM transaction WHERE user_id = %s", (books.user,))
            if cursor.fetchone()[0]:
                break
        cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
    writer.join(60)
    assert not writer.is_alive() and isinstance(writer.failure, psycopg2.Error)
    assert difference(connection) == []


def test_a_balance_at_any_date_is_the_sum_of_the_rows(connect, connection):
    books = Books(connection)
    writer = Writer(connect, books, 4, 100)
    writer.run()
    assert writer.failure is None
    with connection.cursor() as cursor:
        for day in [None] + [datetime.date(2023, 12, 25) + datetime.timedelta(step) for step in range(0, 760, 7)]:
            cursor.execute("SELECT a.id, account_balance(a, %s), a.opening_balance + coalesce((SELECT sum(amount) FROM transaction t"
                           " WHERE t.account_id = a.id AND t.deleted_at IS NULL AND t.status = 'booked' AND t.date <= coalesce(%s, 'infinity'::date)), 0)"
                           " FROM account a WHERE user_id = %s", (day, day, books.user))
            for _, kept, counted in cursor.fetchall():
                assert kept == counted


def test_verify_tells_a_wrong_sum_by_its_key_and_repairs_it(postgres, database, connect, connection):
    books = Books(connection)
    writer = Writer(connect, books, 5, 60)
    writer.run()
    assert writer.failure is None
    environment = {"PURSER_DATABASE_URL": postgres.url(database)}
    assert run_purser("verify", environment=environment).stdout == "0 sums differ from a recount\n"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rollup SET out_minor = out_minor + 7 WHERE (user_id, month, account_id) ="
                       " (SELECT user_id, month, account_id FROM rollup WHERE user_id = %s AND entries > 0 LIMIT 1)", (books.user,))
        wrong = cursor.rowcount
    told = run_purser("verify", environment=environment, check=False)
    assert told.returncode == 1
    assert told.stdout.count(f"user={books.user} ") == wrong and told.stdout.endswith(f"{wrong} sums differ from a recount\n")
    for line in told.stdout.splitlines()[:-1]:
        kept, counted = line.partition(": kept ")[2].split("; counted ")
        assert kept != counted, line
    assert run_purser("verify", "--repair", environment=environment).stdout.endswith(f"{wrong} sums differ from a recount; repaired\n")
    assert run_purser("verify", environment=environment).returncode == 0
    nowhere = run_purser("verify", environment={"PURSER_DATABASE_URL": "postgresql:///none?host=/nowhere"}, check=False)
    assert nowhere.returncode == 3 and "PostgreSQL" in nowhere.stderr
    assert difference(connection) == []

"""The statements behind /v1/statistics against sums made by hand from the same rows."""

import collections
import datetime
import decimal
import json
import uuid

import psycopg2
import psycopg2.extras
import pytest
from test_rollups import NOW, Books, Writer, statement

NAMES = ("monthly", "categories", "analytics", "net_worth", "cash_flow", "payees", "years", "verify", "repair", "repair_lock")


@pytest.fixture(scope="module")
def connection(postgres, database):
    connection = postgres.connect(database)
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(statement("statistics_" + name))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def books(postgres, database, connection):
    """Two years of rows of every kind; c1 lies below c0, c2 below c1, c5 is for transfers."""
    books = Books(connection)
    with connection.cursor() as cursor:
        for child, parent in ((1, 0), (2, 1)):
            cursor.execute("UPDATE category SET parent_id = %s WHERE id = %s", (books.categories[parent], books.categories[child]))
        cursor.execute("UPDATE category SET kind = 'transfer' WHERE id = %s", (books.categories[5],))
    writer = Writer(lambda: psycopg2.connect(postgres.url(database)), books, 77, 150)
    writer.merge = lambda cursor: None
    writer.run()
    assert writer.failure is None
    with connection.cursor() as cursor:  # one more currency, and a leap day that is never empty whatever chance does
        for account, currency, day in ((2, "USD", "2025-06-03"), (0, "EUR", "2024-02-29")):
            cursor.execute("INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, origin, created_at, updated_at)"
                           " SELECT gen_random_uuid(), %s, %s, n * 100, %s, %s, 'fixed', 'api', %s, %s FROM generate_series(-3, 9) n",
                           (books.user, books.accounts[account], currency, day, NOW, NOW))
    return books


def ask(connection, name, *parameters):
    """Without a currency to convert into, the last parameter."""
    parameters += (None,)
    with connection.cursor() as cursor:
        cursor.execute(f"EXECUTE statistics_{name}({', '.join(['%s'] * len(parameters))})", parameters)
        row = cursor.fetchone()
        return row and json.loads(row[0])


def parts(connection, books, first, last, transfers=False, pending=False, account=None):
    """(transaction, date, account, category, currency, amount, is the first part) of all that counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, date, account_id, category_id, currency, amount, split_amounts, split_categories::text[], transfer_id, status"
                       " FROM transaction WHERE user_id = %s AND deleted_at IS NULL AND date BETWEEN %s AND %s", (books.user, first, last))
        for row in cursor.fetchall():
            for number, (amount, category) in enumerate(zip(row[6], row[7]) if row[6] else [(row[5], row[3])]):
                category = uuid.UUID(str(category)) if category else None
                if not transfers and (row[8] or category == books.categories[5]):
                    continue
                if (row[9] == "pending" and not pending) or (account and row[2] != account):
                    continue
                yield row[0], row[1], row[2], category, row[4], amount, number == 0


def money(minor):
    return str((decimal.Decimal(minor) / 100).quantize(decimal.Decimal("0.01")))


def flows(found, key, counts=lambda part: part[6]):
    sums = collections.defaultdict(lambda: [0, 0, 0])
    for part in found:
        for one in key(part):
            sums[one][0] += counts(part)
            sums[one][1 if part[5] > 0 else 2] += abs(part[5])
    return {one: (count, money(income), money(expense), money(income - expense)) for one, (count, income, expense) in sums.items()}


def shown(row):
    return row["count"], row["income"], row["expense"], row["net"]


SWITCHES = [(False, False), (True, False), (False, True), (True, True)]


@pytest.mark.parametrize("transfers, pending", SWITCHES)
@pytest.mark.parametrize("first, last", [("2024-01-01", "2025-12-31"), ("2024-03-05", "2024-03-20"), ("2024-02-10", "2024-05-09"),
                                         ("2024-02-29", "2024-03-01"), ("2024-12-01", "2025-01-15"), ("2025-05-31", "2025-06-30")])
def test_the_monthly_series_is_the_sum_of_the_rows(connection, books, first, last, transfers, pending):
    found = list(parts(connection, books, first, last, transfers, pending))
    assert found
    month = lambda part: f"{part[1]:%Y-%m}"  # noqa: E731
    plain = ask(connection, "monthly", books.user, first, last, None, None, transfers, pending, NOW)["data"]
    assert {(row["month"], row["currency"]): shown(row) for row in plain} == flows(found, lambda part: [(month(part), part[4])])
    by_account = ask(connection, "monthly", books.user, first, last, None, "account", transfers, pending, NOW)["data"]
    assert {(row["month"], row["account_id"]): shown(row) for row in by_account} == flows(found, lambda part: [(month(part), str(part[2]))])
    one = list(parts(connection, books, first, last, transfers, pending, books.accounts[0]))
    of_one = ask(connection, "monthly", books.user, first, last, books.accounts[0], None, transfers, pending, NOW)["data"]
    assert {row["month"]: shown(row) for row in of_one} == flows(one, lambda part: [month(part)])


def above(books, category):
    chain = {1: [1, 0], 2: [2, 1, 0]}.get(books.categories.index(category) if category in books.categories else None)
    return [books.categories[number] for number in chain] if chain else [category]


@pytest.mark.parametrize("first, last", [("2024-01-01", "2025-12-31"), ("2024-02-10", "2024-05-09")])
def test_categories_have_their_own_sums_and_those_of_their_tree(connection, books, first, last):
    found = list(parts(connection, books, first, last))
    own = flows(found, lambda part: [(part[3], part[4])], lambda part: 1)
    tree = flows(found, lambda part: [(category, part[4]) for category in above(books, part[3])], lambda part: 1)
    data = ask(connection, "categories", books.user, first, last, None, False, False, NOW)["data"]
    key = lambda row: (row["category_id"] and uuid.UUID(row["category_id"]), row["currency"])  # noqa: E731
    assert {key(row): shown(row["tree"]) for row in data} == tree
    assert {key(row): shown(row) for row in data if row["count"]} == own
    by_month = ask(connection, "monthly", books.user, first, last, None, "category", False, False, NOW)["data"]
    expected = flows(found, lambda part: [(f"{part[1]:%Y-%m}", part[3], part[4])], lambda part: 1)
    assert {(row["month"], *key(row)): shown(row) for row in by_month if row["count"]} == expected
    expected = flows(found, lambda part: [(f"{part[1]:%Y-%m}", c, part[4]) for c in above(books, part[3])], lambda part: 1)
    assert {(row["month"], *key(row)): shown(row["tree"]) for row in by_month} == expected


def test_net_worth_and_cash_flow_are_the_balances_at_each_months_end(connection, books):
    worth = ask(connection, "net_worth", books.user, "2023-12-01", "2025-12-31", NOW)["data"]
    flow = ask(connection, "cash_flow", books.user, "2023-12-01", "2025-12-31", False, NOW, None)["data"]
    assert len(worth) == len(flow) == 25 * 2
    with connection.cursor() as cursor:
        for row, moved in zip(worth, flow):
            month = datetime.date.fromisoformat(row["month"] + "-01")
            cursor.execute("SELECT a.id, account_balance(a, (%s::date + interval '1 month')::date - 1) FROM account a"
                           " WHERE user_id = %s AND currency = %s ORDER BY id", (month, books.user, row["currency"]))
            expected = cursor.fetchall()
            assert row["accounts"] == [{"account_id": str(account), "balance": money(balance)} for account, balance in expected]
            assert row["net_worth"] == money(sum(balance for _, balance in expected))
            assert (moved["month"], moved["currency"], moved["closing"]) == (row["month"], row["currency"], row["net_worth"])
            change = sum(decimal.Decimal(moved[name]) * sign
                         for name, sign in (("income", 1), ("expense", -1), ("transfers_in", 1), ("transfers_out", -1)))
            assert decimal.Decimal(moved["closing"]) - decimal.Decimal(moved["opening"]) == change


def test_payees_and_years_are_the_sums_of_the_rows(connection, books):
    found = list(parts(connection, books, "2024-01-01", "2025-12-31"))
    years = ask(connection, "years", books.user, 2025, None, False, False, NOW)["data"]
    this = flows([part for part in found if part[1].year == 2025], lambda part: [(f"{part[1]:%Y-%m}", part[4])])
    before = flows([part for part in found if part[1].year == 2024], lambda part: [(f"2025-{part[1]:%m}", part[4])])
    nothing = (0, "0.00", "0.00", "0.00")
    assert {(row["month"], row["currency"]) for row in years} == set(this) | set(before)
    for row in years:
        key = (row["month"], row["currency"])
        assert (row["income"], row["expense"], row["net"]) == this.get(key, nothing)[1:]
        assert (row["before"]["income"], row["before"]["expense"], row["before"]["net"]) == before.get(key, nothing)[1:]
    payees = ask(connection, "payees", books.user, "2025-06-03", "2025-06-03", books.accounts[2], False, False, NOW, 5, False)["data"]
    assert payees == [{"payee": "fixed", "currency": "USD", "count": 13, "last_date": "2025-06-03",
                       "income": "45.00", "expense": "6.00", "net": "39.00"}]


def test_the_eight_entries_are_right_on_every_day_of_a_leap_year(connection):
    books = Books(connection, accounts=1, categories=1)
    amounts = (1500000, 300000, 200000, -800000, -300000, -200000, -150000, -50000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE app_user SET timezone = 'Pacific/Auckland' WHERE id = %s", (books.user,))
        for step in range(0, 366, 1):
            today = datetime.date(2024, 1, 1) + datetime.timedelta(step)
            noon = datetime.datetime.combine(today, datetime.time(0, 30), datetime.timezone(datetime.timedelta(hours=12)))
            if today.day == 1:  # eight entries in this month and eight in the last, on days that every month has
                last = today - datetime.timedelta(1)
                cursor.execute("DELETE FROM transaction WHERE user_id = %s", (books.user,))
                psycopg2.extras.execute_values(
                    cursor, "INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, origin, created_at, updated_at) VALUES %s",
                    [(uuid.uuid4(), books.user, books.accounts[0], amount, "EUR", day.replace(day=1 + number * 3), "x", "api", NOW, NOW)
                     for day in (today, last) for number, amount in enumerate(amounts)])
            for period in ("current_month", "last_month"):
                answer = ask(connection, "analytics", books.user, period, None, False, False, noon)
                assert (answer["income"], answer["expense"], answer["net"]) == ("20000.00", "15000.00", "5000.00"), (today, answer)
                assert len(answer["data"]) == 1
                month = today if period == "current_month" else today.replace(day=1) - datetime.timedelta(1)
                assert answer["from"] == month.replace(day=1).isoformat() and answer["to"] >= answer["from"]
                assert answer["to"][:7] == answer["from"][:7]


def test_currencies_are_never_added(connection, books):
    answer = ask(connection, "analytics", books.user, "current_month", None, False, False, NOW)
    assert [row["currency"] for row in answer["data"]] == ["EUR", "USD"]
    assert answer["currency"] == "EUR" and answer["data"][1]["net"] == "39.00"


def test_an_account_of_someone_else_is_not_there(connection, books):
    stranger = Books(connection, accounts=1, categories=1)
    for name, rest in (("monthly", (None, None, stranger.accounts[0], None, False, False, NOW)),
                       ("categories", (None, None, stranger.accounts[0], False, False, NOW)),
                       ("analytics", ("current_month", stranger.accounts[0], False, False, NOW)),
                       ("years", (2025, stranger.accounts[0], False, False, NOW)),
                       ("payees", (None, None, stranger.accounts[0], False, False, NOW, 5, False))):
        assert ask(connection, name, books.user, *rest) is None


def test_a_person_without_rows_gets_zeros(connection):
    books = Books(connection, accounts=1, categories=1)
    answer = ask(connection, "analytics", books.user, "last_month", None, False, False, NOW)
    assert (answer["from"], answer["to"], answer["net"], answer["currency"]) == ("2025-05-01", "2025-05-31", "0.00", "EUR")
    assert ask(connection, "monthly", books.user, None, None, None, None, False, False, NOW) == {"data": []}


def verify(connection, user):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM app_user WHERE id < %s ORDER BY id DESC LIMIT 1", (user,))
        before = cursor.fetchone()
        cursor.execute("EXECUTE statistics_verify(%s, 1)", (before and before[0],))
        rows = cursor.fetchall()
        assert all(row[0] == user for row in rows)
        return [row for row in rows if row[1] is not None]


def test_a_wrong_sum_is_found_by_its_key_and_repaired(connection, books):
    assert verify(connection, books.user) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rollup SET in_minor = in_minor + 1, entries = entries - 1 WHERE (user_id, month, account_id, category_id) ="
                       " (SELECT user_id, month, account_id, category_id FROM rollup WHERE user_id = %s AND entries > 0 LIMIT 1)", (books.user,))
        changed = cursor.rowcount
        cursor.execute("DELETE FROM rollup WHERE user_id = %s AND month = '2025-03-01' AND entries > 0", (books.user,))
        gone = cursor.rowcount
        cursor.execute("INSERT INTO rollup VALUES (%s, '2001-01-01', %s, %s, 'EUR', false, false, 1, 1, 5, 0)",
                       (books.user, books.accounts[0], books.categories[0]))
        assert gone > 0 and changed > 0 and len(verify(connection, books.user)) == changed + gone + 1
        cursor.execute("BEGIN")
        cursor.execute("EXECUTE statistics_repair_lock(%s)", (books.user,))
        cursor.execute("EXECUTE statistics_repair(%s)", (books.user,))
        cursor.execute("COMMIT")
    assert verify(connection, books.user) == []

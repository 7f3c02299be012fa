"""Every filter of GET /v1/transactions, alone and together, against a look at each row."""

import random
import re
import uuid
from decimal import Decimal

import pytest
from support.people import register

DAYS = 40
WORDS = ["REWE", "sagt", "Danke", "PAYPAL*SPOTIFY", "a/b", "COFFEE-SHOP", "100%", "x_y", "Kartenzahlung", "O'Brien"]


class Books:
    """Rows written straight to the table, more than a search looks through, with amounts in three exponents."""

    def __init__(self, instance):
        self.person = register(instance)
        self.random = random.Random(7)
        client = self.person.client
        self.accounts = [client.post("/v1/accounts", {"name": code, "type": "checking", "currency": code}).json()
                         for code in ("EUR", "JPY", "BHD")]
        self.categories = [client.post("/v1/categories", {"name": f"L{n}", "kind": "expense"}).json()["id"] for n in range(3)]
        self.uploads = [str(uuid.UUID(int=n + 1)) for n in range(2)]
        self.rows = [self.make(n) for n in range(1500)]
        user = instance.query("SELECT user_id::text FROM account WHERE id = %s", self.accounts[0]["id"])[0][0]
        connection = instance.connect()
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, payee, memo, status, category_id, "
                "category_source, tags, split_amounts, split_categories, upload_id, origin, created_at, updated_at, deleted_at) VALUES "
                f"(%(id)s, '{user}', %(account)s, %(minor)s, %(currency)s, %(date)s, %(description)s, %(payee)s, %(memo)s, %(status)s, "
                "%(category)s, 'user', %(tags)s, %(split_amounts)s, %(splits)s::uuid[], %(upload)s, 'api', '2026-01-01', '2026-01-01', %(deleted)s)",
                self.rows)
            cursor.execute("ANALYZE transaction")
        connection.close()

    def make(self, number):
        choice = self.random.choice
        account = choice(self.accounts)
        exponent = {"EUR": 2, "JPY": 0, "BHD": 3}[account["currency"]]
        minor = self.random.randint(-50, 50) * choice([1, 10 ** exponent])
        split = self.random.random() < 0.05
        return {
            "id": str(uuid.UUID(int=self.random.getrandbits(128))), "account": account["id"], "currency": account["currency"],
            "minor": minor, "amount": Decimal(minor).scaleb(-exponent), "date": f"2026-{1 + number % DAYS // 28:02}-{1 + number % DAYS % 28:02}",
            "description": " ".join(self.random.sample(WORDS, 2)), "payee": choice([None, "Miller"]), "memo": choice([None, None, "rare" if number % 300 == 0 else "memo"]),
            "status": "pending" if self.random.random() < 0.05 else "booked", "category": choice(self.categories[:2] + [None]),
            "tags": choice([[], [], ["often"], ["seldom"] if number % 97 == 0 else []]),
            "split_amounts": [minor - 1, 1] if split else None, "splits": [self.categories[2], choice(self.categories)] if split else None,
            "upload": choice(self.uploads + [None]), "deleted": "2026-01-01" if self.random.random() < 0.05 else None,
        }

    def expected(self, **query):
        """The ids in the order of the page, by looking at every row."""
        return [row["id"] for row in sorted(self.rows, key=lambda row: (row["date"], row["id"]), reverse=True) if fits(row, query)]

    def listed(self, limit=500, **query):
        """The ids of all pages."""
        found, cursor = [], ""
        text = "".join(f"&{name.rstrip('_')}={value}" for name, value in query.items())
        while True:
            answer = self.person.client.get(f"/v1/transactions?limit={limit}{text}{cursor}")
            assert answer.status == 200, answer
            page = answer.json()
            assert len(page["data"]) == limit or page["next_cursor"] is None, "a page that is not the last is full"
            found += [row["id"] for row in page["data"]]
            if page["next_cursor"] is None:
                return found
            cursor = "&cursor=" + page["next_cursor"]


def words_of(text):
    return [word for word in re.split(r"[^a-z0-9]+", text.lower()) if word]


def fits(row, query):
    words = words_of(" ".join(filter(None, (row["description"], row["payee"], row["memo"]))))
    tests = {
        "account": lambda value: row["account"] == value,
        "category": lambda value: row["category"] == value or value in (row["splits"] or []),
        "tag": lambda value: value in row["tags"],
        "from_": lambda value: row["date"] >= value,
        "to": lambda value: row["date"] <= value,
        "min": lambda value: row["amount"] >= Decimal(value),
        "max": lambda value: row["amount"] <= Decimal(value),
        "q": lambda value: all(any(word.startswith(asked) for word in words) for asked in words_of(value.replace("%20", " ").replace("%25", "%"))),
        "status": lambda value: value == "deleted" or row["status"] == value,
        "upload": lambda value: row["upload"] == value,
        "uncategorised": lambda value: row["category"] is None and row["splits"] is None,
    }
    return (row["deleted"] is not None) == (query.get("status") == "deleted") and all(tests[name](value) for name, value in query.items())


@pytest.fixture(scope="module")
def books(make_instance):
    """A search looks through 100 rows only, so that both ways of searching are gone."""
    return Books(make_instance(PURSER_SEARCH_RECENT_ROWS=100).start())


def filters(books):
    return {
        "account": [account["id"] for account in books.accounts],
        "category": books.categories,
        "tag": ["often", "seldom", "none"],
        "from_": ["2026-01-10", "2026-02-10"],
        "to": ["2026-01-20", "2026-12-31", "2025-01-01"],
        "min": ["-10", "0.5", "49.99"],
        "max": ["10", "-0.011", "-49"],
        "q": ["rewe", "RE", "spotify", "paypal%20spot", "b", "rare", "coffee%20danke", "100%25", "nowhere", "brien", "x_y"],
        "status": ["booked", "pending", "deleted"],
        "upload": books.uploads,
        "uncategorised": ["true"],
    }


def test_each_filter_alone_gives_exactly_its_rows_in_order(books):
    for name, values in filters(books).items():
        for value in values:
            assert books.listed(**{name: value}) == books.expected(**{name: value}), (name, value)
    assert books.listed() == books.expected()


@pytest.mark.parametrize("seed", range(6))
def test_any_filters_together_give_exactly_their_rows_in_order(books, seed):
    chance = random.Random(seed)
    values = filters(books)
    for _ in range(25):
        query = {name: chance.choice(values[name]) for name in chance.sample(sorted(values), chance.randint(2, 4))}
        assert books.listed(**query) == books.expected(**query), query


@pytest.mark.parametrize("query", [{}, {"q": "rewe"}, {"tag": "often"}, {"min": "0"}, {"to": "2026-01-20"}, {"q": "rewe", "to": "2026-01-20"}],
                         ids=str)
def test_pages_neither_repeat_nor_leave_out_a_row(books, query):
    assert books.listed(limit=7, **query) == books.expected(**query)


def test_words_are_those_that_the_index_was_made_of(instance):
    """Migration 0090 finds them in another way; the index on them (0040) was not made anew."""
    chance, letters = random.Random(3), "aZ09 éßЖ中" + "".join(map(chr, range(33, 48))) + ":;<=>?@[\\]^_`{|}~"
    marks = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
    texts = ["".join(chance.choice(letters) for _ in range(40)) for _ in range(300)]
    unlike = instance.query("SELECT text FROM unnest(%s) AS text WHERE words_of(text) <> to_tsvector('simple', translate(text, %s, %s))",
                            texts, marks, " " * len(marks))
    assert unlike == []

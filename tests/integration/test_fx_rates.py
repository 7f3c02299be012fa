"""Exchange rates: files of three kinds on their way in, and reports in one currency against sums made here with fractions."""

import collections
import datetime
import io
import random
import zipfile
from fractions import Fraction

import pytest
from support.people import log_in, register
from support.program import ROOT

DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3, "CHF": 2}
ECB_DAILY_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube><Cube time='2026-11-27'>
<Cube currency='USD' rate='1.0565'/><Cube currency='JPY' rate='158.61'/><Cube currency='QQQ' rate='2'/>
</Cube></Cube></gesmes:Envelope>"""
ECB_DAILY_CSV = b"Date, USD, JPY, CHF, \n27 November 2026, 1.0565, 158.61, 0.9312, \n"
ECB_HISTORY_CSV = b"Date,USD,JPY,CYP,\n2026-11-26,1.0500,159.10,N/A,\n2026-11-25,1.0471,N/A,0.58,\n"


def load(person, file, query=""):
    return person.client.post("/v1/fx-rates" + query, file if isinstance(file, bytes) else file.encode())


def get(person, path):
    answer = person.client.get(path)
    assert answer.status == 200, answer
    return answer.json()


def rates_of(person, query=""):
    return [(row["date"], row["base"], row["quote"], row["rate"]) for row in get(person, "/v1/fx-rates" + query)["data"]]


@pytest.fixture
def newcomer(instance):
    return register(instance)


def test_a_csv_is_loaded_once_however_often_it_comes(newcomer):
    file = "rate;quote;base;date\n1,0565;usd;EUR;2026-11-27\r\n\n0.0063;EUR;JPY;2026-11-27"
    first, second = load(newcomer, file), load(newcomer, file)
    assert (first.status, first.json()) == (200, {"rates": 2, "added": 2, "changed": 0, "unchanged": 0, "from": "2026-11-27", "to": "2026-11-27",
                                                  "skipped_currencies": [], "for": "me"})
    assert [second.json()[name] for name in ("added", "changed", "unchanged")] == [0, 0, 2]
    changed = load(newcomer, "date,base,quote,rate,source\n2026-11-27,EUR,USD,1.0566,me\n2026-11-27,EUR,USD,1.0567,the last one counts\n")
    assert [changed.json()[name] for name in ("rates", "added", "changed", "unchanged")] == [2, 0, 1, 0]
    assert rates_of(newcomer) == [("2026-11-27", "EUR", "USD", "1.0567"), ("2026-11-27", "JPY", "EUR", "0.0063")]


def test_the_central_banks_files_are_read_as_they_are(newcomer):
    answer = load(newcomer, ECB_DAILY_XML)
    assert (answer.status, answer.json()["added"], answer.json()["skipped_currencies"]) == (200, 2, ["QQQ"])
    answer = load(newcomer, ECB_DAILY_CSV).json()
    assert [answer[name] for name in ("added", "unchanged")] == [1, 2]
    assert load(newcomer, ECB_HISTORY_CSV).json()["added"] == 4
    assert rates_of(newcomer, "?quote=JPY") == [("2026-11-27", "EUR", "JPY", "158.61"), ("2026-11-26", "EUR", "JPY", "159.10")]
    assert rates_of(newcomer, "?from=2026-11-25&to=2026-11-25&base=EUR") == [("2026-11-25", "EUR", "CYP", "0.58"), ("2026-11-25", "EUR", "USD", "1.0471")]


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as writer:
        for name, content in files:
            writer.writestr(name, content)
    return archive.getvalue()


def test_the_central_banks_zip_is_read_as_it_comes(newcomer):
    assert load(newcomer, zipped(("eurofxref.csv", ECB_DAILY_CSV))).json()["added"] == 3
    assert load(newcomer, zipped(("eurofxref-hist.csv", ECB_HISTORY_CSV), method=zipfile.ZIP_STORED)).json()["added"] == 4
    assert len(rates_of(newcomer)) == 7


BAD_ZIPS = {  # made when they are sent: a zip holds the time, and the name of a test must not
    "two files": (lambda: zipped(("one.csv", ECB_DAILY_CSV), ("two.csv", ECB_DAILY_CSV)), "of several files"),
    "a folder": (lambda: zipped(("folder/", b"")), "without a file"),
    "cut off": (lambda: zipped(("a.csv", ECB_DAILY_CSV))[:60], "can't be unpacked"),
    "a bomb": (lambda: zipped(("bomb.csv", b" " * 20_000_000)), "unpacks to more than 16777216 bytes"),
    "an empty file": (lambda: zipped(("a.csv", b"")), "has no rates"),
    "no zip": (lambda: b"PK\x03\x04abc", "can't be unpacked"),
}


@pytest.mark.parametrize("kind", BAD_ZIPS)
def test_a_zip_that_holds_no_one_file_of_rates_is_refused(newcomer, kind):
    make, detail = BAD_ZIPS[kind]
    answer = load(newcomer, make())
    assert answer.status == 422 and detail in answer.json()["errors"][0]["detail"], answer
    assert rates_of(newcomer) == []


@pytest.mark.parametrize("file", [ECB_DAILY_XML, ECB_DAILY_CSV, ECB_HISTORY_CSV, b"date,base,quote,rate\n2026-11-27,EUR,USD,1.08\n"],
                         ids=["xml", "csv", "history", "plain"])
def test_a_file_of_rates_that_is_uploaded_as_a_banks_is_told_where_it_belongs(newcomer, file):
    account = newcomer.main_account()["id"]
    answer = newcomer.client.post(f"/v1/uploads?account_id={account}", file, headers={"Prefer": "wait=20"})
    assert answer.json()["upload"]["state"] == "failed" and "POST /v1/fx-rates" in answer.json()["upload"]["error"], answer
    assert get(newcomer, "/v1/transactions")["data"] == []


@pytest.mark.parametrize("file, line, detail", [
    ("date,base,quote,rate\n2026-11-27,EUR,USD,1.1\n2026-11-31,EUR,USD,1.1\n", 3, "date: must be a day"),
    ("date,base,quote,rate\n2026-11-27,EURO,USD,1.1\n", 2, "base: is not a currency"),
    ("date,base,quote,rate\n2026-11-27,EUR,XXX,1.1\n", 2, "quote: is not a currency"),
    ("date,base,quote,rate\n2026-11-27,EUR,EUR,1\n", 2, "quote: is the same as base"),
    ("date,base,quote,rate\n2026-11-27,EUR,USD,0.00\n", 2, "rate: must be a decimal number over 0"),
    ("date,base,quote,rate\n2026-11-27,EUR,USD,-1\n", 2, "rate: must be"), ("date,base,quote,rate\n2026-11-27,EUR,USD,1e3\n", 2, "rate: must be"),
    ("date,base,quote,rate\n2026-11-27,EUR,USD,1.\n", 2, "rate: must be"), ("date,base,quote,rate\n2026-11-27,EUR\n", 2, "has 2 columns only"),
    ("day,from,to,rate\n", 1, "must name the columns"), ("Date,USD\nyesterday,1.1\n", 2, "has no date"), ("Date,USD\n2026-11-27,?\n", 2, "has no rate in the column of USD"),
    (b"<a><Cube time='2026-11-27'>\n<Cube currency='USD' rate='one'/></Cube></a>", 2, "rate: must be"),
    (b"<a><Cube currency='USD' rate='1'/></a>", 1, "stands in no Cube with a time"), (b"<a>\n<b></a>", 2, "XML can't be read"),
    (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', 1, "XML can't be read"),
    (b"date,base\xff", None, "not a text in UTF-8"), (b"", None, "has no rates"), (b"date,base,quote,rate\n", None, "has no rates")])
def test_a_bad_file_is_refused_with_its_line_and_leaves_nothing(newcomer, file, line, detail):
    answer = load(newcomer, file)
    assert answer.status == 422, answer
    fault, = answer.json()["errors"]
    assert fault.get("line") == line and detail in fault["detail"], fault
    assert rates_of(newcomer) == []


def test_the_first_hundred_bad_lines_are_named(newcomer):
    answer = load(newcomer, "date,base,quote,rate\n" + "2026-11-27,EUR,USD,bad\n" * 150)
    assert [fault["line"] for fault in answer.json()["errors"]] == list(range(2, 102))


def test_rates_for_everyone_are_an_operators_and_ones_own_stand_before_them(instance, newcomer):
    stranger = register(instance)
    assert load(newcomer, "date,base,quote,rate\n2026-11-27,GBP,USD,1.1\n", "?for=everyone").status == 403
    instance.query("UPDATE app_user SET role = 'admin' WHERE username = %s", newcomer.username)
    log_in(newcomer.client, newcomer.username)
    assert load(newcomer, "date,base,quote,rate\n2026-11-27,GBP,NOK,13.9\n", "?for=everyone").status == 200
    assert rates_of(stranger, "?base=GBP") == [("2026-11-27", "GBP", "NOK", "13.9")]
    load(stranger, "date,base,quote,rate\n2026-11-27,GBP,NOK,14\n")
    assert [row["own"] for row in get(stranger, "/v1/fx-rates?base=GBP")["data"]] == [False, True]
    with instance.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT num / den FROM app_user u, fx_rate_on(u.id, 'GBP', 'NOK', '2026-11-29') WHERE username IN (%s, %s) ORDER BY 1",
                       (stranger.username, newcomer.username))
        assert [float(row[0]) for row in cursor.fetchall()] == [13.9, 14]
    assert stranger.client.delete("/v1/fx-rates?base=GBP&quote=NOK").json() == {"deleted": 1}
    assert stranger.client.delete("/v1/fx-rates?base=GBP&quote=NOK&for=everyone").status == 403
    assert newcomer.client.delete("/v1/fx-rates?base=GBP&quote=NOK&for=everyone").json() == {"deleted": 1}


def test_pages_of_rates_hold_each_once(newcomer):
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(n) for n in range(40)]
    load(newcomer, "date,base,quote,rate\n" + "".join(f"{day},EUR,{quote},1.5\n" for day in days for quote in ("USD", "CHF", "GBP")))
    seen, path = [], "/v1/fx-rates?limit=7"
    while path:
        page = get(newcomer, path)
        seen += [(row["date"], row["quote"]) for row in page["data"]]
        path = page["next_cursor"] and f"/v1/fx-rates?limit=7&cursor={page['next_cursor']}"
    assert seen == [(str(day), quote) for day in reversed(days) for quote in ("CHF", "GBP", "USD")]


def test_sql_knows_the_minor_units_that_the_programs_know(instance):
    import re
    with open(f"{ROOT}/finance/money.c", encoding="utf-8") as file:
        known = {code: int(digits) for code, digits in re.findall(r'\{"([A-Z]{3})", (\d)\}', file.read())}
    rows = instance.query("SELECT code, currency_exponent(code) FROM unnest(%s) AS code", list(known))
    assert len(known) > 170 and dict(rows) == known


def test_the_latest_way_is_taken_and_of_one_day_the_pairs_own(instance, newcomer):
    load(newcomer, "date,base,quote,rate\n" + "\n".join((
        "2026-01-01,SEK,NOK,0.9", "2026-01-03,NOK,SEK,1.25",                             # inverse, and later
        "2026-01-05,SEK,DKK,0.5", "2026-01-07,NOK,DKK,0.4",                              # through the krone of Denmark, later still
        "2026-01-08,SEK,NOK,0.7", "2026-01-08,SEK,DKK,0.6", "2026-01-08,NOK,DKK,0.5",    # all on one day
        "2026-01-08,NOK,SEK,1.6")))
    expected = {"2025-12-31": None, "2026-01-01": "0.9", "2026-01-02": "0.9", "2026-01-03": "0.8", "2026-01-06": "0.8", "2026-01-07": "1.25", "2026-01-08": "0.7",
                "2026-02-01": "0.7"}
    for day, rate in expected.items():
        (num, den), = instance.query("SELECT num, den FROM app_user u, fx_rate_on(u.id, 'SEK', 'NOK', %s) WHERE username = %s", day, newcomer.username)
        assert (num and Fraction(num) / Fraction(den)) == (rate and Fraction(rate)), day


def test_a_conversion_is_exact_and_rounds_half_to_even(instance):
    cases = [(Fraction(n), Fraction(d)) for n in (-7, -5, -3, -1, 0, 1, 2, 3, 5, 7, 9, 10**18 - 1, -25, "0.5", "1234567.891", "123456789012345678901234567890.5")
             for d in (1, 2, 3, 5, 10, "0.008", "0.3071", 1000, "158.61")]
    found = instance.query("SELECT fx_round(n::numeric, d::numeric)::text FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS c (n, d, i) ORDER BY i",
                           *([f"{value.numerator * 10**20 // value.denominator}e-20" for value in column] for column in zip(*cases)))
    for (n, d), (text,) in zip(cases, found):
        assert Fraction(text) == half_even(n / d), (n, d)


# Reports

FIRST, LAST = datetime.date(2026, 3, 1), datetime.date(2026, 7, 31)


def half_even(value):
    return round(value)  # of a Fraction: exact, half to even


class Oracle:
    """The rates, and what they make of an amount, as docs/statistics.md says."""

    def __init__(self):
        self.rates = {}

    def leg(self, source, target, day):
        found = [(known, way == (source, target), Fraction(rate) if way == (source, target) else 1 / Fraction(rate))
                 for way in ((source, target), (target, source)) for known, rate in self.rates.get(way, {}).items() if known <= day]
        return max(found, default=None)

    def rate(self, source, target, day):
        if source == target:
            return Fraction(1)
        direct = self.leg(source, target, day)
        ways = [(direct[0], 1, direct[2])] if direct else []
        for third in DIGITS:
            a, b = self.leg(source, third, day), self.leg(third, target, day)
            if third not in (source, target) and a and b:
                ways.append((min(a[0], b[0]), 0, a[2] * b[2]))
        return max(ways)[2] if ways else None

    def convert(self, minor, source, target, day):
        rate = self.rate(source, target, day)
        return None if rate is None else half_even(minor * rate * Fraction(10) ** (DIGITS[target] - DIGITS[source]))


def text_of(minor, currency):
    sign, digits = "-" if minor < 0 else "", DIGITS[currency]
    whole, part = divmod(abs(minor), 10 ** digits)
    return f"{sign}{whole}.{part:0{digits}}" if digits else f"{sign}{whole}"


@pytest.fixture(scope="module")
def books(instance):
    """Accounts in four currencies with 400 entries and two transfers; rates of business days, the yen's only from April on."""
    instance.clock.set("2026-08-10T12:00:00Z")
    person, chance = register(instance, currency="EUR", timezone="Europe/Berlin"), random.Random(6)
    person.oracle, person.entries, lines = Oracle(), [], []
    for offset in range(-3, (LAST - FIRST).days + 1):
        day = FIRST + datetime.timedelta(offset)
        if day.weekday() >= 5 or offset > 0 and chance.random() < 0.1:
            continue
        said = [("EUR", "USD", f"1.{chance.randrange(400, 1800):04}"), ("USD", "KWD", f"0.{chance.randrange(29000, 32000)}")]
        if day >= datetime.date(2026, 4, 3):
            said.append(("JPY", "EUR", f"0.00{chance.randrange(55000, 68000)}"))
        for base, quote, rate in said:
            person.oracle.rates.setdefault((base, quote), {})[day] = rate
            lines.append(f"{day},{base},{quote},{rate}")
    chance.shuffle(lines)
    assert load(person, "date,base,quote,rate\n" + "\n".join(lines)).status == 200
    person.accounts = {currency: person.client.post("/v1/accounts", {"name": currency, "type": "checking", "currency": currency,
                                                                    "opening_balance": text_of(1234567, currency)}).json()["id"] for currency in ("EUR", "USD", "JPY", "KWD")}
    categories = [person.client.post("/v1/categories", {"name": name, "kind": "expense"}).json()["id"] for name in ("Food here", "Food there")]
    rows = []
    for n in range(400):
        currency, day = chance.choice(list(person.accounts)), FIRST + datetime.timedelta(chance.randrange((LAST - FIRST).days + 1))
        minor, category = chance.choice([-1, -1, 1]) * chance.randrange(1, 500000), chance.choice(categories)
        person.entries.append((currency, day, minor, category, f"payee {n % 7}"))
        rows.append({"account_id": person.accounts[currency], "amount": text_of(minor, currency), "date": str(day), "description": f"payee {n % 7}",
                     "category_id": category})
    answer = person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"})
    assert answer.status == 200, answer
    return person


def converted(books, target):
    """(month, currency, minor, category, payee) of each entry, and the rates that are missing."""
    rows, missing = [], set()
    for currency, day, minor, category, payee in books.entries:
        value = books.oracle.convert(minor, currency, target, day)
        if value is None:
            missing.add((str(day), currency))
        rows.append((f"{day:%Y-%m}", currency if value is None else target, minor if value is None else value, category, payee))
    return rows, missing


def flows(rows, *places):
    sums = collections.defaultdict(lambda: [0, 0, 0])
    for row in rows:
        one = sums[tuple(row[place] for place in places)]
        one[0] += 1
        one[1 if row[2] > 0 else 2] += abs(row[2])
    return sums


def shown(answer, *names):
    return {tuple(row[name] for name in names): [row["count"], row["income"], row["expense"]] for row in answer["data"]}


def as_texts(sums, currency_at):
    return {key: [count, text_of(income, key[currency_at]), text_of(expense, key[currency_at])] for key, (count, income, expense) in sums.items()}


@pytest.mark.parametrize("target", ["EUR", "USD", "JPY", "KWD"])
def test_reports_in_one_currency_are_what_each_entry_is_at_the_rate_of_its_date(books, target):
    rows, missing = converted(books, target)
    assert missing and (target == "JPY" or {currency for _, currency in missing} == {"JPY"})
    span = f"from=2026-03&to=2026-07&currency={target}"
    answers = {name: get(books, f"/v1/statistics/{name}?{span}") for name in ("monthly", "categories", "payees", "cash-flow")}
    answers["by category"] = get(books, f"/v1/statistics/monthly?{span}&by=category")
    for name, answer in answers.items():
        told = {(one["date"], one["currency"]) for one in answer["missing_rates"]}
        assert answer["currency"] == target and told >= missing and (name == "cash-flow" or told == missing), name
    assert shown(answers["monthly"], "month", "currency") == as_texts(flows(rows, 0, 1), 1)
    assert shown(answers["categories"], "currency", "category_id") == as_texts(flows(rows, 1, 3), 0)
    assert shown(answers["payees"], "currency", "payee") == as_texts(flows(rows, 1, 4), 0)
    by_month = {key[:2]: value for key, value in as_texts(flows(rows, 0, 1), 1).items()}
    for row in answers["cash-flow"]["data"]:
        income, expense = by_month.get((row["month"], row["currency"]), [0, text_of(0, row["currency"]), text_of(0, row["currency"])])[1:]
        assert (row["income"], row["expense"]) == (income, expense)
    years = get(books, f"/v1/statistics/years?year=2026&currency={target}")
    assert {(row["month"], row["currency"]): row["income"] for row in years["data"]} == {key: value[1] for key, value in by_month.items()}


@pytest.mark.parametrize("target", ["EUR", "KWD"])
def test_what_is_held_is_converted_at_the_rate_of_the_months_last_day(books, target):
    answer = get(books, f"/v1/net-worth?from=2026-03&to=2026-07&currency={target}")
    held, missing = collections.defaultdict(int), set()
    for month in range(3, 8):
        end = datetime.date(2026, month + 1, 1) - datetime.timedelta(1)
        for currency in books.accounts:
            minor = 1234567 + sum(entry[2] for entry in books.entries if entry[0] == currency and entry[1] <= end)
            value = books.oracle.convert(minor, currency, target, end)
            if value is None:
                missing.add((str(end), currency))
            held[f"2026-{month:02}", currency if value is None else target] += minor if value is None else value
    assert {(row["month"], row["currency"]): row["net_worth"] for row in answer["data"]} == {key: text_of(value, key[1]) for key, value in held.items()}
    assert {(one["date"], one["currency"]) for one in answer["missing_rates"]} == missing
    closing = {(row["month"], row["currency"]): row for row in get(books, f"/v1/statistics/cash-flow?from=2026-04&to=2026-07&currency={target}")["data"]}
    for (month, currency), value in held.items():
        if month > "2026-03":
            assert closing[month, currency]["closing"] == text_of(value, currency)
    row = closing["2026-07", target]
    parts = [int(row[name].replace(".", "")) for name in ("opening", "income", "transfers_in", "exchange", "expense", "transfers_out", "closing")]
    assert sum(parts[:4]) - sum(parts[4:]) == 0


def test_the_own_currency_may_be_asked_for_by_name(books):
    assert get(books, "/v1/statistics/monthly?currency=user") == get(books, "/v1/statistics/monthly?currency=EUR")
    this = get(books, "/v1/analytics?period=current_month&currency=user")
    assert (this["currency"], this["income"], this["missing_rates"]) == ("EUR", "0.00", [])
    last = get(books, "/v1/analytics?period=last_month&currency=CHF")
    assert last["currency"] == "CHF" and last["income"] == "0.00" and {row["currency"] for row in last["data"]} == {"CHF", "EUR", "USD", "JPY", "KWD"}
    assert books.client.get("/v1/analytics?currency=EURO").json()["errors"][0]["pointer"] == "currency"


def test_without_being_asked_nothing_is_converted(books):
    plain = get(books, "/v1/statistics/monthly?from=2026-03&to=2026-07")
    assert "missing_rates" not in plain and {row["currency"] for row in plain["data"]} == set(books.accounts)

"""purser stats, recurring and budget, run as people run them."""

import datetime
import json
import unicodedata

import pytest
from support.instance import run_purser
from support.people import PASSWORD, register


@pytest.fixture(scope="module")
def shell(instance, tmp_path_factory):
    person = register(instance)
    environment = {"PURSER_URL": instance.url, "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")), "PURSER_CLOCK_FILE": instance.clock.path}

    def run(*arguments, **options):
        return run_purser(*arguments, environment=environment, **options)

    run("login", person.username, stdin=PASSWORD + "\n")
    run.person, run.today = person, instance.clock.now().date()
    known = [each for each in person.client.get("/v1/categories?limit=500").json()["data"]
             if each["kind"] == "expense" and " " not in each["name"] and each["parent_id"] is None]
    run.category, run.other = known[:2]
    account = person.main_account()["id"]
    rows = [{"account_id": account, "amount": amount, "date": str(run.today), "description": "x"} | more
            for amount, more in (("100", {"category_id": run.other["id"]}), ("-40", {"category_id": run.category["id"]}), ("-20", {"category_id": run.other["id"]}))]
    assert person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"}).status == 200
    return run


def lines(text):
    return {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}


def test_stats_shows_months_categories_and_accounts_with_bars(shell):
    month = f"{shell.today:%Y-%m}"
    assert lines(shell("stats").stdout)[month] == ["100.00", "60.00", "40.00", "EUR", "█" * 30]
    found = lines(shell("stats", "--by", "category", "--month", month).stdout)
    assert found[shell.category["name"]] == ["0.00", "40.00", "-40.00", "EUR", "█" * 30]
    assert found[shell.other["name"]] == ["100.00", "20.00", "80.00", "EUR", "█" * 15]
    assert lines(shell("stats", "--by=account", f"--month={month}").stdout)["Main"][:3] == ["100.00", "60.00", "40.00"]


@pytest.mark.parametrize("words", [("--by", "colour"), ("--month", "May"), ("--nonsense",), ("--forecast", "--by", "account"), ("word",)])
def test_a_wish_that_stats_does_not_know_is_refused(shell, words):
    assert shell("stats", *words, check=False).returncode == 2


def test_rates_are_loaded_and_stats_told_in_another_currency(shell, tmp_path):
    file, month = tmp_path / "rates.csv", f"{shell.today:%Y-%m}"
    assert "not converted, for want of a rate:\n  EUR of " + str(shell.today) in shell("stats", "--currency", "USD").stdout
    file.write_text(f"date,base,quote,rate\n{shell.today},EUR,USD,1.25\n")
    assert shell("rates", "load", str(file)).stdout == f"1 added, 0 changed, 0 as they were: {shell.today} to {shell.today}\n"
    assert lines(shell("rates", "list").stdout)[str(shell.today)] == ["EUR", "USD", "1.25", "me"]
    assert lines(shell("stats", "--currency", "USD").stdout)[month][:4] == ["125.00", "75.00", "50.00", "USD"]
    file.write_text("date,base,quote,rate\n2026-01-01,EUR,USD,x\n")
    refused = shell("rates", "load", str(file), check=False)
    assert refused.returncode == 1 and "line 2" in refused.stderr and "rate: must be a decimal number" in refused.stderr


def test_a_rule_is_added_shown_skipped_and_deleted(shell):
    start = shell.today + datetime.timedelta(3)
    rule = shell("recurring", "add", "-12.50", "gym", "FREQ=WEEKLY;COUNT=2", str(start), "--category", shell.other["name"]).stdout.strip()
    assert [line for line in shell("recurring", "list").stdout.splitlines() if rule in line and "-12.50" in line and str(start) in line]
    assert lines(shell("stats", "--forecast").stdout)[f"{start:%Y-%m}"][:2] in (["0.00", "25.00"], ["0.00", "12.50"])
    shell("recurring", "skip", rule, str(start))
    found = lines(shell("recurring", "dates", rule).stdout)
    assert found[str(start)][-1] == "skipped" and found[str(start + datetime.timedelta(7))][-1] == "scheduled"
    shell("recurring", "pause", rule)
    assert [line for line in shell("recurring", "list").stdout.splitlines() if rule in line and " paused " in line]
    shell("recurring", "resume", rule)
    later = start + datetime.timedelta(7)
    shell("recurring", "postpone", rule, str(later), str(later + datetime.timedelta(2)))
    assert lines(shell("recurring", "dates", rule).stdout)[str(later)] == [str(later + datetime.timedelta(2)), "-12.50", "postponed"]
    shell("recurring", "post", rule, str(later))
    assert lines(shell("recurring", "dates", rule).stdout)[str(later)] == [str(shell.today), "-12.50", "posted"]
    refused = shell("recurring", "skip", rule, str(start + datetime.timedelta(1)), check=False)
    assert refused.returncode == 1 and "is not a date of this rule" in refused.stderr
    shell("recurring", "delete", rule)
    assert rule not in shell("recurring", "list").stdout


def test_what_history_proposes_is_shown(shell):
    account = shell.person.main_account()["id"]
    rows = [{"account_id": account, "amount": "-8.00", "date": str(shell.today - datetime.timedelta(14 * n)), "description": "MUSIC CLUB"} for n in range(1, 5)]
    assert shell.person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"}).status == 200
    row, = [line for line in shell("recurring", "suggest").stdout.splitlines() if line.startswith("MUSIC CLUB")]
    assert "-8.00" in row and "FREQ=WEEKLY;INTERVAL=2" in row and row.split()[-2:] == [str(shell.today), "4"]


def test_a_budget_is_set_shown_and_deleted(shell):
    made = shell("budget", "set", shell.category["name"], "100", "EUR", "--rollover", "surplus").stdout.strip()
    assert lines(shell("budget", "list").stdout)[shell.category["name"]][:4] == ["month", "100.00", "40.00", "60.00"]
    refused = shell("budget", "set", shell.category["name"], "-1", "EUR", check=False)
    assert refused.returncode == 1 and "must not be negative" in refused.stderr
    shell("budget", "delete", made)
    assert made not in shell("budget", "list").stdout


def columns(text):
    """How wide a text is on a terminal."""
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def test_tables_stand_straight_whatever_the_script_and_little_bars_show(shell):
    client, month = shell.person.client, f"{shell.today - datetime.timedelta(800):%Y-%m}"
    accounts = [client.post("/v1/accounts", {"name": name, "type": "savings", "currency": currency}).json()["id"]
                for name, currency in (("日本の貯金", "JPY"), ("Сбережения", "EUR"), ("cafe\u0301 ☕", "EUR"))]
    rows = [{"account_id": account, "amount": amount, "date": month + "-10", "description": "x"} for account, amount in zip(accounts, ("-50000", "-1000", "-1"))]
    assert client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"}).status == 200
    head, *shown = shell("stats", "--by", "account", "--month", month).stdout.splitlines()
    assert {columns(line[:line.index(code)]) for line in shown for code in ("JPY", "EUR") if code in line} == {columns(head[:head.index("CURRENCY")])}
    bars = {line.split()[0]: line.split()[-1] for line in shown}
    assert sorted(bars.values()) == ["█" * 30, "█" * 30, "▏"], bars


def test_rules_are_told_to_programs_too(shell):
    start = shell.today + datetime.timedelta(3)
    rule = shell("recurring", "add", "-12.50", "choir", "FREQ=WEEKLY;COUNT=2", str(start)).stdout.strip()
    assert rule in [each["id"] for each in json.loads(shell("recurring", "list", "--json").stdout)]
    assert [each["nominal_date"] for each in json.loads(shell("recurring", "dates", rule, "--json").stdout)] == [str(start), str(start + datetime.timedelta(7))]
    assert isinstance(json.loads(shell("recurring", "suggest", "--json").stdout), list)
    refused = shell("recurring", "add", "-1", "x", "FREQ=HOURLY", str(start), check=False)
    assert refused.returncode == 1 and refused.stderr.count("FREQ=HOURLY") == 1
    shell("recurring", "delete", rule)

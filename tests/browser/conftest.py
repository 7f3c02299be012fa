"""One Chromium for all tests of a run; after each test its console must be empty of complaints (a broken policy, a script's failure)."""

import datetime

import pytest

from support.browser import Browser
from support.people import register


@pytest.fixture(scope="session")
def chromium(make_folder):
    browser = Browser(make_folder("browser"))
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium):
    """The browser, of a wide window, in light colours."""
    chromium.look()
    chromium.complaints()
    yield chromium
    assert chromium.complaints() == []


@pytest.fixture
def home(browser, instance):
    """home("#/budgets", rows=[("-4.20", "Café")], currency="EUR"): a new person with these transactions of today, signed in and there."""
    def make(path="#/", rows=(), **profile):
        person = register(instance, **({"timezone": "Europe/Berlin", "currency": "EUR"} | profile))
        if rows:
            post(person, rows)
        browser.open(instance, path, person)
        return person
    return make


def post(person, rows, account_id=None, **more):
    """Stores transactions: (amount, description) of today, or (amount, description, date)."""
    account_id = account_id or person.main_account()["id"]
    today = str(datetime.date.today())
    listed = [{"account_id": account_id, "amount": amount, "description": description, "date": str(*date or [today])} | more
              for amount, description, *date in rows]
    answer = person.client.post("/v1/transactions", {"transactions": listed}, headers={"Prefer": "wait=20"})
    assert answer.status == 200, answer

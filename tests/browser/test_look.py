"""What holds for every page: how it is served, small windows, the keyboard alone."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from support.browser import HOME
from support.people import PASSWORD, register
from support.waiting import wait_until

PAGES = ["#/", "#/transactions", "#/files", "#/recurring", "#/budgets", "#/settings"]
LONG = "EREF+" + "0123456789" * 30  # as banks write: no space to break at


def served(instance, path, **headers):
    return instance.client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("path, kind", [("/", "text/html; charset=utf-8"), ("/web/main.js", "text/javascript; charset=utf-8"),
                                        ("/web/pages/overview.js", "text/javascript; charset=utf-8"), ("/web/style.css", "text/css; charset=utf-8"),
                                        ("/web/icon.svg", "image/svg+xml")])
def test_a_file_is_served_to_be_kept_and_asked_about_again(instance, path, kind):
    answer = served(instance, path)
    assert (answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (200, kind, "no-cache")
    tag = answer.headers["ETag"]
    for known in (tag, "W/" + tag, f'"other", {tag}', "*"):
        again = served(instance, path, If_None_Match=known)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert served(instance, path, If_None_Match='"other"').body == answer.body


def test_nothing_foreign_may_run(instance):
    policy = served(instance, "/").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'" and rules["script-src"] == "'self'" and rules["frame-ancestors"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy and "http" not in policy
    page = served(instance, "/").body.decode()
    assert "<style" not in page and page.count("<script") == page.count('<script type="module" src="/web/')


def test_a_file_that_is_not_there_is_not_there(instance):
    for path in ("/web", "/web/none.js", "/web/pages/none.js", "/web/pages", "/web/../api/openapi.yaml", "/web/%2e%2e/docs.html", "/api/docs.html"):
        assert served(instance, path).status == 404, path


def test_the_policy_is_at_work_text_can_not_become_markup(home, browser):
    home()
    browser.see("Welcome")
    refused = browser.run("try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch (failure) { return failure.name; }")
    assert refused == "TypeError"
    assert any("TrustedHTML" in one for one in browser.complaints())


def test_plain_http_of_a_home_network_is_enough(browser, instance):
    person = register(instance)
    browser.open(instance, "#/transactions", person, host=HOME)
    browser.see("No transaction fits")
    assert browser.run("return [isSecureContext, typeof navigator.locks, typeof crypto.randomUUID]") == [False, "undefined", "undefined"]
    browser.click("New transaction")
    browser.type("Amount", "4.20")
    browser.type("Description", "Corner Café")
    browser.click("Enter it")
    browser.see("−€4.20")
    browser.reload()
    browser.see("−€4.20")


def test_no_page_scrolls_sideways_on_a_narrow_window(home, browser):
    person = home("#/settings", [("-1234567.89", LONG), ("-4.20", "Corner Café")])
    person.client.post("/v1/accounts", {"name": LONG[:100], "type": "savings", "currency": "USD"})
    category = person.client.get("/v1/categories").json()["data"][0]["id"]
    person.client.post("/v1/budgets", {"category_id": category, "amount": "100000000.00", "currency": "EUR"})
    person.client.post("/v1/recurring", {"account_id": person.main_account()["id"], "amount": "-5.00", "description": LONG, "rrule": "FREQ=MONTHLY", "start": "2099-01-01"})
    browser.look(360, 740, dark=True)
    for path in PAGES:
        browser.go(path)
        wait_until(lambda: browser.run("const main = document.querySelector('main'); return main && !main.hasAttribute('aria-busy') && main.querySelector('h1')"), 10, f"{path} is there")
        wide = browser.run("return [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1"
                           " && one.checkVisibility() && !one.closest('.scroll')).map((one) => one.outerHTML.slice(0, 120))")
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), (path, wide)
        assert wide == [], path


def test_the_keyboard_alone_signs_in_walks_and_files_a_transaction(browser, instance):
    person = register(instance)
    person.client.post("/v1/transactions", {"account_id": person.main_account()["id"], "amount": "-3.00", "date": "2026-01-02", "description": "zorbs"}, headers={"Prefer": "wait=20"})
    browser.open(instance)
    browser.see("Sign in")
    browser.press(Keys.TAB)
    browser.press(person.username, Keys.TAB)
    browser.press(PASSWORD, Keys.ENTER)
    browser.see("Overview")
    browser.press(Keys.TAB)  # from the heading on; back to the first link of the page
    for _ in range(30):
        if browser.focused() == "Transactions":
            break
        browser.press(Keys.SHIFT, Keys.TAB)
    browser.press(Keys.ENTER)
    browser.see("zorbs")
    assert browser.focused() == "Transactions", "the new page's heading"
    for _ in range(40):
        browser.press(Keys.TAB)
        if browser.focused() == "Category of zorbs":
            break
    browser.press("Pets")
    browser.see("Filed under Pets")
    assert person.client.get("/v1/classifier").json()["revision"] == 1, "what the keys passed on the way taught nothing"
    assert browser.focused() == "Category of zorbs"
    browser.press(Keys.SHIFT, Keys.TAB)
    assert browser.focused() == "zorbs"
    browser.press(Keys.ENTER)
    browser.see("Why this category")
    browser.press(Keys.ESCAPE)
    wait_until(lambda: not browser.driver.find_elements(By.TAG_NAME, "dialog"), 5, "the dialog is closed")
    assert browser.focused() == "zorbs", "back where one was"


def test_every_control_has_a_name(home, browser):
    home("#/", [("-4.20", "Corner Café")])
    unnamed = ("return [...document.querySelectorAll('main input, main select, main textarea, main button, main a, nav a')]"
               ".filter((one) => !one.hidden && !(one.ariaLabel || one.labels?.length || one.textContent.trim())).map((one) => one.outerHTML)")
    for path in PAGES:
        browser.go(path)
        wait_until(lambda: browser.run("return document.querySelector('main h1') && !document.querySelector('main[aria-busy]')"), 10, path)
        assert browser.run(unnamed) == [], path
        headings = browser.run("return document.querySelectorAll('main h1').length")
        assert headings == 1, path

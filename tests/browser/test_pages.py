"""Each page's main way, against the real API."""

import datetime
import decimal
import os

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from support.waiting import wait_until

from conftest import post

TODAY = datetime.date.today()
HOSTILE = "<img src=x onerror=document.title='owned'> & \"<script>alert(1)</script>"


def month(back):
    year, number = divmod(TODAY.year * 12 + TODAY.month - 1 - back, 12)
    return datetime.date(year, number + 1, 3)


def of(person, path):
    return person.client.get(path).json()["data"]


# Overview


def test_the_overview_shows_months_balances_and_categories_each_currency_by_itself(home, browser):
    person = home("#/settings")
    dollars = person.client.post("/v1/accounts", {"name": "Dollars", "type": "savings", "currency": "USD"}).json()["id"]
    food = next(one["id"] for one in of(person, "/v1/categories?limit=500") if one["name"] == "Groceries")
    post(person, [("1000.00", "Salary"), ("-300.25", "Landlord")])
    post(person, [("-99.75", "Greengrocer")], category_id=food)
    post(person, [("900.00", "Salary", month(1))])
    post(person, [("-50.00", "Fare")], dollars)
    browser.click("Overview")
    browser.see("+€600.00")  # this month's net; the dollars are not in it
    browser.see("−$50.00")
    browser.see("+€900.00")
    assert "€1,500.00" in browser.row("Main").text
    browser.see("Groceries €99.75")
    bar = browser.driver.find_element(By.CSS_SELECTOR, f".bars a[href*='from={month(0).replace(day=1)}']")
    assert "in €1,000.00, out €400.00, net +€600.00" in bar.get_attribute("aria-label")
    browser.click("Figures")
    browser.see(f"{month(1):%B %Y}\t€900.00\t€0.00\t€900.00")
    browser.see(f"{month(2):%B %Y}\t€0.00\t€0.00\t€0.00")
    browser.run("arguments[0].focus()", bar)
    browser.press(Keys.ENTER)
    browser.see("Landlord")
    browser.see_not(f"{month(1):%b %Y}")


# Transactions


def test_a_transaction_is_entered_and_errors_stand_at_their_fields(home, browser):
    person = home("#/transactions")
    browser.see("No transaction fits")
    browser.click("New transaction")
    browser.type("Amount", "four")
    browser.click("Enter it")
    assert browser.error_of("Amount").startswith("Amount must be a decimal number")
    assert browser.error_of("Description").startswith("Description has 0 characters")
    assert browser.driver.switch_to.active_element.get_attribute("name") == "amount"
    browser.type("Amount", "1,234.5")
    browser.type("Description", "Corner Café")
    browser.type("Tags", "treats, Sunday")
    browser.click("Enter it")
    browser.see("−€1,234.50")
    row, = of(person, "/v1/transactions")
    assert (row["amount"], row["description"], row["tags"], row["date"]) == ("-1234.50", "Corner Café", ["treats", "Sunday"], str(TODAY))


def test_a_category_is_corrected_in_place_teaches_and_can_be_taken_back(home, browser):
    person = home("#/transactions", [("-9.00", "zorbs 17"), ("-8.00", "zorbs 18")])
    select = browser.named("Category of zorbs 17", "select")
    browser.choose(select, "Pets")
    browser.see("Filed under Pets. Purser learns from it.")
    row = next(one for one in of(person, "/v1/transactions") if one["description"] == "zorbs 17")
    assert row["category"]["source"] == "user"
    browser.click("Undo")
    browser.see_not("Pets")
    wait_until(lambda: person.client.get(f"/v1/transactions/{row['id']}").json()["category"]["source"] != "user", 5, "it is taken back")
    assert person.client.get("/v1/classifier").json()["labels"] == 0


def test_the_page_says_why_a_category_was_chosen_and_takes_a_confirmation(home, browser):
    person = home("#/transactions", [("-4.20", "Corner Café")])
    browser.click("Why this category for Corner Café?")
    browser.see("Filed by what such words usually are")
    browser.click("That is right")
    browser.see("Confirmed")
    assert of(person, "/v1/transactions")[0]["category"]["source"] == "user"
    browser.click("Corner Café")
    browser.see("You filed it: Coffee and snacks")


def test_a_transaction_is_changed_deleted_and_brought_back(home, browser):
    person = home("#/transactions", [("-4.20", "Corner Café")])
    browser.click("Corner Café")
    assert browser.field("Amount").get_attribute("value") == "4.20"
    browser.type("Amount", "5")
    browser.type("Payee", "Café Anna")
    browser.click("Save")
    browser.see("−€5.00")
    row, = of(person, "/v1/transactions")
    assert (row["payee"], row["description"]) == ("Café Anna", "Corner Café")
    browser.click("Café Anna Corner Café")
    browser.click("Delete")
    browser.see_not("Café Anna")
    browser.click("Undo")
    browser.see("Café Anna")
    person.client.delete(f"/v1/transactions/{row['id']}")
    browser.choose("Status", "Deleted")
    browser.click("Restore")
    wait_until(lambda: of(person, "/v1/transactions"), 5, "it is back")


def test_somebody_elses_change_in_between_is_not_overwritten(home, browser):
    person = home("#/transactions", [("-4.20", "Corner Café")])
    browser.click("Corner Café")
    row, = of(person, "/v1/transactions")
    person.client.patch(f"/v1/transactions/{row['id']}", {"memo": "theirs"})
    browser.type("Memo", "mine")
    browser.click("Save")
    browser.see("It was changed elsewhere in the meantime")
    assert of(person, "/v1/transactions")[0]["memo"] == "theirs"


def test_filters_stand_in_the_address_and_faults_at_their_fields(home, browser):
    home("#/transactions", [("-4.20", "Corner Café"), ("-20.00", "Bookshop"), ("100.00", "Refund Bookshop")])
    browser.type("Text", "book")
    browser.see_not("Corner")
    browser.type("Amount to", "0")
    browser.see_not("Refund")
    wait_until(lambda: browser.hash == "#/transactions?q=book&max=0", 5, "the address says so")
    browser.type("Amount to", "much")
    assert "decimal number" in browser.error_of("Amount to")
    browser.type("Amount to", "0")
    browser.see_not("decimal number")
    browser.reload()
    browser.see("Bookshop")
    browser.see_not("Refund")
    assert browser.field("Text").get_attribute("value") == "book"


def test_the_list_goes_on_by_its_cursor_without_a_row_twice(home, browser):
    home("#/transactions", [(f"-{n}.00", f"row {n}") for n in range(1, 121)])
    browser.see("row 1")
    browser.click("Show more")
    wait_until(lambda: len(browser.driver.find_elements(By.CSS_SELECTOR, ".list tbody tr")) == 100, 5, "a second page")
    browser.click("Show more")
    wait_until(lambda: len(browser.driver.find_elements(By.CSS_SELECTOR, ".list tbody tr")) == 120, 5, "the last page")
    names = [one.text for one in browser.driver.find_elements(By.CSS_SELECTOR, ".list .name")]
    assert sorted(names) == sorted(f"row {n}" for n in range(1, 121))


def test_hostile_text_of_a_bank_is_text(home, browser, tmp_path):
    home("#/transactions", [("-6.66", HOSTILE)])
    browser.see(HOSTILE)
    browser.click(HOSTILE)
    browser.see("Why this category")
    assert browser.driver.find_element(By.CSS_SELECTOR, "dialog h2").text == HOSTILE
    browser.press(Keys.ESCAPE)
    file = tmp_path / "<b>bank.csv"
    file.write_text(f'Date,Description,Amount\n2026-01-02,"{HOSTILE.replace(chr(34), chr(34) * 2)}",-1.00\n2026-01-03,"{HOSTILE.replace(chr(34), chr(34) * 2)}",x\n')
    browser.go("#/files")
    browser.see("Choose files")
    browser.driver.find_element(By.ID, "bank-files").send_keys(str(file))
    browser.see("Can't be read")
    assert browser.text().count(HOSTILE.split(" & ")[0]) >= 2
    assert browser.driver.title != "owned" and not browser.driver.find_elements(By.TAG_NAME, "img")


# Bank files


def test_a_file_is_looked_at_taken_in_followed_and_taken_back(home, browser, tmp_path):
    person = home("#/files")
    file = tmp_path / "bank.csv"
    rows = "".join(f"2026-{n % 12 + 1:02}-{n % 28 + 1:02};Shop {n};-{n},50\n" for n in range(1, 40))
    file.write_text("Date;Description;Amount\n" + rows + "2026-01-05;Broken;abc\n")
    browser.see("No file yet")
    person.client.post("/v1/accounts", {"name": "Other", "type": "savings", "currency": "EUR"})
    browser.reload()
    browser.see("No file yet")
    browser.driver.find_element(By.ID, "bank-files").send_keys(str(file))
    browser.see("% sure of the columns")
    assert "−€2.50" in browser.row("Shop 2").text
    assert of(person, "/v1/transactions") == [], "a look stores nothing"
    browser.choose("Into the account", "Other")  # for the next file
    browser.see("into Main")
    browser.click("Take it in")
    browser.see("39 new")
    assert "41" in browser.row('"abc"').text, "the rejected row's line"
    assert len(of(person, f"/v1/transactions?limit=100&account={person.main_account()['id']}")) == 39
    browser.click("Done")
    upload, = of(person, "/v1/uploads")
    browser.row(" · CSV").find_element(By.TAG_NAME, "button").click()
    browser.see("Rejected rows")
    browser.click("Undo this file")
    browser.see("Undone: what it brought is out again.")
    assert of(person, "/v1/transactions") == []
    assert person.client.get(f"/v1/uploads/{upload['id']}").json()["state"] == "undone"


def test_columns_that_can_not_be_guessed_are_named_by_the_person(home, browser, tmp_path):
    person = home("#/files")
    file = tmp_path / "odd.csv"
    file.write_text("a;b;c\nx;17|01|2026;3,50\ny;18|01|2026;4,50\n")
    browser.see("Choose files")
    browser.driver.find_element(By.ID, "bank-files").send_keys(str(file))
    browser.see("Leave it out")
    browser.type("Date", "b")
    browser.type("Amount", "c")
    browser.type("Text", "a")
    browser.type("Separator", ";")
    browser.type("Decimal sign", "~")
    browser.type("Form of dates", "%d|%m|%Y")
    browser.click("Try with these")
    assert browser.error_of("Decimal sign") == 'Decimal sign must be "." or ","'
    browser.type("Decimal sign", ",")
    browser.click("Try with these")
    browser.see("by your columns")
    browser.click("Take it in")
    browser.see("2 new")
    assert {row["amount"] for row in of(person, "/v1/transactions")} == {"3.50", "4.50"}


def test_a_guess_that_the_api_would_not_dare_is_taken_when_a_person_has_seen_it(home, browser, instance, tmp_path):
    instance.restart("api", PURSER_GUESS_CERTAINTY_MIN_PERCENT=100)
    instance.restart("worker", PURSER_GUESS_CERTAINTY_MIN_PERCENT=100)
    try:
        person = home("#/files")
        file = tmp_path / "bank.csv"
        file.write_text("Date,Amount,Description\n2026-01-01,-4.20,Coffee\n2026-01-02,-x,bad\n")
        refused = person.client.post(f"/v1/uploads?account_id={person.main_account()['id']}", file.read_bytes(), headers={"Prefer": "wait=20"}).json()["upload"]
        assert refused["state"] == "failed" and of(person, "/v1/transactions") == []
        browser.see("Choose files")
        browser.driver.find_element(By.ID, "bank-files").send_keys(str(file))
        browser.see("95 % sure of the columns")
        browser.click("Take it in")
        browser.see("1 new")
        assert len(of(person, "/v1/transactions")) == 1
    finally:
        instance.restart("worker")
        instance.restart("api")


# Recurring


def test_a_suggestion_is_accepted_skipped_and_paused(home, browser):
    person = home("#/settings")
    post(person, [("-11.99", "Film Stream monthly", month(back).replace(day=1)) for back in range(6)])
    browser.click("Recurring")
    browser.see("every month on day 1")
    browser.click("Accept Film Stream monthly")
    browser.see("It recurs from now on.")
    rule, = of(person, "/v1/recurring")
    first = rule["next"]["nominal_date"]
    browser.click("Skip the next")
    browser.see("is left out on")
    dates = of(person, f"/v1/recurring/{rule['id']}/occurrences?limit=2")
    assert (dates[0]["nominal_date"], [one["state"] for one in dates]) == (first, ["skipped", "scheduled"])
    day = browser.module("format.js", f"m.day('{dates[1]['posting_date']}')")
    browser.see(f"next {day}")
    browser.click("Dates to come")
    browser.see("skipped")
    browser.click("Pause")
    browser.see("Paused: it enters nothing.")
    assert of(person, "/v1/recurring")[0]["paused"]
    browser.click("Go on")
    wait_until(lambda: not of(person, "/v1/recurring")[0]["paused"], 5, "it goes on")


def test_a_recurring_entry_is_made_by_hand_and_shows_on_the_overview(home, browser):
    person = home("#/recurring")
    browser.click("New recurring entry")
    browser.type("Description", "Rent")
    browser.type("Amount", "820")
    browser.choose("Every", "three months")
    browser.type("From", str(TODAY + datetime.timedelta(days=40)))
    browser.click("Create")
    browser.see("every 3 months")
    assert of(person, "/v1/recurring")[0]["amount"] == "-820.00"
    browser.click("Overview")
    assert "−€820.00" in browser.row("Rent").text


# Budgets


def test_a_rule_that_changes_from_a_date_on_keeps_what_comes_before(home, browser):
    person = home("#/settings")
    start = month(-1).replace(day=1)
    person.client.post("/v1/recurring", {"account_id": person.main_account()["id"], "amount": "-820.00", "description": "Rent",
                                         "rrule": "FREQ=MONTHLY", "start": str(start)})
    browser.click("Recurring")
    browser.click("Change Rent")
    browser.type("Amount", "900")
    browser.type("From", str(month(-3).replace(day=1)))
    browser.click("Save")
    browser.see("−€900.00")
    browser.see("−€820.00")
    amounts = [date["amount"] for rule in of(person, "/v1/recurring") for date in of(person, f"/v1/recurring/{rule['id']}/occurrences?limit=3")]
    assert sorted(amounts) == ["-820.00", "-820.00", "-900.00", "-900.00", "-900.00"]


def test_a_budget_is_set_and_says_what_is_left(home, browser):
    person = home("#/budgets")
    food = next(one["id"] for one in of(person, "/v1/categories?limit=500") if one["name"] == "Groceries")
    post(person, [("-130.00", "Greengrocer")], category_id=food)
    browser.click("New budget")
    browser.choose("Category", "Food")
    browser.click("Set it")
    assert browser.error_of("Amount")
    browser.type("Amount", "100")
    browser.click("Set it")
    browser.see("€30.00 over")
    browser.click("Change Food")
    browser.type("Amount in EUR", "400")
    browser.click("Save")
    browser.see("€270.00 left")
    browser.click("Overview")
    assert "€270.00 left" in browser.row("€130.00 of €400.00").text
    browser.click("Budgets")
    browser.click("Change Food")
    browser.click("Delete")
    browser.see("Deleted.")
    assert of(person, "/v1/budgets") == []


# Settings


def test_settings_keep_accounts_zone_password_and_mails(home, browser):
    person = home("#/settings")
    browser.click("New account")
    browser.type("Name", "Rainy day")
    browser.type("Opening balance", "12.5")
    browser.click("Create")
    assert "€12.50" in browser.row("Rainy day").text
    browser.click("Rainy daychecking", within=browser.row("Rainy day"))
    browser.type("Name", "Sunny day")
    browser.click("Save")
    assert "€12.50" in browser.row("Sunny day").text
    browser.choose("Time zone", "Asia/Tokyo")
    browser.click("Save", within=browser.row("Time zone"))
    wait_until(lambda: person.client.get("/v1/users/me").json()["timezone"] == "Asia/Tokyo", 5, "the zone is kept")
    browser.see("Saved.")
    browser.type("The one you have", "not it")
    browser.type("The new one", "another horse battery")
    browser.click("Change it")
    assert browser.error_of("The one you have")
    browser.click("What each month came to", "label")
    browser.click("Save", within=browser.row("What each month came to"))
    wait_until(lambda: not person.client.get("/v1/notifications").json()["monthly_statement"]["mail"], 5, "no statement by mail")


def test_the_books_can_be_taken_along(home, browser):
    home("#/settings", [("-4.20", "Corner Café")])
    browser.click("CSV")
    path = os.path.join(browser.downloads, f"purser-{TODAY}.csv")
    wait_until(lambda: os.path.exists(path), 10, "the file is saved")
    with open(path, encoding="utf-8") as file:
        assert "Corner Café" in file.read()


def test_money_is_written_and_read_exactly(home, browser):
    home("#/settings")
    browser.see("Accounts")
    huge = "92233720368547758.07"
    written = browser.module("format.js", f"[m.money('-{huge}', 'EUR'), m.money('0.00', 'EUR', true), m.money('5', 'JPY'), m.money('1.234', 'KWD')]")
    assert written == ["−€92,233,720,368,547,758.07", "€0.00", "¥5", "KWD\u00a01.234"]
    assert browser.module("format.js", f"m.sum(['{huge}', '-0.08', '1'])") == str(decimal.Decimal(huge) - decimal.Decimal("0.08") + 1)
    typed = {"12": "12", "1,234.50": "1234.50", "1.234,50": "1234.50", "1'234.5": "1234.5", "12,5": "12.5", "-7": "-7", "−7": "-7", "1,234": "1234", ".5": "0.5", "x": "x", "": ""}
    assert {text: browser.module("format.js", f"m.readAmount({text!r})") for text in typed} == typed
    assert browser.module("format.js", "[m.addMonths('2026-01', -1), m.addMonths('2026-11-30', 2), m.lastDay('2028-02'), m.day('2026-03-01')]") == [
        "2025-12", "2027-01", "2028-02-29", "1 Mar 2026"]

"""Getting in and out: registration by a mailed code, signing in, staying in over a reload, passwords set anew."""

from selenium.webdriver.common.keys import Keys
from support.people import PASSWORD, log_in, register
from support.waiting import wait_until


def test_a_person_registers_by_a_mailed_code_and_finds_empty_books(browser, instance):
    browser.open(instance)
    browser.click("Register")
    browser.type("E-mail address", "newcomer@example.test")
    browser.click("Send me a code")
    browser.see("Check your mail")
    browser.type("Code", "AAAAAA")
    browser.click("Go on")
    assert "code" in browser.error_of("Code").lower()
    browser.type("Code", instance.mail.wait_for_code("newcomer@example.test"))
    browser.click("Go on")
    browser.type("Name", "a b")
    browser.type("Password", "short")
    browser.choose("Time zone", "Europe/Paris")
    browser.choose("Currency", "CHF · Swiss Franc")
    browser.click("Create the books")
    assert browser.error_of("Password").startswith("Password has 5 characters")
    assert browser.error_of("Name")
    browser.type("Name", "newcomer")
    browser.type("Password", PASSWORD)
    browser.click("Create the books")
    browser.see("Welcome, newcomer")
    client = instance.client()
    log_in(client, "newcomer")
    me = client.get("/v1/users/me").json()
    assert (me["timezone"], me["currency"]) == ("Europe/Paris", "CHF")


def test_a_wrong_password_is_said_and_the_right_one_opens_the_page_that_was_asked_for(browser, instance):
    person = register(instance)
    browser.open(instance, "#/budgets")
    browser.type("Name or e-mail address", person.username)
    browser.type("Password", "wrong " + PASSWORD)
    browser.click("Sign in")
    browser.see("There is no user with this name and this password")
    browser.type("Password", PASSWORD)
    browser.press(Keys.ENTER)
    browser.see("No budget yet")
    assert browser.hash == "#/budgets"


def test_a_reload_stays_signed_in_and_no_token_lies_about_but_the_refresh_token(home, browser):
    home("#/settings")
    browser.see("Where you are signed in")
    first = browser.run("return sessionStorage.getItem('purser.refresh_token')")
    browser.reload()
    browser.see("Where you are signed in")
    stored = browser.run("return [{...sessionStorage}, {...localStorage}, document.cookie]")
    assert list(stored[0]) == ["purser.refresh_token"] and stored[1:] == [{}, ""]
    assert stored[0]["purser.refresh_token"] != first, "each is good once"


def test_staying_signed_in_is_asked_for_and_outlives_the_tab(browser, instance):
    person = register(instance)
    browser.open(instance)
    browser.type("Name or e-mail address", person.email)
    browser.type("Password", PASSWORD)
    browser.click("Stay signed in on this device", "label")
    browser.click("Sign in")
    browser.see("Welcome")
    assert browser.run("return [sessionStorage.length, localStorage.length]") == [0, 1]
    browser.click("Sign out")
    browser.see("Forgot the password?")
    assert browser.run("return [sessionStorage.length, localStorage.length]") == [0, 0]


def test_signing_out_ends_the_session_at_the_server(home, browser):
    person = home()
    browser.see("Welcome")
    token = browser.run("return sessionStorage.getItem('purser.refresh_token')")
    browser.click("Sign out")
    browser.see("Forgot the password?")
    assert person.instance.client().post("/v1/sessions/refresh", {"refresh_token": token}).status == 401
    browser.go("#/transactions")
    browser.see("Forgot the password?")


def test_a_session_that_was_ended_elsewhere_leads_to_the_door_and_back(home, browser):
    person = home("#/budgets")
    browser.see("No budget yet")
    for one in person.client.get("/v1/sessions").json()["data"]:
        if not one["is_current"]:
            person.client.delete(f"/v1/sessions/{one['id']}")
    browser.go("#/recurring")
    browser.see("Your session has ended. Please sign in again.")
    browser.type("Name or e-mail address", person.username)
    browser.type("Password", PASSWORD)
    browser.click("Sign in")
    browser.see("Nothing yet: rent")
    assert browser.hash == "#/recurring"


def test_a_session_that_ended_meanwhile_is_told_of_and_its_page_is_come_back_to(home, browser):
    person = home("#/budgets")
    browser.see("No budget yet")
    token = browser.run("return sessionStorage.getItem('purser.refresh_token')")
    for _ in range(2):  # the second use of a refresh token ends its session
        person.instance.client().post("/v1/sessions/refresh", {"refresh_token": token})
    browser.reload()
    browser.see("Your session has ended. Please sign in again.")
    browser.type("Name or e-mail address", person.username)
    browser.type("Password", PASSWORD)
    browser.click("Sign in")
    browser.see("No budget yet")
    assert browser.hash == "#/budgets"


def test_two_tabs_that_share_a_session_do_not_sign_each_other_out(home, browser):
    home("#/budgets")
    browser.see("No budget yet")
    first = browser.driver.current_window_handle
    try:
        # A duplicated tab starts with a copy of the session's storage.
        token = browser.run("return sessionStorage.getItem('purser.refresh_token')")
        browser.driver.switch_to.new_window("tab")
        browser.driver.get(browser.url + "/healthz")
        browser.run("sessionStorage.setItem('purser.refresh_token', arguments[0])", token)
        browser.driver.get(browser.url + "/#/budgets")
        browser.see("No budget yet")
        browser.driver.close()
    finally:
        browser.driver.switch_to.window(first)
    wait_until(lambda: browser.run("return sessionStorage.getItem('purser.refresh_token')") != token, 5, "the first tab has heard of the new token")
    browser.reload()
    browser.see("No budget yet")


def test_a_forgotten_password_is_set_anew_by_a_mailed_code(browser, instance):
    person = register(instance)
    browser.open(instance)
    browser.click("Forgot the password?")
    browser.type("E-mail address", person.email)
    browser.click("Send me a code")
    browser.type("Code", instance.mail.wait_for_code(person.email, 2))
    browser.type("Password", "another horse battery")
    browser.click("Set the password")
    browser.see("Welcome")
    log_in(instance.client(), person.username, "another horse battery")


def test_access_tokens_that_run_out_are_renewed_on_the_way(browser, instance):
    person = register(instance)
    instance.restart("api", PURSER_TOKEN_MS=1000)  # less than the page's margin: each is taken as old at once
    try:
        browser.open(instance, "#/settings", person)
        for link, text in (("Budgets", "No budget yet"), ("Overview", "Welcome"), ("Settings", "Where you are signed in")):
            browser.click(link)
            browser.see(text)
        sessions = instance.query("SELECT count(*) FROM session s JOIN app_user u ON u.id = s.user_id WHERE u.username = %s AND s.revoked_at IS NULL", person.username)
        assert sessions == [(2,)], "the test's own and the page's: none was revoked"
    finally:
        instance.restart("api")


def test_a_server_that_is_gone_is_said_so_and_asked_again(home, browser, instance):
    home("#/budgets")
    browser.see("No budget yet")
    instance.kill("api")
    try:
        browser.click("Recurring")
        browser.see("Purser does not answer")
    finally:
        instance.start("api")
    browser.click("Try again")
    browser.see("Nothing yet: rent")

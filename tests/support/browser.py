"""Debian's Chromium, driven by its own driver (WebDriver): pages are used the way people use them, by what is written on them."""

import json
import os
import shutil

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from support.people import log_in
from support.waiting import wait_until

DRIVER = "/usr/bin/chromedriver"
DEADLINE = 10
HOME = "purser.home"  # leads here: to the browser, an address of a home network on plain http
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB",
         f"--host-resolver-rules=MAP {HOME} 127.0.0.1")


class Browser:
    """One Chromium. What is written on a page is matched whole, but for surrounding space; everything waits until it is there."""

    def __init__(self, folder):
        self.downloads = os.path.join(folder, "downloads")
        os.makedirs(self.downloads)
        options = Options()
        options.binary_location = shutil.which("chromium")
        for flag in (*QUIET, f"--user-data-dir={folder}/profile"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"intl.accept_languages": "en-GB", "download.default_directory": self.downloads})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.driver.set_script_timeout(10)
        self.url = None

    def quit(self):
        self.driver.quit()

    # Where we are

    def open(self, instance, path="#/", person=None, host="127.0.0.1"):
        """A page of `instance` in a fresh tab's state, signed in as `person` by a session of its own when one is given."""
        self.url = f"http://{host}:{instance.port}"
        self.driver.get(self.url + "/healthz")  # the same origin, no script
        self.run("sessionStorage.clear(); localStorage.clear()")
        if person is not None:
            session = log_in(instance.client(), person.username)
            self.run("sessionStorage.setItem('purser.refresh_token', arguments[0])", session["refresh_token"])
        self.driver.get(f"{self.url}/{path}")

    def go(self, path):
        self.run("location.hash = arguments[0]", path)

    def reload(self):
        self.driver.refresh()

    @property
    def hash(self):
        return self.run("return location.hash")

    def look(self, width=1400, height=900, dark=False):
        """The window's size, in CSS pixels, and what the person prefers."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def module(self, name, expression):
        """What an expression of a module's exports gives, the module being `m`: module("format.js", "m.money('1.00', 'EUR')")."""
        return self.driver.execute_async_script(
            f"const done = arguments[0]; import('/web/{name}').then((m) => done({expression}), (failure) => done(String(failure)))")

    # What is on the page

    def _first(self, path, what, within=None):
        def found():
            dialogs = self.driver.find_elements(By.CSS_SELECTOR, "dialog[open]")  # what lies behind one can't be reached
            place = within or (dialogs or [self.driver])[-1]
            try:
                return next((one for one in place.find_elements(By.XPATH, path) if one.is_displayed()), None)
            except StaleElementReferenceException:
                return None
        return self._wait(found, what)

    def _wait(self, condition, what):
        try:
            return wait_until(condition, DEADLINE, what)
        except AssertionError:
            raise AssertionError(f"no {what} on {self.driver.current_url}:\n{self.text()}") from None

    def text(self):
        """All that can be read; of a choice what is chosen."""
        return self.run("return [...document.querySelectorAll('select')].reduce((text, one) => "
                        "text.replace(one.innerText, one.selectedOptions[0]?.text ?? ''), document.body.innerText)")

    def see(self, text, is_there=True):
        self._wait(lambda: (text in self.text()) is is_there, text if is_there else f"less of {text!r}")

    def see_not(self, text):
        self.see(text, False)

    def field(self, label, within=None):
        """The control of a label."""
        said = self._first(f".//label[normalize-space()={_quoted(label)}]", f"a field {label!r}", within)
        return self.driver.find_element(By.ID, said.get_attribute("for"))

    def named(self, name, kind="*", within=None):
        """A control by its name: what stands on it, or its label for screen readers."""
        return self._first(f".//{kind}[normalize-space()={_quoted(name)} or @aria-label={_quoted(name)}]", f"{kind} {name!r}", within)

    def row(self, text):
        """The innermost row, item or card with this text in it: the first, where there are several."""
        inner = f"*[self::tr or self::li or self::section][contains(., {_quoted(text)})]"
        return self._first(f".//{inner}[not(.//{inner})]", f"a row with {text!r}")

    def error_of(self, label):
        """What is written at a field that is marked as wrong."""
        control = wait_until(lambda: next((one for one in [self.field(label)] if one.get_attribute("aria-invalid") == "true"), None), DEADLINE, f"{label!r} is marked")
        texts = [self.driver.find_element(By.ID, one).text for one in control.get_attribute("aria-describedby").split()]
        return texts[-1]

    # What people do

    def click(self, name, kind="*[self::button or self::a or self::summary]", within=None):
        self.named(name, kind, within).click()

    def fill(self, **texts):
        """fill(User_name="ada"): by label, _ for a space."""
        for label, text in texts.items():
            self.type(label.replace("_", " "), text)

    def type(self, label, text):
        control = self.field(label)
        if control.get_attribute("type") in ("date", "time"):
            self.run("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", control, text)
            return
        control.send_keys(Keys.CONTROL, "a")
        control.send_keys(text or Keys.DELETE)

    def choose(self, select, option):
        """An option by its text: of a field's label, or of a control."""
        select = self.field(select) if isinstance(select, str) else select
        self.run("arguments[0].focus()", select)
        found = wait_until(lambda: self.run("return [...arguments[0].options].find((one) => one.text.trim() === arguments[1])", select, option),
                           DEADLINE, f"{option!r} can be chosen")
        found.click()

    def press(self, *keys):
        """Keys on whatever has the focus."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def focused(self):
        """The name of what has the focus."""
        one = self.driver.switch_to.active_element
        return one.get_attribute("aria-label") or one.text or one.get_attribute("name") or one.tag_name

    # What a person doesn't see

    def complaints(self):
        """What the console holds since the last call, but for requests that were answered with an error: pages show these."""
        kept = [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING") and entry["source"] != "network"]
        return [json.dumps(entry) for entry in kept]

    def shot(self, path):
        """A picture of the whole page."""
        height = self.run("return Math.max(document.documentElement.scrollHeight, innerHeight)")
        width = self.run("return innerWidth")
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.driver.save_screenshot(path)


def _quoted(text):
    """A text as XPath has it."""
    return f"'{text}'" if "'" not in text else "concat(" + ", \"'\", ".join(f"'{part}'" for part in text.split("'")) + ")"

"""The person's commands: login, import, tx, accounts, export, logout. Each is run as people run it."""

import glob
import json
import os
import pty
import stat
import subprocess

import pytest
from support.instance import run_purser
from support.people import PASSWORD, register
from support.program import binary, clean_environment

HEAD = "Date,Description,Amount\n"


@pytest.fixture
def shell(instance, tmp_path):
    """A person with a home of its own: shell("tx", "list") runs purser."""
    person = register(instance)
    environment = {"PURSER_URL": instance.url, "XDG_STATE_HOME": str(tmp_path / "state"), "PURSER_CLOCK_FILE": instance.clock.path}

    def run(*arguments, **options):
        return run_purser(*arguments, environment=environment | options.pop("settings", {}), **options)

    run.person, run.environment, run.folder = person, environment, tmp_path
    return run


@pytest.fixture
def inside(shell):
    """The same, logged in."""
    shell("login", shell.person.username, stdin=PASSWORD + "\n")
    return shell


def state_file(shell):
    (path,) = glob.glob(str(shell.folder / "state" / "purser" / "*.json"))
    return path


def write(shell, text):
    path = shell.folder / "bank.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def cells(text, column=0):
    return [line.split()[column] for line in text.splitlines() if line]


def test_login_keeps_the_session_for_its_owner_alone(shell):
    assert "logged in" in shell("login", shell.person.username, stdin=PASSWORD + "\n").stdout
    path = state_file(shell)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600 and stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert PASSWORD not in open(path, encoding="utf-8").read()
    assert "Main" in shell("accounts").stdout


def test_login_by_mail_address_and_a_wrong_password(shell):
    refused = shell("login", shell.person.email, stdin="wrong\n", check=False)
    assert refused.returncode == 1 and "401" in refused.stderr
    assert shell("accounts", check=False).returncode == 1
    shell("login", shell.person.email, stdin=PASSWORD + "\n")
    assert "Main" in shell("accounts").stdout


def test_the_terminal_does_not_show_the_password(shell):
    mine, theirs = pty.openpty()
    process = subprocess.Popen([binary("purser"), "login", shell.person.username], env=clean_environment(shell.environment), stdin=theirs,
                               stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""
    while b"Password:" not in shown:
        shown += os.read(mine, 1000)
    os.write(mine, PASSWORD.encode() + b"\n")
    try:
        while piece := os.read(mine, 1000):
            shown += piece
    except OSError:
        pass  # the terminal's other end is closed
    assert process.wait(20) == 0 and b"logged in" in shown
    assert PASSWORD.encode() not in shown
    os.close(mine)


def test_without_a_session_it_says_how_to_get_one(shell):
    refused = shell("tx", "list", check=False)
    assert refused.returncode == 1 and "purser login" in refused.stderr


def test_a_token_from_the_environment_comes_first(shell):
    assert "Main" in shell("accounts", settings={"PURSER_TOKEN": shell.person.token}).stdout


def test_logout_ends_the_session_at_the_instance(inside):
    token = json.load(open(state_file(inside), encoding="utf-8"))["access_token"]
    assert inside("logout").stdout == "logged out\n"
    assert inside.person.client.get("/v1/accounts", token=token).status == 401
    assert inside("accounts", check=False).returncode == 1


def test_a_session_is_renewed_by_any_number_of_commands_at_once(inside):
    path = state_file(inside)
    state = json.load(open(path, encoding="utf-8"))
    state["expires_ms"] = 0
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state, file)
    running = [subprocess.Popen([binary("purser"), "accounts"], env=clean_environment(inside.environment), stdout=subprocess.PIPE) for _ in range(6)]
    assert [b"Main" in process.communicate(timeout=30)[0] for process in running] == [True] * 6
    assert json.load(open(path, encoding="utf-8"))["refresh_token"] != state["refresh_token"]


def test_import_shows_the_fates_and_the_same_file_again_changes_nothing(inside):
    path = write(inside, HEAD + "2026-01-02,Coffee,-3.20\n2026-01-03,Salary,2000.00\n2026-01-03,Nonsense,abc\n")
    shown = inside("import", path, "--account", "main").stdout
    fates = {line.split()[0]: line.split()[1] for line in shown.split("\n\n")[0].splitlines()}
    assert fates["inserted"] == "2" and fates["rejected"] == "1" and fates["all"] == "3"
    assert "rejected rows:" in shown and "abc" in shown
    again = inside("import", path, "--account", "Main", "--json")
    assert json.loads(again.stdout)["fates"]["duplicate"] == 2
    assert again.stderr == "", "a bar is for terminals"


def test_a_dry_run_shows_the_guess_and_stores_nothing(inside):
    path = write(inside, HEAD + "2026-01-02,Coffee,-3.20\n")
    shown = inside("import", path, "--account", "Main", "--dry-run").stdout
    assert "format: csv" in shown and "certainty:" in shown and '"amount"' in shown and "-3.20" in shown
    assert cells(inside("tx", "list").stdout) == ["DATE"]


def test_import_takes_a_mapping_as_json(inside):
    path = write(inside, "02/01/2026;Coffee;3,20\n")
    mapping = {"delimiter": ";", "header": False, "date": 0, "date_formats": ["%d/%m/%Y"], "memo": 1, "amount": 2, "decimal": ",", "invert": True}
    inside("import", path, "--account", "Main", "--format", "csv", "--mapping", json.dumps(mapping))
    assert json.loads(inside("tx", "list", "--json").stdout)[0]["amount"] == "-3.20"


def test_import_ends_with_1_when_the_file_can_not_be_read(inside):
    failed = inside("import", write(inside, "\x00\x01\x02 no bank file\n"), "--account", "Main", check=False)
    assert failed.returncode == 1 and failed.stderr != ""
    assert inside("import", str(inside.folder / "none.csv"), "--account", "Main", check=False).returncode == 1
    unknown = inside("import", write(inside, HEAD), "--account", "Nobody's", check=False)
    assert unknown.returncode == 1 and "Nobody's" in unknown.stderr
    assert inside("import", check=False).returncode == 2


def test_transactions_are_added_listed_edited_and_deleted(inside):
    inside.person.client.post("/v1/categories", {"name": "Cafés", "kind": "expense"})
    inside("tx", "add", "2026-01-02", "-3.20", "Flat white", "--account", "Main", "--category", "cafés", "--tags", "work, trip")
    inside("tx", "add", "2026-01-05", "12", "Refund", "--account", "Main")
    rows = json.loads(inside("tx", "list", "--json").stdout)
    assert [(row["date"], row["amount"], row["tags"]) for row in rows] == [("2026-01-05", "12.00", []), ("2026-01-02", "-3.20", ["work", "trip"])]
    shown = inside("tx", "list", "--q", "flat", "--max=-1").stdout.splitlines()
    assert len(shown) == 2 and "Flat white" in shown[1] and "Cafés" in shown[1] and "-3.20" in shown[1]
    edited = inside("tx", "edit", rows[1]["id"], "--amount", "-3.50", "--category", "", "--memo", "with tip", "--json")
    assert json.loads(edited.stdout)[0]["amount"] == "-3.50" and json.loads(edited.stdout)[0]["category_id"] is None
    inside("tx", "delete", rows[0]["id"], rows[1]["id"])
    assert json.loads(inside("tx", "list", "--json").stdout) == []
    assert inside("tx", "delete", rows[0]["id"], check=False).returncode == 1


def test_list_goes_over_pages(inside):
    rows = [{"account_id": inside.person.main_account()["id"], "amount": "-1", "date": "2026-01-02", "description": f"n{n}"} for n in range(620)]
    answer = inside.person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=20"})
    assert answer.status in (200, 202), answer
    assert len(json.loads(inside("tx", "list", "--json", "--limit", "610").stdout)) == 610


def test_what_is_said_wrongly_is_a_usage_error_by_name(inside):
    assert "--colour" in inside("tx", "list", "--colour", "red", check=False).stderr
    for words in (["tx"], ["tx", "paint"], ["accounts", "x"], ["login"], ["tx", "list", "--limit"]):
        assert inside(*words, check=False).returncode == 2, words


def test_control_characters_do_not_reach_the_terminal(inside):
    path = write(inside, HEAD + "2026-01-02,\x1b]0;evil\x07text,-3.20\n")
    inside("import", path, "--account", "Main")
    assert "\x1b" not in inside("tx", "list").stdout


def test_export_writes_what_the_api_gives(inside):
    inside("tx", "add", "2026-01-02", "-3.20", "=Flat white", "--account", "Main")
    assert "'=Flat white" in inside("export").stdout
    journal = inside("export", "--format", "hledger", "--account", "Main", "--from", "2026-01-01", "--to", "2026-01-31").stdout
    done = subprocess.run(["hledger", "-f", "-", "check", "--strict"], input=journal, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    refused = inside("export", "--format", "xls", check=False)
    assert refused.returncode == 1 and refused.stdout == "" and "format" in refused.stderr

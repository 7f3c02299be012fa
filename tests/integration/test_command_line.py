"""purser's commands that need no running instance."""

import os
import stat

from support.instance import run_purser
from support.servers import free_port


def test_migrate_applies_once_and_says_how_many(postgres):
    database = postgres.create_database()
    environment = {"PURSER_DATABASE_URL": postgres.url(database)}
    first = run_purser("migrate", environment=environment)
    again = run_purser("migrate", environment=environment)
    assert not first.stdout.startswith("0 migrations")
    assert again.stdout == "0 migrations applied\n"
    postgres.drop_database(database)


def test_keys_are_readable_by_their_owner_alone_and_are_never_replaced(tmp_path):
    folder = tmp_path / "keys"
    run_purser("keys", str(folder))
    made = {name: (folder / name).read_bytes() for name in os.listdir(folder)}
    assert set(made) == {"es256.pem", "secret.key"}
    assert len(made["secret.key"]) == 32
    assert b"PRIVATE KEY" in made["es256.pem"]
    for name in made:
        assert stat.S_IMODE(os.stat(folder / name).st_mode) == 0o600
    assert run_purser("keys", str(folder)).stdout == ""
    assert {name: (folder / name).read_bytes() for name in os.listdir(folder)} == made


def test_a_misspelt_setting_is_refused_by_name():
    refused = run_purser("settings", environment={"PURSER_DATABSE_URL": "x"}, check=False)
    assert refused.returncode == 1
    assert "PURSER_DATABSE_URL" in refused.stderr


def test_an_unknown_command_is_a_usage_error():
    refused = run_purser("frobnicate", check=False)
    assert refused.returncode == 2
    assert "frobnicate" in refused.stderr


def test_help_names_every_command_and_setting():
    text = run_purser("help").stdout
    for word in ("migrate", "keys", "settings", "PURSER_DATABASE_URL", "PURSER_MAIL_URL"):
        assert word in text


def test_sim_says_at_once_that_nobody_answers():
    refused = run_purser("sim", "-u", "1", environment={"PURSER_URL": f"http://127.0.0.1:{free_port()}"}, check=False, deadline=10)
    assert refused.returncode == 1
    assert "no answer" in refused.stderr


def test_sim_refuses_numbers_that_are_none():
    for arguments in (["-u", "0"], ["-x", "many"], ["-t", "1000000"], ["-q"], ["-u", "2", "more"]):
        assert run_purser("sim", *arguments, check=False).returncode == 2

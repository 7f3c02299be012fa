"""The ground that the other tests stand on: were it to give way, they would pass for the wrong reason."""

import os
import smtplib
import struct

import pytest

from support.clock import Clock
from support.waiting import wait_until


def test_redis_keeps_what_it_acknowledged_through_a_kill(redis_server):
    redis_server.connect().set("k", "v")
    redis_server.kill()
    redis_server.start()
    client = redis_server.connect()
    assert client.get("k") == b"v"
    assert client.config_get("appendfsync")["appendfsync"] == "always"
    assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_the_mail_server_answers_as_it_is_told(smtp):
    smtp.replies = ["451 later", None]
    with smtplib.SMTP("127.0.0.1", smtp.port) as sender:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            sender.sendmail("a@example.test", ["b@example.test"], "Subject: x\r\n\r\nfirst")
        assert refused.value.smtp_code == 451
        sender.sendmail("a@example.test", ["b@example.test"], "Subject: x\r\n\r\nsecond")
    assert [mail.recipients for mail in smtp.wait_for(1)] == [["b@example.test"]]
    assert smtp.attempts == 2


def test_the_clock_file_is_changed_in_place(tmp_path):
    clock = Clock(tmp_path / "clock")
    inode = os.stat(clock.path).st_ino
    clock.set("2030-01-01T00:00:00Z")
    clock.advance(days=1)
    assert os.stat(clock.path).st_ino == inode
    with open(clock.path, "rb") as file:
        assert struct.unpack("=q", file.read())[0] == clock.offset_ms
    assert clock.now().isoformat().startswith("2030-01-02T00:00:0")


def test_waiting_ends_with_what_was_missing():
    with pytest.raises(AssertionError) as failure:
        wait_until(lambda: False, 0.05, "the moon")
    assert "the moon" in str(failure.value)


def test_postgres_commits_durably_and_makes_databases_of_a_template(postgres):
    names = [postgres.create_database(), postgres.create_database()]
    assert len(set(names)) == 2
    connection = postgres.connect(names[0])
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",)
    connection.close()
    for name in names:
        postgres.drop_database(name)

"""The mails of registration: from the request to a code in hand, through mail servers that are not always well."""

import re

import pytest

from support.maildrop import CODE, code_of, text_of
from support.people import log_in
from support.smtp import SmtpServer
from support.waiting import wait_until


@pytest.fixture(scope="module")
def server():
    server = SmtpServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def instance(make_instance, server):
    """Delivers to the SMTP server of this module."""
    return make_instance(PURSER_MAIL_URL=f"smtp://127.0.0.1:{server.port}").start("api", "worker")


@pytest.fixture(autouse=True)
def clean(server):
    server.received.clear()
    server.replies, server.rcpt_replies, server.attempts = [None], [None], 0


def ask(instance, address):
    answer = instance.client().post("/v1/registrations", {"email": address})
    assert answer.status == 202, answer
    return answer


def mail_states(instance):
    return instance.query("SELECT state, attempts, error FROM mail ORDER BY created_at DESC, message_id DESC")


def test_a_code_arrives_as_text_and_html_and_opens_the_door(instance, server):
    ask(instance, "ada@example.test")
    mail = server.wait_for(1)[0]
    assert mail.recipients == ["ada@example.test"]
    code = code_of(mail.message)
    assert code in mail.message.get_body(("html",)).get_content()
    assert "10 minutes" in text_of(mail.message)
    client = instance.client()
    proof = client.post("/v1/registrations/verify", {"email": "ada@example.test", "code": code})
    assert proof.status == 200, proof
    made = client.post("/v1/users", {"registration_token": proof.json()["registration_token"], "username": "ada",
                                     "password": "correct horse battery"})
    assert made.status == 201, made
    assert log_in(client, "ada", "correct horse battery")["expires_in"] == 900
    wait_until(lambda: mail_states(instance)[0][0] == "sent", what="the mail's state is sent")


def test_a_known_address_is_told_so_by_mail_alone(instance, server):
    known = ask(instance, "known@example.test")
    code = code_of(server.wait_for(1)[0].message)
    client = instance.client()
    proof = client.post("/v1/registrations/verify", {"email": "known@example.test", "code": code}).json()
    client.post("/v1/users", {"registration_token": proof["registration_token"], "username": "known", "password": "correct horse"})
    server.received.clear()
    instance.clock.advance(minutes=2)
    again = ask(instance, "known@example.test")
    assert (again.status, again.body) == (known.status, known.body)
    mail = server.wait_for(1)[0]
    assert "already have an account" in text_of(mail.message)
    assert not CODE.search(text_of(mail.message))


def test_a_4xx_is_tried_again_and_is_the_same_mail(instance, server):
    server.replies = ["451 later", "drop", None]
    ask(instance, "later@example.test")
    mail = server.wait_for(1, deadline=20)[0]
    assert server.attempts == 3
    state = wait_until(lambda: (rows := mail_states(instance))[0][0] == "sent" and rows[0], what="the mail's state is sent")
    assert state[1] == 3
    assert re.fullmatch(r"<[0-9a-f-]{36}@localhost>", mail.message["Message-ID"])


def test_a_5xx_is_final_and_on_record(instance, server):
    server.rcpt_replies = ["550 no such user"]
    ask(instance, "nobody@example.test")
    state = wait_until(lambda: (rows := mail_states(instance))[0][0] == "failed" and rows[0], what="the mail has failed")
    assert state[1] == 1 and "550" in state[2]
    assert wait_until(lambda: instance.query("SELECT error FROM job WHERE state = 'dead'"), what="the job is dead")
    assert server.attempts == 1 and not server.received


def test_no_code_is_seen_in_logs_redis_or_the_jobs(instance, server):
    ask(instance, "secret@example.test")
    code = code_of(server.wait_for(1)[0].message)
    redis = instance.redis.connect()
    stored = b"".join(redis.dump(key) or b"" for key in redis.keys("*"))
    rows = str(instance.query("SELECT j::text FROM job j")) + str(instance.query("SELECT m::text FROM mail m"))
    registrations = str(instance.query("SELECT r::text FROM registration r"))
    for place, text in {"logs": instance.log("api") + instance.log("worker"), "redis": stored.decode("latin-1"),
                        "jobs": rows, "registrations": registrations}.items():
        assert code not in text, place
        assert code.encode().hex() not in text, place


@pytest.mark.parametrize("address", ["a@b.test\r\nBcc: x@y.test", "a@b.test\n", "a\0@b.test", "a b@c.test", "<a@b.test>", "a@b.test,c@d.test"])
def test_an_address_with_a_line_end_never_reaches_the_wire(instance, server, address):
    answer = instance.client().post("/v1/registrations", {"email": address})
    assert answer.status == 422, answer
    assert answer.json()["errors"][0]["pointer"] == "/email"
    assert server.attempts == 0

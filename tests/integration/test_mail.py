"""Mail over the wire and into a folder, as a real server and Python's parser see it."""

import email
import email.policy
import os
import ssl
import subprocess

import pytest

from support.instance import run_purser
from support.servers import free_port
from support.smtp import SmtpServer


def send(url, to="ada@example.test", **settings):
    environment = {"PURSER_MAIL_URL": url, **settings}
    return run_purser("mail", to, environment=environment, check=False)


def smtp_url(server, credentials=""):
    return f"smtp://{credentials}127.0.0.1:{server.port}"


def test_a_mail_arrives_as_text_and_html_with_sound_headers(smtp):
    sent = send(smtp_url(smtp), PURSER_MAIL_FROM="Pürser, \"die Kasse\"".replace('"', "") + " <kasse@example.test>")
    assert sent.returncode == 0, sent.stderr
    mail = smtp.wait_for(1)[0]
    assert (mail.sender, mail.recipients) == ("kasse@example.test", ["ada@example.test"])
    message = mail.message
    assert not message.defects
    assert message["From"].addresses[0].display_name == "Pürser, die Kasse"
    assert message["To"] == "ada@example.test"
    assert message["Message-ID"].strip("<>") in sent.stdout
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "purser mail" in message.get_body(("plain",)).get_content()
    assert all(len(line) <= 78 for line in mail.raw.split(b"\r\n"))
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("reply, final", [("451 try later", False), ("450 mailbox busy", False), ("550 no such user", True),
                                          ("554 refused", True), ("drop", False)])
def test_the_reply_code_says_what_a_failure_is(smtp, reply, final):
    smtp.replies = [reply]
    sent = send(smtp_url(smtp))
    assert sent.returncode == 1
    assert smtp.attempts == 1
    if reply != "drop":
        assert f"answered {reply[:3]}" in sent.stderr
    assert not smtp.received


def test_a_refused_recipient_is_told_by_its_code(smtp):
    smtp.rcpt_replies = ["550 unknown"]
    assert "answered 550" in send(smtp_url(smtp)).stderr
    smtp.rcpt_replies = ["451 greylisted"]
    assert "answered 451" in send(smtp_url(smtp)).stderr


def test_nobody_listening_is_no_answer():
    assert "no answer from the mail server" in send(f"smtp://127.0.0.1:{free_port()}").stderr


def test_the_password_travels_only_inside_tls(tmp_path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                    "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = SmtpServer("ada@example.test", "p@ss:word", tls_context=context).start()
    try:
        url = smtp_url(server, "ada%40example.test:p%40ss%3Aword@")
        sent = send(url, PURSER_MAIL_CA=str(certificate))
        assert sent.returncode == 0, sent.stderr
        assert server.credentials[-1][1:] == ("ada@example.test", "p@ss:word", True)

        unknown_signer = send(url)
        assert unknown_signer.returncode == 1 and "certificate" in unknown_signer.stderr
        wrong = send(smtp_url(server, "ada%40example.test:wrong@"), PURSER_MAIL_CA=str(certificate))
        assert "refuses the user or the password" in wrong.stderr
        assert "wrong" not in wrong.stderr
    finally:
        server.stop()


def test_required_tls_is_not_done_without(smtp):
    sent = send(smtp_url(smtp), PURSER_MAIL_TLS="require")
    assert sent.returncode == 1
    assert not smtp.received and smtp.attempts == 0


def test_a_maildir_gets_a_private_file_that_parses(tmp_path):
    folder = tmp_path / "mail"
    assert send(f"maildir:{folder}").returncode == 0
    names = os.listdir(folder / "new")
    assert len(names) == 1 and not os.listdir(folder / "tmp")
    path = folder / "new" / names[0]
    assert path.stat().st_mode & 0o077 == 0
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"] == "ada@example.test" and not message.defects


@pytest.mark.parametrize("address", ["a@b\r\nRCPT TO:<c@d>", "a@b>\r\nDATA", "a b@c", "", "a@b, c@d"])
def test_an_address_that_is_none_never_reaches_the_wire(smtp, address):
    sent = send(smtp_url(smtp), address)
    assert sent.returncode == 1 and sent.stderr
    assert smtp.attempts == 0

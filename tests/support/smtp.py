"""A real SMTP server on loopback (aiosmtpd) that answers as a test tells it."""

import email
import email.policy
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from support.servers import free_port
from support.waiting import wait_until


class Received:
    """One mail as it came over the wire."""

    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.recipients = list(envelope.rcpt_tos)
        self.raw = bytes(envelope.content)
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)


class SmtpServer:
    """`replies` are used up one a mail, the last stays: "451 later" refuses, None takes it, "drop" cuts the connection
    in the middle of DATA's answer, after the mail was read. `rcpt_replies` likewise for RCPT TO."""

    def __init__(self, user=None, password=None, tls_context=None, require_starttls=False):
        self.port = free_port()
        self.received = []
        self.attempts = 0
        self.credentials = []
        self.replies = [None]
        self.rcpt_replies = [None]
        self._lock = threading.Lock()
        options = {"tls_context": tls_context, "require_starttls": require_starttls} if tls_context else {}
        if user is not None:
            def authenticate(server, session, envelope, mechanism, data):
                self.credentials.append((mechanism, data.login.decode(), data.password.decode(), session.ssl is not None))
                right = (data.login.decode(), data.password.decode()) == (user, password)
                return AuthResult(success=right, handled=right)  # not handled: the server answers 535 itself
            options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": tls_context is not None}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    def _next(self, replies):
        with self._lock:
            return replies.pop(0) if len(replies) > 1 else replies[0]

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self._next(self.rcpt_replies)
        if reply is not None:
            self.attempts += 1
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.attempts += 1
        reply = self._next(self.replies)
        if reply == "drop":
            server.transport.abort()
            return "451 dropped"
        if reply is None or reply.startswith("2"):
            self.received.append(Received(envelope))
        return reply or "250 taken"

    def start(self):
        self._controller.start()
        return self

    def stop(self):
        self._controller.stop()

    def wait_for(self, count=1, deadline=10):
        """The mails received, once there are at least `count`."""
        wait_until(lambda: len(self.received) >= count, deadline, f"{count} mail(s) at the SMTP server")
        return self.received

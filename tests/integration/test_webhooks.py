"""Budget alerts to a person's own program: signed as Standard Webhooks says, and never to an address inside."""

import base64
import hashlib
import hmac
import http.server
import json
import threading

import pytest
from support.people import register
from support.waiting import wait_until

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver():
    """A server that answers 500 once, then 204, and keeps what it got."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((dict(self.headers), body))
            self.send_response(500 if len(server.got) == 1 else 204)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    server.got = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def overspend(instance, url):
    person = register(instance)
    answer = person.client.patch("/v1/notifications", {"webhook": {"url": url, "secret": SECRET}})
    assert answer.status == 200 and answer.json()["webhook_url"] == url and "secret" not in answer.body.decode(), answer
    category = next(each["id"] for each in person.client.get("/v1/categories?limit=500").json()["data"] if each["kind"] == "expense")
    assert person.client.post("/v1/budgets", {"category_id": category, "amount": "100", "currency": "EUR"}).status == 201
    row = {"account_id": person.main_account()["id"], "amount": "-150", "category_id": category, "description": "x",
           "date": str(instance.clock.now().date())}
    assert person.client.post("/v1/transactions", row, headers={"Prefer": "wait=20"}).status == 200
    return person


def test_an_alert_is_signed_and_sent_again_under_its_id(make_instance, receiver):
    instance = make_instance(PURSER_WEBHOOK_PRIVATE="1").start()
    overspend(instance, f"http://127.0.0.1:{receiver.server_port}/hook")
    wait_until(lambda: receiver.got, 20, "the webhook is called")
    instance.clock.advance(minutes=2)
    wait_until(lambda: len(receiver.got) >= 2, 20, "the webhook is called again")
    (first, _), (headers, body) = receiver.got[:2]
    assert first["webhook-id"] == headers["webhook-id"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    message = json.loads(body)
    assert message["type"] == "budget.alert"
    assert {(alert["threshold"], alert["spent"], alert["available"]) for alert in message["data"]["alerts"]} == {("80", "150.00", "100.00"), ("100", "150.00", "100.00")}


def test_an_address_of_the_inside_is_never_called(instance, receiver):
    overspend(instance, f"https://localhost:{receiver.server_port}/hook")
    found = wait_until(lambda: instance.query("SELECT error FROM job WHERE task = 'send_webhook' AND state = 'dead'"), 20, "the job is dead")
    assert "not a public one" in str(found[0][0])
    assert receiver.got == []


@pytest.mark.parametrize("webhook, pointer", [({"url": "http://example.org/", "secret": SECRET}, "/webhook/url"),
                                              ({"url": "https://example.org/", "secret": "short"}, "/webhook/secret"),
                                              ({"url": "https://example.org/"}, "/webhook/secret")])
def test_a_webhook_that_can_not_be_is_told_where(person, webhook, pointer):
    answer = person.client.patch("/v1/notifications", {"webhook": webhook})
    assert answer.status == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer


def test_a_webhook_is_taken_back(person):
    assert person.client.patch("/v1/notifications", {"webhook": {"url": "https://example.org/", "secret": SECRET}}).json()["webhook_url"]
    assert person.client.patch("/v1/notifications", {"webhook": None}).json()["webhook_url"] is None

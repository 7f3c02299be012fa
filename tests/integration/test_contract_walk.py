"""Every operation of openapi.yaml on real things: what is sent fits its request schema, what comes back its response schema,
member by member, and nothing comes back that the contract does not name."""

import datetime
import functools
import re
import uuid

import pytest
from support.contract import CONTRACT, OPERATIONS, check, check_answer, resolve
from support.people import PASSWORD, log_in, register
from support.queue import Queue, envelope, new_id
from support.waiting import wait_until

CSV = b"Date,Amount,Description\n2026-01-01,-4.20,Coffee\n2026-01-02,-x,bad\n"
RATES = b"date,base,quote,rate\n2026-01-02,EUR,USD,1.1000\n"


def check_replay(call, body, first):
    """The same POST under its Idempotency-Key is answered the same, another body under it is refused."""
    again = call(body)
    assert (again.status, again.body) == (first.status, first.body)
    assert (again.headers["Idempotency-Replayed"], first.headers["Idempotency-Replayed"]) == ("true", None)
    assert again.headers["Location"] == first.headers["Location"]
    if body is not None:
        other = call(body + b" " if isinstance(body, bytes) else body | {"description": "another"})
        assert (other.status, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


class Walk:
    """Calls operations and holds each answer against the contract; each POST is sent again under its key."""

    def __init__(self, client):
        self.client, self.walked = client, set()

    def __call__(self, method, target, body=None, status=200, client=None, **headers):
        """`target` is a path of the contract with {name} for its parameters, each given as `{name=value}`."""
        path, _, query = re.sub(r"{(\w+)=([^}]*)}", r"\2", target).partition("?")
        template = re.sub(r"{(\w+)=[^}]*}", r"{\1}", target).partition("?")[0]
        about = CONTRACT["paths"][template][method.lower()]
        known = {one["name"] for one in map(resolve, about.get("parameters", [])) if one["in"] == "query"}
        assert set(re.findall(r"(?:^|&)(\w+)=", query)) <= known, f"{target}: a parameter that the contract does not name"
        if body is not None and not isinstance(body, bytes):
            check(body, about["requestBody"]["content"]["application/json"]["schema"], f"{method} {template}: request ")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            sent["Idempotency-Key"] = str(uuid.uuid4())
        call = functools.partial((client or self.client).request, method, path + (query and "?" + query), headers=sent)
        answer = call(body)
        assert answer.status == status, f"{method} {target}: {answer}"
        check_answer(answer, about, f"{method} {template} ")
        if method == "POST":
            check_replay(call, body, answer)
        self.walked.add((method, template))
        return answer.json() if answer.body and "json" in answer.headers["Content-Type"] else answer


@pytest.fixture(scope="module")
def operator(instance):
    person = register(instance)
    instance.query("UPDATE app_user SET role = 'admin' WHERE username = %s", person.username)
    person.session = log_in(person.client, person.username)
    return person


def walk_service(walk):
    for path in ("/", "/healthz", "/readyz", "/health", "/metrics", "/openapi.json", "/docs", "/.well-known/jwks.json"):
        walk("GET", path)


def walk_people(walk, instance):
    client, email = instance.client(), "walker@example.test"
    walk("POST", "/v1/registrations", {"email": email}, status=202, client=client)
    proof = walk("POST", "/v1/registrations/verify", {"email": email, "code": instance.mail.wait_for_code(email)}, client=client)
    walk("POST", "/v1/users", {"registration_token": proof["registration_token"], "username": "walker", "password": PASSWORD},
         status=201, client=client)
    walk("POST", "/v1/password-resets", {"email": email}, status=202, client=client)
    code = instance.mail.wait_for_code(email, 2)
    walk("POST", "/v1/password-resets/verify", {"email": email, "code": code, "password": PASSWORD}, status=204, client=client)
    tokens = walk("POST", "/v1/sessions", {"username": "walker", "password": PASSWORD}, client=client)
    tokens = walk("POST", "/v1/sessions/refresh", {"refresh_token": tokens["refresh_token"]}, client=client)
    client.token = tokens["access_token"]
    walk("GET", "/v1/users/me", client=client)
    walk("PATCH", "/v1/users/me", {"timezone": "Europe/Berlin", "settings": {"theme": "dark"}}, client=client)
    walk("PUT", "/v1/users/me/password", {"old": PASSWORD, "new": PASSWORD + "!"}, status=204, client=client)
    log_in(instance.client(), "walker", PASSWORD + "!")
    ended = [one["id"] for one in walk("GET", "/v1/sessions", client=client)["data"] if not one["is_current"]]
    walk("DELETE", f"/v1/sessions/{{id={ended[0]}}}", status=204, client=client)
    walk("DELETE", "/v1/sessions/current", status=204, client=client)
    log_in(client, "walker", PASSWORD + "!")
    walk("DELETE", "/v1/users/me", status=204, client=client)


def walk_ledger(walk):
    main = walk("GET", "/v1/accounts?limit=10")["data"][0]["id"]
    spare = walk("POST", "/v1/accounts", {"name": "Spare", "type": "savings", "currency": "EUR", "opening_balance": "10.00"}, status=201)["id"]
    walk("GET", f"/v1/accounts/{{id={spare}}}")
    walk("PATCH", f"/v1/accounts/{{id={spare}}}", {"name": "Savings"}, If_Match='"1"')
    walk("GET", f"/v1/accounts/{{id={spare}}}/balance?at=2026-03-01")
    category = walk("POST", "/v1/categories", {"name": "Walks", "kind": "expense", "color": "#00ff00"}, status=201)["id"]
    walk("GET", "/v1/categories?limit=5")
    walk("GET", f"/v1/categories/{{id={category}}}")
    walk("PATCH", f"/v1/categories/{{id={category}}}", {"name": "Long walks"})
    tag = walk("POST", "/v1/tags", {"name": "boots"}, status=201)["id"]
    walk("GET", "/v1/tags")
    walk("GET", f"/v1/tags/{{id={tag}}}")
    walk("PATCH", f"/v1/tags/{{id={tag}}}", {"name": "shoes"})
    rows = [{"account_id": main, "amount": f"-{n}.00", "date": f"2026-{n:02}-05", "description": "Streaming Co", "payee": "Streaming Co",
             "category_id": category, "tags": ["shoes"], "external_id": f"x{n}"} for n in range(1, 12)]
    walk("POST", "/v1/transactions", {"transactions": rows}, Prefer="wait=20")
    walk("POST", "/v1/transactions", {"account_id": main, "amount": 3, "date": "2026-03-09", "description": "other"}, status=202)
    wait_until(lambda: walk("GET", "/v1/transactions?q=other")["data"], 10, "it is stored")
    found = walk("GET", f"/v1/transactions?limit=5&account={main}&from=2026-01-01&to=2026-12-31&q=streaming&min=-100&max=0")["data"]
    one, two = found[0]["id"], found[1]["id"]
    walk("PATCH", f"/v1/transactions/{{id={one}}}", {"splits": [{"amount": "-1.00", "category_id": category},
                                                                {"amount": str(float(found[0]["amount"]) + 1), "memo": "rest"}]})
    walk("GET", f"/v1/transactions/{{id={one}}}")
    walk("GET", f"/v1/transactions/{{id={two}}}/category")
    walk("POST", f"/v1/transactions/{{id={two}}}/category/confirm")
    walk("DELETE", f"/v1/transactions/{{id={two}}}/category")
    walk("DELETE", f"/v1/transactions/{{id={two}}}", status=204)
    walk("POST", f"/v1/transactions/{{id={two}}}/restore")
    moved = walk("POST", "/v1/transfers", {"from_account_id": main, "to_account_id": spare, "amount": "5", "date": "2026-03-01"}, status=201)
    walk("GET", f"/v1/transfers/{{id={moved['id']}}}")
    walk("DELETE", f"/v1/transfers/{{id={moved['id']}}}?keep=true", status=204)
    walk("POST", "/v1/transfers/link", {"transaction_ids": [row["id"] for row in moved["transactions"]]}, status=201)
    for format in ("csv", "json", "hledger"):
        walk("GET", f"/v1/export?format={format}")
    return main, category


def walk_uploads(walk, main):
    walk("POST", f"/v1/uploads?account_id={main}&dry_run=true", CSV)
    upload = walk("POST", f"/v1/uploads?account_id={main}&format=csv", CSV, status=202)["upload"]["id"]
    wait_until(lambda: walk("GET", f"/v1/uploads/{{id={upload}}}")["state"] == "done", 20, "the file is read")
    walk("GET", "/v1/uploads")
    assert len(walk("GET", f"/v1/uploads/{{id={upload}}}/rows")["data"]) == 2
    walk("GET", f"/v1/uploads/{{id={upload}}}/rows?fate=rejected")
    walk("DELETE", f"/v1/uploads/{{id={upload}}}", status=202)
    again = walk("POST", f"/v1/uploads?account_id={main}", CSV.replace(b"Coffee", b"Tea"), Prefer="wait=20")
    assert again["upload"]["state"] == "done" and again["job"]["state"] == "done"
    assert walk("DELETE", f"/v1/uploads/{{id={again['upload']['id']}}}", Prefer="wait=20")["job"]["state"] == "done"
    walk("PUT", "/v1/mappings/{name=mine}", {"date": "Date", "amount": "Amount", "memo": "Description"})
    walk("GET", "/v1/mappings")
    walk("DELETE", "/v1/mappings/{name=mine}", status=204)


def walk_sorting(walk, category):
    walk("POST", "/v1/classify", {"description": "Streaming Co", "amount": "-4.00"})
    walk("GET", "/v1/classifier")
    walk("PATCH", "/v1/classifier", {"target_precision": 0.9})
    rule = {"name": "others", "when": {"text": {"contains": "other"}}, "then": {"category_id": category, "tags": ["shoes"]}}
    walk("POST", "/v1/rules/preview", rule)
    made = walk("POST", "/v1/rules", rule, status=201)["id"]
    walk("GET", "/v1/rules")
    walk("GET", f"/v1/rules/{{id={made}}}")
    job = walk("POST", "/v1/classify/run", {"scope": "all"}, Prefer="wait=20")["job"]
    assert job["result"]["changed"] > 0
    walk("DELETE", f"/v1/classify/runs/{{id={job['id']}}}", status=202)
    walk("PATCH", f"/v1/rules/{{id={made}}}", {"enabled": False})
    walk("POST", "/v1/rules/import", walk("GET", "/v1/rules/export") | {"replace": True})
    left = walk("GET", "/v1/rules")["data"][0]["id"]
    walk("DELETE", f"/v1/rules/{{id={left}}}", status=204)


def walk_statistics(walk, main):
    walk("POST", "/v1/fx-rates", RATES, Content_Type="text/csv")
    walk("GET", "/v1/fx-rates?base=EUR")
    for query in ("", "&by=category", "&by=account", f"&account={main}", "&currency=USD"):
        walk("GET", f"/v1/statistics/monthly?from=2026-01&to=2026-11{query}")
    for name in ("categories", "cash-flow", "payees"):
        for query in ("", "&currency=USD"):
            walk("GET", f"/v1/statistics/{name}?from=2026-01&to=2026-11{query}")
    walk("GET", "/v1/statistics/years?year=2026")
    walk("GET", "/v1/analytics?period=last_month")
    walk("GET", "/v1/net-worth?from=2026-01&to=2026-11")
    walk("DELETE", "/v1/fx-rates?base=EUR&quote=USD")


def walk_plans(walk, main, category):
    start = (datetime.date.today().replace(day=1) + datetime.timedelta(days=40)).replace(day=1)
    rule = walk("POST", "/v1/recurring", {"account_id": main, "amount": "-5.00", "description": "rent", "rrule": "FREQ=MONTHLY",
                                          "start": str(start), "category_id": category}, status=201)["id"]
    walk("GET", "/v1/recurring")
    walk("GET", f"/v1/recurring/{{id={rule}}}")
    walk("PATCH", f"/v1/recurring/{{id={rule}}}", {"amount": "-6.00"})
    dates = walk("GET", f"/v1/recurring/{{id={rule}}}/occurrences?limit=2")["data"]
    walk("POST", f"/v1/recurring/{{id={rule}}}/occurrences/{{date={dates[1]['nominal_date']}}}", {"state": "skipped"})
    assert walk("GET", "/v1/recurring/suggestions")["data"], "eleven months of one payee are a suggestion"
    for query in ("", "&by=account"):
        assert walk("GET", f"/v1/statistics/forecast?months=3{query}")["data"]
    walk("DELETE", f"/v1/recurring/{{id={rule}}}", status=204)
    budget = walk("POST", "/v1/budgets", {"category_id": category, "amount": "100", "currency": "EUR"}, status=201)["id"]
    walk("GET", "/v1/budgets")
    walk("GET", f"/v1/budgets/{{id={budget}}}")
    walk("PATCH", f"/v1/budgets/{{id={budget}}}", {"amount": "120.00"})
    walk("DELETE", f"/v1/budgets/{{id={budget}}}", status=204)
    walk("GET", "/v1/notifications")
    walk("PATCH", "/v1/notifications", {"digest": "daily", "quiet": {"from": "22:00", "to": "07:00"}})


def walk_operators(walk, instance, main):
    queue = Queue(instance.redis)
    walk("POST", "/v1/admin/queues/{name=ingest}/pause", status=204)
    job = walk("POST", "/v1/transactions", {"account_id": main, "amount": "1.00", "date": "2026-03-02", "description": "waits"},
               status=202)["job"]["id"]
    wait_until(lambda: queue.state(job) == "queued", 10, "the job is put")
    walk("GET", f"/v1/admin/jobs/{{id={job}}}/explain")
    walk("GET", "/v1/admin/queues")
    walk("GET", f"/v1/admin/jobs/{{id={job}}}")
    walk("GET", "/v1/admin/queues/{name=ingest}")
    walk("GET", f"/v1/jobs/{{id={job}}}")
    walk("POST", f"/v1/admin/jobs/{{id={job}}}/cancel")
    walk("DELETE", f"/v1/jobs/{{id={job}}}", status=409)
    other = walk("POST", "/v1/transactions", {"account_id": main, "amount": "1.00", "date": "2026-03-02", "description": "waits"},
                 status=202)["job"]["id"]
    walk("DELETE", f"/v1/jobs/{{id={other}}}")
    walk("POST", "/v1/admin/queues/{name=ingest}/drain")
    walk("POST", "/v1/admin/queues/{name=ingest}/resume", status=204)
    walk("GET", f"/v1/jobs/{{id={job}}}/events")
    walk("GET", "/v1/jobs?state=done")
    walk("GET", f"/v1/admin/jobs/{{id={job}}}/explain")
    walk("GET", "/v1/admin/workers")
    walk("GET", "/v1/admin/audit")

    def die():
        dead = new_id()
        queue.put_envelopes(envelope(dead, "ingest_transactions", "ingest"))
        wait_until(lambda: [one for one in walk("GET", "/v1/admin/dead")["data"] if one["id"] == dead], 10, "it is dead: its args are empty")
        return dead

    walk("POST", f"/v1/admin/dead/{{id={die()}}}/retry", status=204)
    walk("POST", f"/v1/admin/jobs/{{id={die()}}}/retry", status=204)
    walk("DELETE", f"/v1/admin/dead/{{id={die()}}}", status=204)
    walk("POST", "/v1/admin/dead/retry?task=ingest_transactions")
    die()
    walk("DELETE", "/v1/admin/dead?all=true")


def test_every_operation_keeps_its_contract(instance, operator):
    walk = Walk(operator.client)
    walk_service(walk)
    walk_people(walk, instance)
    main, category = walk_ledger(walk)
    walk_uploads(walk, main)
    walk_sorting(walk, category)
    walk_statistics(walk, main)
    walk_plans(walk, main, category)
    walk_operators(walk, instance, main)
    for kind, what in (("tags", walk.client.get("/v1/tags").json()["data"][0]["id"]), ("categories", category)):
        walk("DELETE", f"/v1/{kind}/{{id={what}}}", status=204)
    spare = walk.client.get("/v1/accounts").json()["data"][-1]["id"]
    walk("DELETE", f"/v1/accounts/{{id={spare}}}", status=204)
    assert {(method, path) for method, path, _ in OPERATIONS} - walk.walked == set()

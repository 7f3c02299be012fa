"""openapi.yaml is what the daemon does: every path of one is in the other, and each answers as it says."""

import os
import re
import uuid

import pytest
from support.contract import CONTRACT, OPERATIONS, check_answer, resolve
from support.people import log_in, register
from support.program import ROOT

NAMES = [f"{method} {path}" for method, path, _ in OPERATIONS]
UNLISTED = {("GET", "/docs.js"), ("GET", "/web/{file}"), ("GET", "/web/pages/{file}")}  # belong to /docs and to /


def routes():
    with open(os.path.join(ROOT, "api", "routes.def"), encoding="utf-8") as file:
        found = re.findall(r'^ROUTE\((\w+),\s*"([^"]+)",\s*(\w+),\s*(\w+),', file.read(), re.MULTILINE)
    return {(method, re.sub(r":(\w+)", r"{\1}", path)): (handler, access) for method, path, handler, access in found}


def test_every_route_is_in_the_contract_and_the_other_way_round():
    listed = {(method, path) for method, path, _ in OPERATIONS}
    assert listed == set(routes()) - UNLISTED


def test_the_contract_says_who_may():
    known = routes()
    for method, path, about in OPERATIONS:
        handler, access = known[method, path]
        assert (about.get("security") == []) == (access == "OPEN"), f"{method} {path}"
        assert about["operationId"] == handler, f"{method} {path}"


@pytest.fixture(scope="module")
def busy(instance):
    """An operator, who may everything, with something of most kinds."""
    person = register(instance)
    instance.query("UPDATE app_user SET role = 'admin' WHERE username = %s", person.username)
    person.session = log_in(person.client, person.username)
    account = person.main_account()["id"]
    person.client.post("/v1/transactions", {"account_id": account, "amount": "-1.50", "date": "2026-03-01", "description": "a"},
                       headers={"Prefer": "wait=15"})
    return person


@pytest.mark.parametrize("method, path, about", OPERATIONS, ids=NAMES)
def test_an_operation_answers_as_the_contract_says(instance, busy, method, path, about):
    open_path = re.sub(r"{\w+}", str(uuid.uuid4()), path)
    if about.get("security") != []:
        client = instance.client()
        answer = client.request(method, open_path)
        assert (answer.status, answer.json()["type"]) == (401, "/problems/token-missing")
        check_answer(answer, about)
    body = {"nonsense": 1} if "requestBody" in about else None
    person = register(instance) if method == "DELETE" and "{" not in path else busy
    client = instance.client(person.token if about.get("security") != [] else None)
    answer = client.request(method, open_path, body)
    assert answer.status < 500, answer
    check_answer(answer, about)
    if method == "GET" and "{" not in path:
        assert answer.status == 200, answer
    if body is not None and answer.status != 404 and "application/json" in about["requestBody"]["content"]:
        assert answer.status in (400, 422), answer


@pytest.mark.parametrize("path", [path for method, path, _ in OPERATIONS if method == "GET" and "{" not in path
                                  and path.startswith("/v1/")])
def test_a_parameter_that_is_not_in_the_contract_is_refused(busy, path):
    answer = busy.client.get(path + "?nonsense=1")
    assert answer.status == 422, answer
    assert "nonsense" in [error["pointer"] for error in answer.json()["errors"]]


def test_every_post_takes_an_idempotency_key():
    for method, path, about in OPERATIONS:
        if method == "POST":
            assert "Idempotency-Key" in [resolve(one)["name"] for one in about.get("parameters", [])], path


def test_the_contract_is_served(instance):
    assert instance.client().get("/openapi.json").json() == CONTRACT

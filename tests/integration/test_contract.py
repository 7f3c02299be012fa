"""openapi.yaml is what the daemon does: every path of one is in the other, and each answers as it says."""

import os
import re
import uuid

import pytest
import yaml
from support.instance import ROOT
from support.people import log_in, register

with open(os.path.join(ROOT, "api", "openapi.yaml"), encoding="utf-8") as _file:
    CONTRACT = yaml.safe_load(_file)
OPERATIONS = [(method.upper(), path, about) for path, methods in CONTRACT["paths"].items() for method, about in methods.items()]
NAMES = [f"{method} {path}" for method, path, _ in OPERATIONS]
UNLISTED = {("GET", "/docs.js")}  # belongs to /docs


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


def resolve(schema):
    while "$ref" in schema:
        found = CONTRACT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None)}


def check(value, schema, where=""):
    """The part of JSON Schema that the contract's answers use."""
    schema = resolve(schema)
    for part in schema.get("allOf", []):
        check(value, part, where)
    if "enum" in schema:
        assert value in schema["enum"], f"{where}: {value!r}"
    if "const" in schema:
        assert value == schema["const"], f"{where}: {value!r}"
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(isinstance(value, TYPES[kind]) for kind in kinds), f"{where}: {value!r} is no {kinds}"
    if isinstance(value, dict):
        for name in schema.get("required", []):
            assert name in value, f"{where}/{name} is missing"
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                check(value[name], inner, f"{where}/{name}")
    if isinstance(value, list) and "items" in schema:
        for index, inner in enumerate(value):
            check(inner, schema["items"], f"{where}/{index}")


def check_answer(answer, about):
    documented = resolve(about["responses"].get(str(answer.status), about["responses"]["default"]))
    if str(answer.status) not in about["responses"]:
        assert answer.status >= 400, f"{answer.status} is not in the contract"
    content = documented.get("content")
    if content is None:
        assert answer.body == b""
        return
    kind = answer.headers["Content-Type"].split(";")[0]
    assert kind in content, f"{kind} is not {list(content)}"
    if kind.endswith("json"):
        check(answer.json(), content[kind]["schema"])


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


def test_real_things_match_their_schemas(instance, busy):
    for name in ("accounts", "transactions", "categories", "jobs"):
        listed = busy.client.get(f"/v1/{name}").json()["data"]
        assert listed, name
        about = next(about for method, path, about in OPERATIONS if (method, path) == ("GET", f"/v1/{name}/{{id}}"))
        answer = busy.client.get(f"/v1/{name}/{listed[0]['id']}")
        assert answer.status == 200
        check_answer(answer, about)


def test_the_contract_is_served(instance):
    assert instance.client().get("/openapi.json").json() == CONTRACT

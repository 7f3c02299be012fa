"""openapi.yaml as a judge: the part of JSON Schema that it uses, read strictly: a member that no schema names is a fault."""

import os
import re

import yaml
from support.program import ROOT

with open(os.path.join(ROOT, "api", "openapi.yaml"), encoding="utf-8") as _file:
    CONTRACT = yaml.safe_load(_file)
OPERATIONS = [(method.upper(), path, about) for path, methods in CONTRACT["paths"].items() for method, about in methods.items()]

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None)}
FORMATS = {"date": r"\d{4}-\d\d-\d\d", "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
           "month": r"\d{4}-\d\d", "decimal": r"-?\d+(\.\d+)?"}


def resolve(schema):
    while "$ref" in schema:
        found = CONTRACT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _is_of(value, kind):
    return isinstance(value, TYPES[kind]) and not (isinstance(value, bool) and kind in ("integer", "number"))


def _members(schema):
    """(known members, whether others are welcome) of a schema with all that it takes in by allOf."""
    schema = resolve(schema)
    known, is_open = dict(schema.get("properties", {})), schema.get("additionalProperties") not in (None, False)
    for part in schema.get("allOf", []):
        more, open_too = _members(part)
        known |= more
        is_open = is_open or open_too
    return known, is_open


def _check_members(value, schema, where):
    known, is_open = _members(schema)
    if not is_open:
        assert not set(value) - set(known), f"{where}: the contract does not name {sorted(set(value) - set(known))}"
    more = schema.get("additionalProperties")
    for name, inner in value.items():
        if name in known:
            check(inner, known[name], f"{where}/{name}")
        elif isinstance(more, dict):
            check(inner, more, f"{where}/{name}")


def _check_alternatives(value, schema, where):
    failures = []
    for part in schema["oneOf"]:
        try:
            check(value, part, where)
            return
        except AssertionError as failure:
            failures.append(str(failure))
    raise AssertionError(f"{where}: none of {failures}")


def check(value, schema, where="", is_part=False):
    """is_part: a part of an allOf, whose other parts name other members."""
    schema = resolve(schema)
    if "oneOf" in schema:
        _check_alternatives(value, schema, where)
        return
    for part in schema.get("allOf", []):
        check(value, part, where, is_part=True)
    if "enum" in schema:
        assert value in schema["enum"], f"{where}: {value!r}"
    if "const" in schema:
        assert value == schema["const"], f"{where}: {value!r}"
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(_is_of(value, kind) for kind in kinds), f"{where}: {value!r} is no {kinds}"
    if isinstance(value, str) and schema.get("format") in FORMATS:
        assert re.fullmatch(FORMATS[schema["format"]], value), f"{where}: {value!r} is no {schema['format']}"
    if isinstance(value, dict):
        for name in schema.get("required", []):
            assert name in value, f"{where}/{name} is missing"
        if not is_part and ("type" in schema or "allOf" in schema):
            _check_members(value, schema, where)
    if isinstance(value, list) and "items" in schema:
        for index, inner in enumerate(value):
            check(inner, schema["items"], f"{where}/{index}")


def check_answer(answer, about, where=""):
    """An answer against the operation that it belongs to."""
    documented = resolve(about["responses"].get(str(answer.status), about["responses"]["default"]))
    if str(answer.status) not in about["responses"]:
        assert answer.status >= 400, f"{where}: {answer.status} is not in the contract"
    for name in documented.get("headers", {}):
        if name != "Link":  # only where there is a next page
            assert name in answer.headers, f"{where}: the header {name} is missing"
    content = documented.get("content")
    if content is None:
        assert answer.body == b"", where
        return
    kind = answer.headers["Content-Type"].split(";")[0]
    assert kind in content, f"{where}: {kind} is not {list(content)}"
    if kind.endswith("json"):
        check(answer.json(), content[kind]["schema"], where)

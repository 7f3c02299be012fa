"""Bank files that nobody here wrote, through the API: each gives the count and the sums that are right for it."""

import json
import os
import urllib.parse
from decimal import Decimal

import pytest
from support.waiting import wait_until

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "fixtures")


def expectations():
    path = os.path.join(FOLDER, "expected.json")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)["files"]


def mapping_of(short):
    """The vectors' short keys as the HTTP contract's."""
    names = {"delim": "delimiter", "header": "header", "skip": "skip_head", "date": "date", "amount": "amount", "debit": "debit",
             "credit": "credit", "inv": "invert", "absval": "absolute", "minor": "minor_units", "paren": "parentheses_negative",
             "strip": "strip", "dec": "decimal", "thou": "thousands", "cur": "currency", "curcol": "currency_column",
             "encoding": "encoding", "skipinitialspace": "trim"}
    mapping = {names[key]: value for key, value in short.items() if key in names}
    if "signed_cols" in short:
        mapping["amount"] = short["signed_cols"]
    if "encoding" in short:
        mapping["encoding"] = short["encoding"].replace(",", " ").split()[0]
    if "fmt" in short:
        mapping["date_formats"] = [short["fmt"]] if isinstance(short["fmt"], str) else short["fmt"]
    if "sign" in short:
        mapping["sign"] = dict(zip(("column", "debit", "credit"), short["sign"]))
    if short.get("quoting") == "none":
        mapping["quote"] = ""
    return mapping


# What the vectors leave unsaid: the currency that stands with the row only; rows counted although their amounts have more
# decimals than their currency, which are rejected here.
CURRENCIES = {"ofxparse/ofx-v102-empty-tags.ofx": "AUD"}
INEXACT = {"ofxparse/fidelity-savings.ofx": 3}


@pytest.mark.parametrize("expected", expectations(), ids=lambda expected: expected["file"] if isinstance(expected, dict) else "none")
def test_a_bank_file_comes_in_right(person, expected):
    sums = expected.get("sums")
    currencies = list(sums) if sums is not None else expected.get("currency", [])
    currency = currencies[0] if currencies else CURRENCIES.get(expected["file"], "EUR")
    inexact = INEXACT.get(expected["file"], 0)
    answer = person.client.post("/v1/accounts", {"name": expected["file"][-90:], "type": "checking", "currency": currency})
    assert answer.status == 201, answer
    account = answer.json()
    query = f"account_id={account['id']}"
    if "mapping" in expected:
        query += "&mapping=" + urllib.parse.quote(json.dumps(mapping_of(expected["mapping"])))
    with open(os.path.join(FOLDER, expected["file"]), "rb") as file:
        body = file.read()
    answer = person.client.post("/v1/uploads?" + query, body, headers={"Content-Type": "application/octet-stream"})
    if not body:
        assert answer.status == 422
        return
    assert answer.status == 202, answer
    path = "/v1/uploads/" + answer.json()["upload"]["id"]
    upload = wait_until(lambda: (state := person.client.get(path).json())["state"] in ("done", "failed") and state, 20)
    assert sum(upload["fates"].values()) == upload["rows"]
    if upload["certainty"] is not None and upload["certainty"] < 80:
        assert "mapping" not in expected and upload["state"] == "failed", "only a guess may be unsure, and it is not stored"
        return
    if len(currencies) <= 1 and not upload["fates"]["pending"]:
        stored = Decimal(person.client.get(f"/v1/accounts/{account['id']}").json()["balance"])
        assert "count" not in expected or upload["fates"]["inserted"] == expected["count"] - inexact, upload
        assert inexact or stored == Decimal(sums.get(currency, "0") if sums is not None else expected["sum"]), upload
    again = person.client.post("/v1/uploads?" + query, body).json()["upload"]["id"]
    again = wait_until(lambda: (state := person.client.get(f"/v1/uploads/{again}").json())["state"] in ("done", "failed") and state, 20)
    assert again["fates"]["inserted"] == 0

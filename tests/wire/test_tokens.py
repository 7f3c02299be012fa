"""Tokens that are not ours, or not any more: 401, each kind with its own type."""

import base64
import hashlib
import hmac
import json
import os
import socket
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.people import log_in, register


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Forge:
    """What a forger has: a good token of his own, the public key, keys of his own; and, to test the claims alone, ours."""

    def __init__(self, instance, person, keys):
        self.good, self.refresh = person.token, person.session["refresh_token"]
        self.head, self.payload, self.signature = self.good.split(".")
        self.header, self.claims = json.loads(unb64(self.head)), json.loads(unb64(self.payload))
        with open(os.path.join(keys, "es256.pem"), "rb") as file:
            self.key = serialization.load_pem_private_key(file.read(), None)
        self.public_pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.other = ec.generate_private_key(ec.SECP256R1())
        self.now = instance.clock.now_ms() // 1000

    def signed(self, key=None, header=None, **changes):
        """Signed as ours are, with claims changed; a change to None leaves the claim out."""
        claims = {name: value for name, value in (self.claims | changes).items() if value is not None}
        return jwt.encode(claims, key or self.key, "ES256", self.header | (header or {}))

    def raw(self, header, payload=None):
        """Signed over exactly these bytes."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        text = b64(header if isinstance(header, bytes) else json.dumps(header).encode()) + "."
        text += b64(payload) if payload is not None else self.payload
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return text + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def hs256(self, secret):
        """PyJWT refuses to sign with a PEM: by hand."""
        text = b64(json.dumps(self.header | {"alg": "HS256"}).encode()) + "." + self.payload
        return text + "." + b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())


BAD = {
    "HS256 signed with the public key": (lambda f: f.hs256(f.public_pem), "forged"),
    "HS256 with the public key stripped": (lambda f: f.hs256(f.public_pem.strip()), "forged"),
    "HS256 with an empty key": (lambda f: f.hs256(b""), "forged"),
    "none": (lambda f: b64(json.dumps(f.header | {"alg": "none"}).encode()) + f".{f.payload}.", "forged"),
    "None in capitals": (lambda f: b64(json.dumps(f.header | {"alg": "NONE"}).encode()) + f".{f.payload}.", "forged"),
    "none with our signature": (lambda f: b64(json.dumps(f.header | {"alg": "none"}).encode()) + f".{f.payload}.{f.signature}", "forged"),
    "no signature": (lambda f: f"{f.head}.{f.payload}.", "malformed"),
    "no third part": (lambda f: f"{f.head}.{f.payload}", "malformed"),
    "four parts": (lambda f: f.good + ".x", "malformed"),
    "ES384 in the header": (lambda f: f.raw(f.header | {"alg": "ES384"}), "forged"),
    "alg in lower case": (lambda f: f.raw(f.header | {"alg": "es256"}), "forged"),
    "alg twice": (lambda f: f.raw(json.dumps(f.header).replace('"alg"', '"alg":"none","alg"', 1).encode()), "malformed"),
    "no alg": (lambda f: f.raw({"kid": f.header["kid"], "typ": "JWT"}), "forged"),
    "alg as a list": (lambda f: f.raw(f.header | {"alg": ["ES256"]}), "forged"),
    "unknown kid": (lambda f: f.signed(header={"kid": "another"}), "forged"),
    "no kid": (lambda f: f.raw({"alg": "ES256", "typ": "JWT"}), "forged"),
    "kid as a path": (lambda f: f.raw(f.header | {"kid": "../../../dev/null"}), "forged"),
    "another's key under our kid": (lambda f: f.signed(key=f.other), "forged"),
    "a key in the header": (lambda f: f.raw(f.header | {"jwk": {"kty": "EC"}}), "forged"),
    "crit": (lambda f: f.raw(f.header | {"crit": ["b64"], "b64": False}), "forged"),
    "a signature of zeros": (lambda f: f"{f.head}.{f.payload}." + b64(bytes(64)), "forged"),
    "a signature in DER": (lambda f: f"{f.head}.{f.payload}." + b64(b"\x30\x44" + bytes(68)), "forged"),
    "one changed claim": (lambda f: f"{f.head}." + b64(unb64(f.payload).replace(b"user", b"root")) + f".{f.signature}", "forged"),
    "a flipped bit in the signature": (lambda f: f"{f.head}.{f.payload}." + b64(bytes([unb64(f.signature)[0] ^ 1]) + unb64(f.signature)[1:]), "forged"),
    "expired": (lambda f: f.signed(exp=f.now - 1), "expired"),
    "expired this second": (lambda f: f.signed(exp=f.now), "expired"),
    "no exp": (lambda f: f.signed(exp=None), "forged"),
    "exp as a string": (lambda f: f.raw(f.header, json.dumps(f.claims | {"exp": str(f.now + 900)}).encode()), "forged"),
    "exp as a fraction": (lambda f: f.raw(f.header, json.dumps(f.claims | {"exp": f.now + 900.5}).encode()), "forged"),
    "exp past 64 bits": (lambda f: f.raw(f.header, json.dumps(f.claims | {"exp": 2**64}).encode()), "forged"),
    "negative exp": (lambda f: f.signed(exp=-1), "forged"),
    "not yet valid": (lambda f: f.signed(nbf=f.now + 900), "forged"),
    "wrong aud": (lambda f: f.signed(aud="another"), "forged"),
    "aud as a list": (lambda f: f.signed(aud=["purser"]), "forged"),
    "no aud": (lambda f: f.signed(aud=None), "forged"),
    "wrong iss": (lambda f: f.signed(iss="another"), "forged"),
    "no iss": (lambda f: f.signed(iss=None), "forged"),
    "no sub": (lambda f: f.signed(sub=None), "forged"),
    "sub that is no id": (lambda f: f.signed(sub="root"), "forged"),
    "no sid": (lambda f: f.signed(sid=None), "forged"),
    "no jti": (lambda f: f.signed(jti=None), "forged"),
    "another's session": (lambda f: f.signed(sid=str(uuid.uuid4())), "revoked"),
    "another user with our session": (lambda f: f.signed(sub=str(uuid.uuid4())), "revoked"),
    "a payload that is a list": (lambda f: f.raw(f.header, b"[]"), "malformed"),
    "a payload with a claim twice": (lambda f: f.raw(f.header, b'{"exp":1,"exp":2}'), "malformed"),
    "the refresh token": (lambda f: f.refresh, "malformed"),
    "trailing bytes": (lambda f: f.good + "AAAA", "forged"),
    "trailing padding": (lambda f: f.good + "==", "malformed"),
    "a trailing character outside of base64url": (lambda f: f.good + "!", "malformed"),
    "a character of plain base64": (lambda f: f.good[:-1] + "+", "malformed"),
    "a line break inside": (lambda f: f.good[:40] + "%0a" + f.good[40:], "malformed"),
    "a space inside": (lambda f: f.good[:40] + " " + f.good[40:], "malformed"),
    "the first half": (lambda f: f.good[:len(f.good) // 2], None),
    "a word": (lambda f: "secret", "malformed"),
    "only dots": (lambda f: "..", "malformed"),
    "5 KB": (lambda f: f.good + "A" * 5000, "malformed"),
    "1 MB": (lambda f: f.good + "A" * 1000000, "malformed"),
}


@pytest.fixture(scope="module")
def forge(instance, person, keys):
    return Forge(instance, person, keys)


def ask(instance, header):
    """GET /v1/users/me with this header line, as raw bytes: a client library would refuse to send some of them."""
    with socket.create_connection(("127.0.0.1", instance.port), timeout=20) as connection:
        data = f"GET /v1/users/me HTTP/1.1\r\nHost: a\r\n{header}Connection: close\r\n\r\n".encode("latin-1")
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        received = b""
        while piece := connection.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, json.loads(body)


@pytest.mark.parametrize("name", BAD)
def test_is_refused(instance, forge, name):
    make, kind = BAD[name]
    for header in ("Authorization: Bearer ", "x-access-token: "):
        status, head, body = ask(instance, f"{header}{make(forge)}\r\n")
        assert status == 401, body
        assert b"WWW-Authenticate: Bearer" in head
        if kind is not None:
            assert body["type"] == f"/problems/token-{kind}"


@pytest.mark.parametrize("header, kind", [
    ("", "missing"), ("Authorization: Bearer\r\n", "malformed"), ("Authorization: Bearer \r\n", "malformed"),
    ("Authorization: Basic dXNlcjpwYXNz\r\n", "malformed"), ("x-access-token:\r\n", "malformed"),
])
def test_no_token_is_refused(instance, header, kind):
    status, _, body = ask(instance, header)
    assert (status, body["type"]) == (401, f"/problems/token-{kind}")


def test_a_good_token_is_taken_in_both_headers_in_any_case(instance, forge):
    for header in (f"Authorization: Bearer {forge.good}\r\n", f"authorization: bearer {forge.good}\r\n",
                   f"X-Access-Token: {forge.good}\r\n", f"Authorization: Bearer {forge.good}\r\nX-Access-Token: {forge.good}\r\n"):
        assert ask(instance, header)[0] == 200
    assert ask(instance, f"Authorization: Bearer {forge.signed()}\r\n")[0] == 200  # the forge signs as we do


def test_two_different_tokens_are_refused(instance, forge):
    status, _, body = ask(instance, f"Authorization: Bearer {forge.good}\r\nX-Access-Token: {forge.signed()}\r\n")
    assert (status, body["type"]) == (401, "/problems/token-malformed")


def test_a_token_dies_with_its_session(instance):
    person = register(instance)
    other = log_in(instance.client(), person.username)["access_token"]
    assert ask(instance, f"Authorization: Bearer {other}\r\n")[0] == 200
    client = instance.client(other)
    assert client.delete("/v1/sessions/current").status == 204
    status, _, body = ask(instance, f"Authorization: Bearer {other}\r\n")
    assert (status, body["type"]) == (401, "/problems/token-revoked")
    assert person.client.get("/v1/users/me").status == 200

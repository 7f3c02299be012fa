"""From an address to a session and back out: codes, users, tokens, passwords."""

import re

import pytest
from support.people import PASSWORD, log_in, register


def ask_for_code(client, email, expect=202):
    answer = client.post("/v1/registrations", {"email": email})
    assert answer.status == expect, answer
    return answer


def problem(answer):
    return answer.json()["type"].removeprefix("/problems/")


def test_a_registration_leads_to_a_user_with_an_account_and_categories(instance):
    person = register(instance, timezone="Europe/Berlin", currency="CHF")
    me = person.client.get("/v1/users/me").json()
    assert (me["email"], me["username"]) == (person.email, person.username)
    assert (me["timezone"], me["currency"], me["role"]) == ("Europe/Berlin", "CHF", "user")
    accounts = instance.query("SELECT name, currency, exponent FROM account WHERE user_id = %s", me["id"])
    assert accounts == [("Main", "CHF", 2)]
    (count, groups), = instance.query(
        "SELECT count(*), count(*) FILTER (WHERE parent_id IS NULL) FROM category WHERE user_id = %s", me["id"])
    assert count > groups > 3


def test_known_and_unknown_addresses_get_the_same_answer_and_different_mails(instance):
    person = register(instance)
    client = instance.client()
    instance.clock.advance(minutes=2)
    known = ask_for_code(client, person.email.upper())
    unknown = ask_for_code(client, "nobody@example.test")
    assert known.body == unknown.body
    assert sorted(known.headers.items()) == sorted(unknown.headers.items())
    subject = instance.mail.wait_for(person.email, 2)[-1]["Subject"]
    assert subject == "You already have an account at Purser"
    assert instance.mail.wait_for_code("nobody@example.test")


def test_a_code_is_used_once(instance):
    client = instance.client()
    ask_for_code(client, "once@example.test")
    code = instance.mail.wait_for_code("once@example.test")
    body = {"email": "once@example.test", "code": code}
    assert client.post("/v1/registrations/verify", body | {"email": "other@example.test"}).status == 422
    # As people type it.
    assert client.post("/v1/registrations/verify", body | {"code": f" {code[:3].lower()}-{code[3:]}"}).status == 200
    again = client.post("/v1/registrations/verify", body)
    assert again.status == 422
    assert again.json()["errors"][0]["pointer"] == "/code"


def test_a_new_code_voids_the_old_and_each_is_good_for_ten_minutes(instance):
    client = instance.client()
    email = "twice@example.test"
    ask_for_code(client, email)
    first = instance.mail.wait_for_code(email)
    instance.clock.advance(seconds=61)
    ask_for_code(client, email)
    second = instance.mail.wait_for_code(email, 2)
    assert client.post("/v1/registrations/verify", {"email": email, "code": first}).status == 422
    instance.clock.advance(seconds=601)
    assert client.post("/v1/registrations/verify", {"email": email, "code": second}).status == 422
    ask_for_code(client, email)
    third = instance.mail.wait_for_code(email, 3)
    instance.clock.advance(seconds=590)
    assert client.post("/v1/registrations/verify", {"email": email, "code": third}).status == 200


def test_one_mail_a_minute_and_five_an_hour_for_one_address(instance):
    client = instance.client()
    email = "eager@example.test"
    ask_for_code(client, email)
    refused = ask_for_code(client, email, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    for _ in range(4):
        instance.clock.advance(seconds=61)
        ask_for_code(client, email)
    instance.clock.advance(seconds=61)
    refused = ask_for_code(client, email, 429)
    assert 3200 < int(refused.headers["Retry-After"]) <= 3600
    instance.clock.advance(seconds=int(refused.headers["Retry-After"]) + 1)
    ask_for_code(client, email)
    instance.mail.wait_for(email, 6)
    # No hour has more than five, wherever it starts.
    instance.clock.advance(seconds=10)
    ask_for_code(client, email, 429)


def test_five_wrong_tries_void_a_code_and_block_the_address_for_a_while(instance):
    client = instance.client()
    email = "guessed@example.test"
    ask_for_code(client, email)
    code = instance.mail.wait_for_code(email)
    wrong = "222222" if code != "222222" else "333333"
    for _ in range(5):
        assert client.post("/v1/registrations/verify", {"email": email, "code": wrong}).status == 422
    assert client.post("/v1/registrations/verify", {"email": email, "code": code}).status == 422
    instance.clock.advance(seconds=61)
    assert int(ask_for_code(client, email, 429).headers["Retry-After"]) > 600
    instance.clock.advance(minutes=15)
    ask_for_code(client, email)
    code = instance.mail.wait_for_code(email, 2)
    assert client.post("/v1/registrations/verify", {"email": email, "code": code}).status == 200


def test_codes_have_no_look_alikes(instance):
    client = instance.client()
    for number in range(10):
        email = f"alike{number}@example.test"
        ask_for_code(client, email)
        assert re.fullmatch(r"[A-HJ-NP-TV-Z2-9]{6}", instance.mail.wait_for_code(email))


@pytest.mark.parametrize("email", ["", "a", "a@", "@b.c", "a b@c.d", "a@b.c\r\nBcc: x@y.z", "a@b.c\0", "<a@b.c>",
                                   "a@b.c, d@e.f", "x" * 250 + "@b.c", "\"a b\"@c.d",
                                   "a..b@c.d", "a@b..c", "\u202ea@b.c"])
def test_what_is_no_address_never_reaches_the_wire(instance, email):
    answer = instance.client().post("/v1/registrations", {"email": email})
    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "/email"


def test_neither_codes_nor_tokens_nor_passwords_are_stored_or_logged(instance):
    person = register(instance, password="a pass phrase nobody has")
    code = instance.mail.wait_for_code(person.email)
    secrets = [code, person.token, person.session["refresh_token"], "a pass phrase nobody has"]
    with instance.redis.connect() as redis:
        stored = b"".join(repr(redis.hgetall(key)).encode() for key in redis.keys("*")
                          if redis.type(key) == b"hash")
    logs = "".join(instance.log(name) for name in instance.programs)
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in logs
    for table, in instance.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        rows = repr(instance.query(f"SELECT * FROM {table}"))
        for secret in secrets:
            assert secret not in rows, table


def test_a_username_is_taken_whatever_its_case(instance):
    person = register(instance)
    client = instance.client()
    ask_for_code(client, "late@example.test")
    code = instance.mail.wait_for_code("late@example.test")
    token = client.post("/v1/registrations/verify", {"email": "late@example.test", "code": code}).json()["registration_token"]
    body = {"registration_token": token, "username": person.username.upper(), "password": PASSWORD}
    answer = client.post("/v1/users", body)
    assert answer.status == 409
    assert answer.json()["errors"][0]["pointer"] == "/username"
    assert client.post("/v1/users", body | {"username": "late"}).status == 201  # the token was not used up
    assert client.post("/v1/users", body | {"username": "later"}).status == 422


@pytest.mark.parametrize("change, pointer", [
    ({"username": "a b"}, "/username"), ({"username": "ab"}, "/username"), ({"username": "_ab"}, "/username"),
    ({"username": "ab\r\nc"}, "/username"), ({"username": "ab\0c"}, "/username"), ({"password": "long enough\0"}, "/password"),
    ({"password": "short"}, "/password"), ({"timezone": "Mars/Olympus"}, "/timezone"), ({"currency": "XXX"}, "/currency"),
    ({"timezone": "../../etc/passwd"}, "/timezone"), ({"nick": "a"}, "/nick"), ({"registration_token": "no"}, "/registration_token"),
])
def test_a_bad_profile_names_its_field(instance, change, pointer):
    body = {"registration_token": "x" * 43, "username": "somebody", "password": PASSWORD}
    answer = instance.client().post("/v1/users", body | change)
    assert answer.status == 422, answer
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_logging_in_by_name_or_address(instance):
    person = register(instance)
    client = instance.client()
    for body in ({"username": person.username}, {"email": person.email}, {"username": person.email.upper()}):
        answer = client.post("/v1/sessions", body | {"password": PASSWORD})
        assert answer.status == 200
        assert answer.json()["expires_in"] == 900
    assert client.post("/v1/sessions", {"password": PASSWORD}).status == 422
    wrong = client.post("/v1/sessions", {"username": person.username, "password": "wrong password"})
    nobody = client.post("/v1/sessions", {"username": "no-such-person", "password": "wrong password"})
    assert wrong.status == nobody.status == 401
    assert wrong.body == nobody.body


def test_ten_wrong_passwords_close_a_name_for_a_while(instance):
    person = register(instance)
    client = instance.client()
    for _ in range(10):
        assert client.post("/v1/sessions", {"username": person.username, "password": "wrong password"}).status == 401
    answer = client.post("/v1/sessions", {"username": person.username, "password": PASSWORD})
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
    instance.clock.advance(minutes=6)
    assert client.post("/v1/sessions", {"username": person.username, "password": PASSWORD}).status == 200


def test_a_logout_kills_the_token_at_once_in_every_process(instance, make_instance):
    person = register(instance)
    second = make_instance(database=instance.database, PURSER_REDIS_URL=instance.redis.url,
                           PURSER_CLOCK_FILE=instance.clock.path)
    second.start("api")
    other = second.client(person.token)
    assert other.get("/v1/users/me").status == 200
    assert person.client.delete("/v1/sessions/current").status == 204
    for client in (other, person.client):
        answer = client.get("/v1/users/me")
        assert (answer.status, problem(answer)) == (401, "token-revoked")
    answer = other.post("/v1/sessions/refresh", {"refresh_token": person.session["refresh_token"]})
    assert answer.status == 401


def test_an_access_token_expires(instance):
    person = register(instance)
    instance.clock.advance(seconds=880)
    assert person.client.get("/v1/users/me").status == 200
    instance.clock.advance(seconds=21)
    answer = person.client.get("/v1/users/me")
    assert (answer.status, problem(answer)) == (401, "token-expired")


def test_refresh_tokens_rotate_and_a_reused_one_ends_the_family(instance):
    person = register(instance)
    client = instance.client()

    def refresh(token):
        return client.post("/v1/sessions/refresh", {"refresh_token": token})

    first = person.session["refresh_token"]
    answer = refresh(first)
    assert answer.status == 200
    second = answer.json()
    assert client.get("/v1/users/me", token=second["access_token"]).status == 200
    reused = refresh(first)
    assert (reused.status, problem(reused)) == (401, "token-revoked")
    assert refresh(second["refresh_token"]).status == 401
    assert client.get("/v1/users/me", token=second["access_token"]).status == 401
    unknown = refresh("A" * 43)
    assert (unknown.status, problem(unknown)) == (401, "token-forged")
    assert problem(refresh(second["access_token"])) == "token-malformed"


def test_sessions_are_listed_and_can_be_ended(instance):
    person = register(instance)
    log_in(instance.client(), person.username)
    sessions = person.client.get("/v1/sessions").json()["data"]
    assert len(sessions) == 2
    assert sorted(session["is_current"] for session in sessions) == [False, True]
    page = person.client.get("/v1/sessions?limit=1")
    assert page.json()["data"] == sessions[:1]
    link = page.headers["Link"]
    following = re.fullmatch(r"<(.*)>; rel=\"next\"", link).group(1)
    last = person.client.get(following)
    assert (last.json()["data"], last.json()["next_cursor"]) == (sessions[1:], None)
    other = next(session["id"] for session in sessions if not session["is_current"])
    stranger = register(instance)
    assert stranger.client.delete(f"/v1/sessions/{other}").status == 404
    assert person.client.delete(f"/v1/sessions/{other}").status == 204
    assert len(person.client.get("/v1/sessions").json()["data"]) == 1


def test_a_profile_is_changed_with_if_match(instance):
    person = register(instance)
    answer = person.client.get("/v1/users/me")
    etag = answer.headers["ETag"]
    change = {"timezone": "Asia/Tokyo", "currency": "JPY", "settings": {"week": "monday"}}
    answer = person.client.patch("/v1/users/me", change, headers={"If-Match": etag})
    assert answer.status == 200 and answer.json()["timezone"] == "Asia/Tokyo"
    assert answer.json()["settings"] == {"week": "monday"}
    stale = person.client.patch("/v1/users/me", {"timezone": "UTC"}, headers={"If-Match": etag})
    assert stale.status == 412
    assert person.client.patch("/v1/users/me", {"email": "x@y.z"}).status == 422


def test_a_changed_password_ends_the_other_sessions(instance):
    person = register(instance)
    other = instance.client()
    log_in(other, person.username)
    assert person.client.put("/v1/users/me/password", {"old": "not it at all", "new": "another good one"}).status == 422
    assert person.client.put("/v1/users/me/password", {"old": PASSWORD, "new": "another good one"}).status == 204
    assert other.get("/v1/users/me").status == 401
    assert person.client.get("/v1/users/me").status == 200
    log_in(instance.client(), person.username, "another good one")


def test_a_forgotten_password_is_set_anew_by_a_mailed_code(instance):
    person = register(instance)
    client = instance.client()
    known = client.post("/v1/password-resets", {"email": person.email})
    unknown = client.post("/v1/password-resets", {"email": "stranger@example.test"})
    assert known.status == unknown.status == 202 and known.body == unknown.body
    code = instance.mail.wait_for_code(person.email, 2)
    body = {"email": person.email, "code": code, "password": "a third good one"}
    assert client.post("/v1/registrations/verify", {"email": person.email, "code": code}).status == 422
    assert client.post("/v1/password-resets/verify", body).status == 204
    assert client.post("/v1/password-resets/verify", body).status == 422
    assert person.client.get("/v1/users/me").status == 401
    log_in(client, person.username, "a third good one")
    assert instance.mail.messages("stranger@example.test") == []


def test_a_deleted_user_is_gone_and_the_address_free(instance):
    person = register(instance)
    assert person.client.delete("/v1/users/me").status == 204
    assert person.client.get("/v1/users/me").status == 401
    client = instance.client()
    assert client.post("/v1/sessions", {"username": person.username, "password": PASSWORD}).status == 401
    instance.clock.advance(minutes=2)
    ask_for_code(client, person.email)
    assert instance.mail.wait_for_code(person.email, 2)


def test_another_service_verifies_with_the_published_key(instance):
    jwt = pytest.importorskip("jwt")
    person = register(instance)
    keys = instance.client().get("/.well-known/jwks.json").json()["keys"]
    header = jwt.get_unverified_header(person.token)
    key, = [key for key in keys if key["kid"] == header["kid"]]
    assert "d" not in key
    public = jwt.algorithms.ECAlgorithm.from_jwk(__import__("json").dumps(key))
    claims = jwt.decode(person.token, public, algorithms=["ES256"], audience="purser", issuer="purser",
                        options={"verify_exp": False, "verify_iat": False})
    assert claims["sub"] == person.client.get("/v1/users/me").json()["id"]


def test_the_api_refuses_to_start_without_its_keys(make_instance, make_folder):
    own = make_instance(PURSER_KEYS=make_folder("empty"))
    with pytest.raises(AssertionError):
        own.start("api")
    assert own.programs["api"].process.returncode == 1
    assert "es256.pem" in own.log("api")

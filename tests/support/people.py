"""Users, made the way people are made: an address, a code in a mail, a name and a password."""

import itertools

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"


class Person:
    """A registered user with a logged-in client."""

    def __init__(self, instance, email, username, client, session):
        self.instance, self.email, self.username = instance, email, username
        self.client, self.session = client, session

    @property
    def token(self):
        return self.session["access_token"]

    def main_account(self):
        """The account that comes with a registration."""
        answer = self.client.get("/v1/accounts")
        assert answer.status == 200, answer
        return answer.json()["data"][0]


def register(instance, email=None, username=None, password=PASSWORD, **profile):
    """The whole way from an address to a session. profile: timezone, currency."""
    number = next(_numbers)
    email = email or f"person{number}@example.test"
    username = username or f"person{number}"
    client = instance.client()
    answer = client.post("/v1/registrations", {"email": email})
    assert answer.status == 202, answer
    code = instance.mail.wait_for_code(email)
    answer = client.post("/v1/registrations/verify", {"email": email, "code": code})
    assert answer.status == 200, answer
    body = {"registration_token": answer.json()["registration_token"], "username": username, "password": password}
    answer = client.post("/v1/users", body | profile)
    assert answer.status == 201, answer
    session = log_in(client, username, password)
    return Person(instance, email, username, client, session)


def log_in(client, username, password=PASSWORD):
    """A new session; the client sends its access token from now on."""
    answer = client.post("/v1/sessions", {"username": username, "password": password})
    assert answer.status in (200, 201), answer
    client.token = answer.json()["access_token"]
    return answer.json()

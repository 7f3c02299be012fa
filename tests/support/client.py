"""HTTP for tests, by the standard library alone: one kept connection, JSON in and out, nothing retried in secret."""

import http.client
import json


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Client:
    """Not for several threads: each takes its own. `token` is sent as a bearer token when set."""

    def __init__(self, port, token=None, timeout=35):
        self.port, self.token, self.timeout = port, token, timeout
        self._connection = None

    def request(self, method, path, body=None, headers=None, token=None):
        """body: bytes are sent as they are, anything else as JSON. One reconnect when a kept connection was closed
        before any byte of an answer to GET: that is HTTP, not a failure of the server."""
        sent = dict(headers or {})
        names = {name.lower() for name in sent}
        if body is not None and not isinstance(body, (bytes, bytearray)):
            body = json.dumps(body).encode()
            if "content-type" not in names:
                sent["Content-Type"] = "application/json"
        bearer = token if token is not None else self.token
        if bearer and "authorization" not in names:
            sent["Authorization"] = "Bearer " + bearer
        fresh = self._connection is None
        try:
            return self._exchange(method, path, body, sent)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            if fresh or method != "GET":
                raise
            return self._exchange(method, path, body, sent)

    def _exchange(self, method, path, body, headers):
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            response = Response(answer.status, answer.headers, answer.read())
        except Exception:
            self.close()
            raise
        if answer.will_close:
            self.close()
        return response

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

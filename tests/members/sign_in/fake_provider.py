"""A provider of identities on the loopback: what ProConnect publishes, asks and signs, and ways to lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from ales.proconnect import ProConnect

CLIENT_ID, CLIENT_SECRET = "extranet", "a-secret-of-the-tests"
KEY_ID = "signature-1"
ROOT = "/api/v2"
#: Where a page told to redirect (`statuses`) sends; whoever follows finds it there.
MOVED = "/moved"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key of that name, made once a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeProvider:
    """An honest provider; a test changes what it says before it answers.

    `email`, `email_verified`, `acr`, `amr`: whom it recognises, and how. `claims` and `person` replace what
    the identity token and the page about the person say (None: leaves out), `published` parts of its
    configuration, `statuses` the answer of a page. `sign_token` signs the identity token; `signs_person`:
    whether the page about the person is signed too.
    """

    def __init__(self) -> None:
        self.email, self.email_verified = "claire@test.example", True
        self.acr, self.amr = "eidas1", ["pwd"]
        self.claims: dict[str, Any] = {}
        self.person: dict[str, Any] = {}
        self.published: dict[str, Any] = {}
        self.sign_token = self.sign
        self.signs_person = True
        self.key_algorithm = "RS256"
        self.statuses: dict[str, int] = {}
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def issuer(self) -> str:
        return self.origin + ROOT

    def config(self, **changes) -> ProConnect:
        return ProConnect(
            **{"issuer": self.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | changes
        )

    def sign(self, claims: dict, *, key: str = "honest", algorithm: str = "RS256", kid: str = KEY_ID) -> str:
        return jwt.encode(claims, private_key(key), algorithm, headers={"kid": kid})

    # --- Its pages --------------------------------------------------------------------------------

    def configuration(self) -> dict:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
        } | self.published

    def keys(self) -> dict:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(private_key("honest").public_key(), as_dict=True)
        return {"keys": [public | {"kid": KEY_ID, "use": "sig", "alg": self.key_algorithm}]}

    def authorize(self, query: dict[str, str]) -> str:
        """The person is recognised at once; the address their browser goes back to."""
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str]) -> dict | None:
        """None: refused. A code serves once, for who asked for it."""
        query = self._codes.pop(form.get("code", ""), None)
        if query is None or form.get("redirect_uri") != query["redirect_uri"]:
            return None
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != query["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "a-person",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "nonce": query["nonce"],
            "acr": self.acr,
            "amr": self.amr,
        }
        return {
            "access_token": "an-access",
            "token_type": "Bearer",
            "id_token": self.sign_token(_changed(claims, self.claims)),
        }

    def about_the_person(self) -> str:
        said = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "a-person",
            "email": self.email,
            "email_verified": self.email_verified,
        }
        said = _changed(said, self.person)
        return self.sign(said) if self.signs_person else json.dumps(said)


def _changed(said: dict, changes: dict) -> dict:
    return {name: value for name, value in (said | changes).items() if value is not None}


def _handler(provider: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            page = parts.path.removeprefix(ROOT)
            if page in provider.statuses:
                self.answer(provider.statuses[page], b"{}", location=f"{provider.issuer}{MOVED}{page}")
                return
            page = page.removeprefix(MOVED)
            if page == "/.well-known/openid-configuration":
                self.answer_json(provider.configuration())
            elif page == "/jwks":
                self.answer_json(provider.keys())
            elif page == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.answer(302, b"", location=provider.authorize(query))
            elif page == "/userinfo" and self.headers["Authorization"] == "Bearer an-access":
                media_type = "application/jwt" if provider.signs_person else "application/json"
                self.answer(200, provider.about_the_person().encode(), media_type=media_type)
            else:
                self.answer(404, b"{}")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if "/token" in provider.statuses:
                self.answer(provider.statuses["/token"], b"{}", location=provider.origin)
                return
            tokens = provider.token(form)
            if tokens is None:
                self.answer(400, b'{"error": "invalid_grant"}')
            else:
                self.answer_json(tokens)

        def answer_json(self, content: dict) -> None:
            self.answer(200, json.dumps(content).encode())

        def answer(
            self, status: int, body: bytes, *, media_type: str = "application/json", location: str = ""
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args) -> None:
            """Quiet."""

    return Handler

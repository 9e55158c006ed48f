"""What we ask of the provider, and what must be true of its answers (OpenID Connect Core 1.0, §3.1.3.7).

Every exchange goes to the issuer's own origin, follows no redirection, and is bounded in time and size.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt

from ales.proconnect import ProConnect

#: Seconds for each exchange.
TIMEOUT = 10
LONGEST_ANSWER = 1024 * 1024
#: Public keys only: with a shared secret, or none, anybody could sign.
ALGORITHMS = ("RS256", "ES256")
#: Seconds of difference between the two clocks.
LEEWAY = 30
SCOPE = "openid email"
#: Levels that include a second factor, and the method that says so (ProConnect's documentation, claims `acr`
#: and `amr`).
TWO_FACTOR_LEVELS = frozenset(
    {
        "eidas2",
        "eidas3",
        "https://proconnect.gouv.fr/assurance/self-asserted-2fa",
        "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
    }
)
TWO_FACTOR_METHOD = "mfa"


ID_TOKEN_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nonce")
PERSON_CLAIMS = ("iss", "sub", "aud")


class ProviderError(Exception):
    """Nobody signs in."""


class UnreachableError(ProviderError):
    """The provider doesn't answer, or refuses our question."""


class UntrustedAnswerError(ProviderError):
    """The answer isn't the provider's, not to us, or not to this question."""


@dataclass(frozen=True)
class Identity:
    """Whom the provider recognised."""

    email: str
    email_is_verified: bool
    has_second_factor: bool


@dataclass(frozen=True)
class Provider:
    """Its addresses, as it publishes them."""

    config: ProConnect
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str

    def authorization_url(self, *, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Where the browser goes to be recognised."""
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {"id_token": {"acr": None, "amr": None}}
        query = {
            "response_type": "code",
            "client_id": self.config.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "acr_values": self.config.acr_values,
            "claims": json.dumps(asked),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.authorization_endpoint}?{urlencode(query)}"

    def identify(self, *, code: str, nonce: str, verifier: str, redirect_uri: str) -> Identity:
        """Exchange the code for an identity. Raises UnreachableError, UntrustedAnswerError."""
        tokens = self._exchange(code, verifier, redirect_uri)
        keys = self._keys()
        claims = self._claims_of(tokens["id_token"], keys, required=ID_TOKEN_CLAIMS)
        if not _same(claims["nonce"], nonce):
            raise UntrustedAnswerError("nonce")
        person = self._person(tokens["access_token"], keys)
        if not _same(person.get("sub"), claims["sub"]):
            raise UntrustedAnswerError("subject")
        email, verified = person.get("email"), person.get("email_verified", self.config.emails_are_verified)
        if not isinstance(email, str) or not email:
            raise UntrustedAnswerError("email")
        return Identity(email.strip().lower(), verified is True, _has_second_factor(claims))

    def _exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, str]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": self.config.client_id,
            "client_secret": self.config.client_secret,
        }
        tokens = _object(_fetch(self.token_endpoint, form=form)[0])
        if not all(isinstance(tokens.get(name), str) for name in ("id_token", "access_token")):
            raise UntrustedAnswerError("tokens")
        return tokens

    def _keys(self) -> dict[str, jwt.PyJWK]:
        # Read anew at each sign-in: a key the provider withdraws is refused at once.
        try:
            published = jwt.PyJWKSet.from_dict(_object(_fetch(self.jwks_uri)[0]))
        except jwt.PyJWTError as error:
            raise UntrustedAnswerError("keys") from error
        return {key.key_id: key for key in published.keys if key.key_id}

    def _claims_of(self, token: str, keys: dict[str, jwt.PyJWK], *, required: tuple[str, ...]) -> dict:
        """What a signed token says, once signature, issuer, audience and dates are checked."""
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=self.config.issuer,
                audience=self.config.client_id,
                leeway=LEEWAY,
                options={"require": list(required)},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise UntrustedAnswerError(type(error).__name__) from error
        # Issued for several parties: to us only if it says so (`azp`).
        ours = self.config.client_id
        sole = claims["aud"] in (ours, [ours])
        if claims.get("azp", ours if sole else None) != ours:
            raise UntrustedAnswerError("authorized party")
        return claims

    def _person(self, access_token: str, keys: dict[str, jwt.PyJWK]) -> dict:
        """The provider's page about the person: a signed token at ProConnect, plain JSON elsewhere."""
        headers = {"Authorization": f"Bearer {access_token}"}
        body, content_type = _fetch(self.userinfo_endpoint, headers=headers)
        if content_type == "application/jwt":
            return self._claims_of(body.decode("ascii", "replace"), keys, required=PERSON_CLAIMS)
        return _object(body)


def discover(config: ProConnect) -> Provider:
    """The provider's addresses. Raises UnreachableError, UntrustedAnswerError."""
    published = _object(_fetch(f"{config.issuer.rstrip('/')}/.well-known/openid-configuration")[0])
    if published.get("issuer") != config.issuer:
        raise UntrustedAnswerError("issuer")
    names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    addresses = {name: str(published.get(name, "")) for name in names}
    for name, address in addresses.items():
        parts = urlsplit(address)
        if f"{parts.scheme}://{parts.netloc}" != config.origin:
            raise UntrustedAnswerError(name)
    return Provider(config, **addresses)


def _has_second_factor(claims: dict) -> bool:
    methods = claims.get("amr")
    told = isinstance(methods, list) and TWO_FACTOR_METHOD in methods
    return told or claims.get("acr") in TWO_FACTOR_LEVELS


def _same(found: object, expected: str) -> bool:
    return isinstance(found, str) and secrets.compare_digest(found.encode(), expected.encode())


class _NoRedirection(HTTPRedirectHandler):
    def redirect_request(self, *args) -> None:
        """Elsewhere is never the provider: urllib then raises the 30x as an error."""


_opener = build_opener(_NoRedirection)


def _fetch(
    url: str, *, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> tuple[bytes, str]:
    """The body and its media type."""
    data = urlencode(form).encode() if form is not None else None
    accepted = {"Accept": "application/json, application/jwt"}
    request = Request(url, data=data, headers=accepted | (headers or {}))
    try:
        with _opener.open(request, timeout=TIMEOUT) as answer:
            body = answer.read(LONGEST_ANSWER + 1)
            media_type = answer.headers.get_content_type()
    except HTTPError as error:
        error.close()
        if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UntrustedAnswerError(f"status {error.code}") from error
        raise UnreachableError(f"status {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        # Their text may hold the address: only their kind is told.
        raise UnreachableError(type(error).__name__) from error
    if len(body) > LONGEST_ANSWER:
        raise UntrustedAnswerError("too long")
    return body, media_type


def _object(body: bytes) -> dict:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise UntrustedAnswerError("not JSON") from error
    if not isinstance(found, dict):
        raise UntrustedAnswerError("not an object")
    return found

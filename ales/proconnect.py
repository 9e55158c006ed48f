"""Where ProConnect stands, read from the environment; None when it isn't used."""

import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from environs import Env


@dataclass(frozen=True)
class ProConnect:
    """What ProConnect told us when it registered the extranet."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    #: Level asked for; what is answered decides (members/sign_in/proconnect/provider.py).
    acr_values: str = "eidas1"
    #: Addresses without `email_verified` count as verified: only where the agreement with ProConnect says so.
    emails_are_verified: bool = False

    @property
    def origin(self) -> str:
        """`https://host`, where every exchange goes."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def read(env: Env, *, debug: bool) -> ProConnect | None:
    """The settings PROCONNECT_*; ends the process when they are half given, or not over TLS in production."""
    issuer: str = env.str("PROCONNECT_ISSUER", "")
    if not issuer:
        return None
    client_id, client_secret = env.str("PROCONNECT_CLIENT_ID", ""), env.str("PROCONNECT_CLIENT_SECRET", "")
    if not (client_id and client_secret):
        sys.exit("PROCONNECT_ISSUER exige PROCONNECT_CLIENT_ID et PROCONNECT_CLIENT_SECRET.")
    if not (issuer.startswith("https://") or (debug and issuer.startswith("http://"))):
        sys.exit("PROCONNECT_ISSUER doit commencer par https://.")
    return ProConnect(
        issuer,
        client_id,
        client_secret,
        env.str("PROCONNECT_ACR_VALUES", "eidas1"),
        env.bool("PROCONNECT_EMAILS_ARE_VERIFIED", False),
    )

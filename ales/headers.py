"""Headers of every answer that the framework doesn't set by itself (docs/security.md)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

#: Nothing of the device is used but keys at sign-in and the clipboard of a button.
PERMISSIONS = {
    "accelerometer": "()",
    "autoplay": "()",
    "browsing-topics": "()",
    "camera": "()",
    "clipboard-read": "()",
    "clipboard-write": "(self)",
    "display-capture": "()",
    "encrypted-media": "()",
    "fullscreen": "(self)",
    "geolocation": "()",
    "gyroscope": "()",
    "magnetometer": "()",
    "microphone": "()",
    "midi": "()",
    "payment": "()",
    "publickey-credentials-create": "(self)",
    "publickey-credentials-get": "(self)",
    "serial": "()",
    "usb": "()",
    "xr-spatial-tracking": "()",
}
PERMISSIONS_POLICY = ", ".join(f"{feature}={allowed}" for feature, allowed in PERMISSIONS.items())
NO_STORE = "no-store, private"


class SecurityHeadersMiddleware:
    """What the browser may do with a page: nothing kept, nothing shared, no device asked.

    Stands under WhiteNoise: static files, the same for everybody, may be kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Every page is somebody's, sign-in included: a view that knows better says so itself.
        response.headers.setdefault("Cache-Control", NO_STORE)
        return response

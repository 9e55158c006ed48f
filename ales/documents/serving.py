"""Hands a stored file over: by the server in front where ACCEL_REDIRECT_PREFIX names its internal address,
else by Django, in whole or by one range (RFC 9110 §14)."""

import re
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from ales.documents.models import StoredDocument

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$", re.ASCII)


class UnsatisfiableRangeError(ValueError):
    """The range begins after the end of the file."""


def serve(request: HttpRequest, document: StoredDocument, *, as_attachment: bool) -> HttpResponseBase:
    """The file's answer, without the headers of the content policy."""
    response = _handed_over(document) if settings.ACCEL_REDIRECT_PREFIX else _served(request, document)
    response["Content-Type"] = document.content_type
    if response.status_code != 416:
        response["Content-Disposition"] = content_disposition_header(as_attachment, document.file_name)
    response["ETag"] = etag_of(document)
    return response


def etag_of(document: StoredDocument) -> str:
    return f'"{document.sha256}"'


def _handed_over(document: StoredDocument) -> HttpResponse:
    response = HttpResponse()
    # The server in front answers ranges itself, and knows the length.
    response["X-Accel-Redirect"] = settings.ACCEL_REDIRECT_PREFIX + quote(document.file.name)
    return response


def _served(request: HttpRequest, document: StoredDocument) -> HttpResponseBase:
    size = default_storage.size(document.file.name)
    # A range of another version of the file would not fit what the reader holds.
    fresh = request.headers.get("If-Range", etag_of(document)) == etag_of(document)
    try:
        wanted = asked_range(request.headers.get("Range", ""), size) if fresh else None
    except UnsatisfiableRangeError:
        return HttpResponse(
            status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        )
    file = document.file.open("rb")
    if wanted is None:
        response = FileResponse(file)
    else:
        first, last = wanted
        file.seek(first)
        response = FileResponse(_Part(file, last - first + 1), status=206)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
        response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    return response


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None for the whole file, and for what we don't serve (several ranges,
    other units), which RFC 9110 lets us ignore. Raises UnsatisfiableRangeError."""
    found = _RANGE.match(header.strip())
    if not found or found.group(0) == "bytes=-":
        return None
    start, end = found.groups()
    if not start:
        length = int(end)
        if length == 0 or size == 0:
            raise UnsatisfiableRangeError
        return max(0, size - length), size - 1
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if end and int(end) < first:
        return None
    if first >= size:
        raise UnsatisfiableRangeError
    return first, last


class _Part:
    """A file's next `length` bytes, as FileResponse reads them."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        chunk = self._file.read(wanted) if wanted else b""
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._file.close()

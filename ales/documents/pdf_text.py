"""The text layer of a PDF people send, as far as it can be read."""

import io
import logging

import pypdf

logger = logging.getLogger(__name__)

#: Characters beyond which a document isn't read further: a warning needs no more.
MAX_TEXT = 1_000_000
logging.getLogger("pypdf").setLevel(logging.ERROR)


def text_of(pdf: bytes) -> str:
    """The text of `pdf` on one line, pages separated; what can't be read counts for nothing.

    Give it a file already rewritten (`uploads.clean_upload`): its size unpacked is bounded then.
    """
    parts: list[str] = []
    length = 0
    try:
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
            text = " ".join(page.extract_text().split())
            parts.append(text)
            length += len(text)
            if length > MAX_TEXT:
                break
    except Exception as error:
        # Many kinds of errors come out of a strange font or page; the file itself was found sound.
        logger.info("text of a PDF not read: %s", type(error).__name__)
    return "\n".join(parts)

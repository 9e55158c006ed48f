"""Files people send: recognised by their first bytes, parsed, and written anew (PITFALLS, uploads).

What is stored is never what was sent: a PDF loses its scripts, attachments, actions and metadata, a picture
is encoded again. Only PDF, JPEG and PNG go through.
"""

import hashlib
import io
from dataclasses import dataclass
from uuid import UUID

import pikepdf
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from pikepdf.sanitize import Sanitizer
from pikepdf.settings import set_qpdf_limits
from PIL import Image, ImageOps

from ales.documents import scanning
from ales.documents.file_names import clean_file_name, extension_of
from ales.documents.models import StoredDocument
from ales.documents.pdf_text import text_of
from ales.errors import InvalidInputError
from ales.nir import holds_social_security_number
from ales.text import format_size

MAX_PAGES = 100
_END_OF_PDF = b"%%EOF"
_END_WITHIN = 1024  # bytes from the end, as readers look for it

# Both limits hold for the whole process. Unlimited, a PDF of 300 kB took 600 MB to open (tried).
Image.MAX_IMAGE_PIXELS = settings.UPLOAD_MAX_PIXELS
MAX_INFLATED = 64 * 1024 * 1024  # bytes
set_qpdf_limits(
    flate_max_memory=MAX_INFLATED,
    run_length_max_memory=MAX_INFLATED,
    png_max_memory=MAX_INFLATED,
    tiff_max_memory=MAX_INFLATED,
    dct_max_memory=MAX_INFLATED,
    parser_max_container_size=200_000,
)


@dataclass(frozen=True)
class FileType:
    """A type we take: its first bytes, its extensions (the first is ours), its name on screen."""

    label: str
    content_type: str
    signature: bytes
    extensions: tuple[str, ...]


PDF = FileType("PDF", "application/pdf", b"%PDF-", (".pdf",))
JPEG = FileType("JPEG", "image/jpeg", b"\xff\xd8\xff", (".jpg", ".jpeg"))
PNG = FileType("PNG", "image/png", b"\x89PNG\r\n\x1a\n", (".png",))
FILE_TYPES = (PDF, JPEG, PNG)
#: For the `accept` attribute of a file input.
ACCEPT = ",".join(extension for file_type in FILE_TYPES for extension in file_type.extensions)

_scrubber = (
    Sanitizer()
    .remove_javascript()
    .remove_external_access()
    .remove_attachments()
    .remove_multimedia()
    .remove_private_app_data()
    .remove_search_index()
    .remove_thumbnails()
    .remove_web_capture()
    .remove_collection()
)


@dataclass(frozen=True)
class CleanFile:
    """A file fit to be stored: what was rewritten, under a name fit to be shown."""

    content: bytes
    content_type: str
    file_name: str


def store_upload(
    uploaded: UploadedFile,
    *,
    organisation_id: int,
    audience: str,
    subject_kind: str,
    subject_id: UUID,
    kind: str,
    title: str,
    created_by_id: int,
    landlord_id: int | None = None,
) -> StoredDocument:
    """Check, rewrite and store a file, in the current transaction.

    Raises InvalidInputError, with its messages at `file`, for anything but a sound PDF, JPEG or PNG within
    the limits of the settings.
    """
    clean = clean_upload(uploaded)
    document = StoredDocument(
        organisation_id=organisation_id,
        landlord_id=landlord_id,
        audience=audience,
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=kind,
        title=title,
        file_name=clean.file_name,
        content_type=clean.content_type,
        size=len(clean.content),
        sha256=hashlib.sha256(clean.content).hexdigest(),
        created_by_id=created_by_id,
    )
    document.file.save(clean.file_name, ContentFile(clean.content), save=False)
    document.save(force_insert=True)
    return document


def clean_upload(uploaded: UploadedFile) -> CleanFile:
    """The file written anew; raises InvalidInputError like `store_upload`."""
    name = uploaded.name or ""
    if not uploaded.size:
        raise _refused(_("Ce fichier est vide : choisissez le document à joindre."))
    if uploaded.size > settings.UPLOAD_MAX_BYTES:
        raise _refused(
            _("Ce fichier pèse %(size)s : %(limit)s au plus. Numérisez-le dans une qualité moindre.")
            % {"size": format_size(uploaded.size), "limit": format_size(settings.UPLOAD_MAX_BYTES)}
        )
    uploaded.seek(0)
    sent = uploaded.read()
    file_type = next((known for known in FILE_TYPES if sent.startswith(known.signature)), None)
    if file_type is None:
        raise _refused(
            _("Ce fichier n’est ni un PDF, ni une image JPEG ou PNG : ce sont les seuls acceptés.")
        )
    if extension_of(name) not in file_type.extensions:
        raise _refused(
            _(
                "Le nom du fichier ne correspond pas à son contenu, de type %(type)s : "
                "il doit finir par %(end)s."
            )
            % {"type": file_type.label, "end": _(" ou ").join(file_type.extensions)}
        )
    content = _rewrite_pdf(sent) if file_type is PDF else _rewrite_image(sent, file_type)
    require_clean(sent)
    return CleanFile(content, file_type.content_type, clean_file_name(name, file_type.extensions[0]))


def holds_number(uploaded: UploadedFile) -> bool:
    """Whether the text layer of a PDF seems to hold a NIR (DOMAIN §14); a picture has none.

    Raises InvalidInputError like `store_upload`. Stores nothing.
    """
    clean = clean_upload(uploaded)
    return clean.content_type == PDF.content_type and holds_social_security_number(text_of(clean.content))


def require_clean(sent: bytes) -> None:
    """Nothing leaves the memory of this request, to be stored, before the antivirus has said clean."""
    try:
        scanning.scan(sent)
    except scanning.InfectedError as error:
        raise _refused(
            _("L’antivirus refuse ce fichier : enregistrez-le à nouveau depuis sa source, ou numérisez-le.")
        ) from error
    except scanning.ScanError as error:
        raise _refused(
            _(
                "Ce fichier n’a pas pu être vérifié par l’antivirus : il n’est pas enregistré. "
                "Réessayez dans quelques minutes."
            )
        ) from error


def _refused(message: str) -> InvalidInputError:
    return InvalidInputError({"file": [message]})


def _rewrite_pdf(sent: bytes) -> bytes:
    unreadable = _("Ce PDF est abîmé ou incomplet : ouvrez-le pour vérifier, puis enregistrez-le à nouveau.")
    # The parser mends what it can; of a file cut short it would keep some pages and lose others silently.
    if _END_OF_PDF not in sent[-_END_WITHIN:]:
        raise _refused(unreadable)
    try:
        with pikepdf.open(io.BytesIO(sent)) as pdf:
            if pdf.is_encrypted:
                raise _refused(_("Ce PDF est protégé : enregistrez-le sans mot de passe ni restriction."))
            pages = len(pdf.pages)
            if not pages:
                raise _refused(_("Ce PDF ne contient aucune page."))
            if pages > MAX_PAGES:
                raise _refused(
                    _("Ce PDF a %(pages)s pages : %(limit)s au plus.") % {"pages": pages, "limit": MAX_PAGES}
                )
            _scrubber.apply(pdf)
            _drop_metadata(pdf)
            rewritten = io.BytesIO()
            pdf.save(rewritten, deterministic_id=True)
            return rewritten.getvalue()
    except pikepdf.PasswordError as error:
        raise _refused(_("Ce PDF est protégé : enregistrez-le sans mot de passe ni restriction.")) from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _refused(unreadable) from error


def _drop_metadata(pdf: pikepdf.Pdf) -> None:
    """Authors, software and dynamic forms (XFA) say more than the paper does."""
    for key in ("/Metadata", "/Perms"):
        if key in pdf.Root:
            del pdf.Root[key]
    if "/AcroForm" in pdf.Root and "/XFA" in pdf.Root.AcroForm:
        del pdf.Root.AcroForm["/XFA"]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]


def _rewrite_image(sent: bytes, file_type: FileType) -> bytes:
    try:
        with Image.open(io.BytesIO(sent), formats=[file_type.label]) as image:
            width, height = image.size
            if width * height > settings.UPLOAD_MAX_PIXELS:
                raise _too_many_pixels()
            image.load()
            # The camera's "which way is up" goes with the EXIF data: turn the picture itself first.
            upright = ImageOps.exif_transpose(image)
            rewritten = io.BytesIO()
            if file_type is JPEG:
                upright.convert("L" if upright.mode == "L" else "RGB").save(rewritten, "JPEG", quality=90)
            else:
                plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
                plain.info.clear()
                plain.save(rewritten, "PNG", optimize=False)
            return rewritten.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _refused(
            _(
                "Cette image est abîmée ou incomplète : ouvrez-la pour vérifier, "
                "puis enregistrez-la à nouveau."
            )
        ) from error


def _too_many_pixels() -> InvalidInputError:
    millions = settings.UPLOAD_MAX_PIXELS // 1_000_000
    return _refused(
        _(
            "Cette image est trop grande : %(limit)s millions de points au plus. "
            "Réduisez-la avant de l’envoyer."
        )
        % {"limit": millions}
    )

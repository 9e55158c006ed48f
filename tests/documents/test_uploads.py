"""What people send, honestly or not."""

import io
import uuid
import warnings
import zlib

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from ales import tenancy
from ales.documents import uploads
from ales.documents.file_names import clean_file_name
from ales.errors import InvalidInputError

OPEN_ACTION = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('bonjour')"))


def a_pdf(pages: int = 1, change=None, **save) -> bytes:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def an_image(kind: str, size=(40, 20), mode: str = "RGB", **save) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120 if mode == "L" else None).save(out, kind, **save)
    return out.getvalue()


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def fault(name: str, content: bytes) -> str:
    """The one message the file is refused with."""
    with pytest.raises(InvalidInputError) as refusal:
        uploads.clean_upload(sent(name, content))
    assert list(refusal.value.faults) == ["file"]
    (message,) = refusal.value.faults["file"]
    return message


@pytest.mark.parametrize(
    ("name", "content", "content_type", "file_name"),
    [
        ("Quittance mai.PDF", a_pdf(), "application/pdf", "Quittance mai.pdf"),
        ("photo.jpeg", an_image("JPEG"), "image/jpeg", "photo.jpg"),
        ("scan.png", an_image("PNG", mode="P"), "image/png", "scan.png"),
        ("gris.jpg", an_image("JPEG", mode="L"), "image/jpeg", "gris.jpg"),
        ("quadri.jpg", an_image("JPEG", mode="CMYK"), "image/jpeg", "quadri.jpg"),
    ],
)
def test_sound_files_are_taken_and_rewritten(name, content, content_type, file_name):
    clean = uploads.clean_upload(sent(name, content))
    assert (clean.content_type, clean.file_name) == (content_type, file_name)
    if content_type == "application/pdf":
        assert len(pikepdf.open(io.BytesIO(clean.content)).pages) == 1
    else:
        assert Image.open(io.BytesIO(clean.content)).size == (40, 20)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("vide.pdf", b"", "vide"),
        ("page.pdf", b"<!doctype html><script>alert(1)</script>", "ni un PDF"),
        ("dessin.svg", SVG, "ni un PDF"),
        ("dessin.png", SVG, "ni un PDF"),
        ("gifar.pdf", b"GIF89a" + a_pdf(), "ni un PDF"),
        ("prefixe.pdf", b"\n<html>" + a_pdf(), "ni un PDF"),
        ("texte.txt", b"bonjour", "ni un PDF"),
        ("archive.zip", b"PK\x03\x04rien", "ni un PDF"),
        ("faux.pdf", b"%PDF-1.4\n<html><script>alert(1)</script></html>", "abîmé"),
        ("faux2.pdf", b"%PDF-1.4\n<html></html>\n%%EOF", "abîmé"),
        ("photo.pdf", an_image("JPEG"), "doit finir par .jpg"),
        ("scan.jpg", a_pdf(), "doit finir par .pdf"),
        ("scan.pdf.exe", a_pdf(), "doit finir par .pdf"),
        ("scan", a_pdf(), "doit finir par .pdf"),
        ("coupe.pdf", a_pdf(20)[:-700], "abîmé"),
        ("coupe.jpg", an_image("JPEG", (400, 400))[:-300], "abîmée"),
        ("coupe.png", an_image("PNG", (400, 400))[:-60], "abîmée"),
        ("sans-page.pdf", a_pdf(0), "aucune page"),
        ("long.pdf", a_pdf(uploads.MAX_PAGES + 1), "101 pages"),
        ("protege.pdf", a_pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "protégé"),
        ("restreint.pdf", a_pdf(encryption=pikepdf.Encryption(user="", owner="b")), "protégé"),
    ],
)
def test_other_files_are_refused_with_a_reason(name, content, words):
    assert words in fault(name, content)


def test_too_big(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    assert "au plus" in fault("gros.pdf", a_pdf(10))


def png_of(width: int, height: int) -> bytes:
    """A PNG that announces a huge size and holds almost nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return uploads.PNG.signature + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (8_000, 8_000), (40_000_001, 1)])
def test_pixel_bombs_are_refused_before_they_expand(size):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        assert "40 millions de points" in fault("bombe.png", png_of(*size))


def inflating_pdf(size: int) -> bytes:
    """A small, sound PDF whose page tree lies in an object stream that inflates to `size` bytes."""
    inflated = b"3 0 <</Type/Pages/Kids[4 0 R]/Count 1>>".ljust(size)
    deflated = zlib.compress(inflated, 9)
    holder = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>" % len(deflated)
    objects = {
        1: b"<</Type/Catalog/Pages 3 0 R>>",
        2: holder + b"stream\n" + deflated + b"\nendstream",
        4: b"<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]>>",
    }
    content, places = b"%PDF-1.5\n", {}
    for number, body in objects.items():
        places[number] = len(content)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    places[5] = len(content)
    table = b"".join(
        (b"\2" + (2).to_bytes(4) if n == 3 else bytes([n in places]) + places.get(n, 0).to_bytes(4)) + b"\0\0"
        for n in range(6)
    )
    content += b"5 0 obj\n<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return content + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[5]


def test_a_pdf_may_not_inflate_without_end():
    assert uploads.clean_upload(sent("petit.pdf", inflating_pdf(10_000))).content
    assert "abîmé" in fault("bombe.pdf", inflating_pdf(uploads.MAX_INFLATED + 1000))


def test_scripts_attachments_links_and_metadata_leave_a_pdf():
    def arm(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = OPEN_ACTION
        pdf.Root.Names = pikepdf.Dictionary(
            JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("a"), OPEN_ACTION])
        )
        pdf.attachments["virus.exe"] = b"MZ"
        pdf.pages[0].Annots = pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Link,
                    Rect=[0, 0, 9, 9],
                    A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://traceur.example/")),
                )
            ]
        )
        pdf.docinfo["/Author"] = "Martin Paul"
        with pdf.open_metadata() as metadata:
            metadata["dc:creator"] = ["Martin Paul"]

    before = a_pdf(change=arm)
    clean = uploads.clean_upload(sent("arme.pdf", before)).content
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        assert "/OpenAction" not in pdf.Root
        assert not len(pdf.attachments)
        assert "/Info" not in pdf.trailer
        everything = b"".join(
            obj.read_bytes() if isinstance(obj, pikepdf.Stream) else obj.unparse(resolved=False)
            for obj in pdf.objects
        )
    for word in (b"JavaScript", b"alert", b"virus", b"traceur", b"Martin"):
        assert word not in everything


def test_a_picture_keeps_its_upright_look_and_nothing_of_the_camera():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    exif[0x010F] = "Appareil de Paul"
    clean = uploads.clean_upload(sent("photo.jpg", an_image("JPEG", exif=exif) + b"PK\x03\x04queue")).content
    assert b"Appareil" not in clean
    assert b"queue" not in clean
    image = Image.open(io.BytesIO(clean))
    assert image.size == (20, 40)
    assert not image.getexif()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Documents\\bail.pdf", "bail.pdf"),
        ("facture\u202efdp.exe.pdf", "facturefdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie- x.pdf"),
        ("  .pdf", "document.pdf"),
        ("...", "document.pdf"),
        ("", "document.pdf"),
        ("Loyer  d’avril «\u200b2026».pdf", "Loyer d’avril «2026».pdf"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_names_are_made_safe(typed, shown):
    assert clean_file_name(typed, ".pdf") == shown


def test_stored_under_a_name_nobody_chose(world):
    with tenancy.tenant(world.claire.context):
        document = uploads.store_upload(
            sent("bail\u202e.pdf", a_pdf()),
            organisation_id=world.cil.pk,
            audience="SOCIAL",
            subject_kind="case",
            subject_id=uuid.uuid4(),
            kind="proof",
            title="Bail",
            created_by_id=world.claire.user_id,
        )
    assert document.file.name == f"{document.public_id.hex[:2]}/{document.public_id.hex}"
    assert document.file_name == "bail.pdf"
    with document.file.open("rb") as stored:
        content = stored.read()
    assert len(content) == document.size
    assert uploads.hashlib.sha256(content).hexdigest() == document.sha256

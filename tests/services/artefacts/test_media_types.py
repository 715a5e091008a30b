import gzip
import io
import sqlite3
import struct
import tarfile
import wave
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.artefacts.media_types import ALLOWED, BINARY, HEAD_SIZE, agrees, is_allowed, recognise

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
DOCX = f"{OOXML}wordprocessingml.document"
MACROS = "application/vnd.ms-office.macro"


def archive(*names: str, mimetype: str = "") -> bytes:
    """A ZIP with these members; `mimetype` comes first and uncompressed, as OpenDocument and EPUB ask."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        if mimetype:
            zipped.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name in names:
            zipped.writestr(name, f"content of {name}")
    return out.getvalue()


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def sound() -> bytes:
    """A hundred samples of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as waves:
        waves.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        waves.writeframes(bytes(200))
    return out.getvalue()


def tape() -> bytes:
    """A tar with one member."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a.txt"), io.BytesIO())
    return out.getvalue()


def database() -> bytes:
    """An SQLite file with one table."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table round (number integer)")
        content = connection.serialize()
    connection.close()
    return content


def film(brand: bytes, *others: bytes) -> bytes:
    """The first box of a file of ISO 14496-12."""
    brands = b"".join(others)
    return struct.pack(">I", 16 + len(brands)) + b"ftyp" + brand + bytes(4) + brands + bytes(40)


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(20)
PAGE = b"\xef\xbb\xbf \n<!DOCTYPE html><script>alert(1)</script>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)

FILES = [
    ("application/pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
    ("application/pdf", b"\x00\x01 left by a printer\r\n%PDF-1.4\n"),
    ("application/rtf", b"{\\rtf1\\ansi Report}"),
    ("image/png", png()),
    ("image/jpeg", JPEG),
    ("image/gif", b"GIF89a\x01\x00\x01\x00\x00"),
    ("image/webp", b"RIFF\x24\x00\x00\x00WEBPVP8 "),
    ("image/tiff", b"II*\x00\x08\x00\x00\x00"),
    ("image/avif", film(b"avif")),
    ("image/avif", film(b"mif1", b"avif", b"miaf")),
    ("image/heic", film(b"mif1", b"heic")),
    ("image/heic", film(b"heic")),
    ("video/mp4", film(b"isom", b"avc1")),
    ("audio/mp4", film(b"M4A ")),
    ("video/quicktime", film(b"qt  ")),
    ("video/quicktime", b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat"),
    ("video/webm", b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"),
    ("video/x-matroska", b"\x1a\x45\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroska"),
    ("audio/ogg", b"OggS\x00\x02" + bytes(20)),
    ("audio/mpeg", b"ID3\x04\x00\x00" + bytes(20)),
    ("audio/mpeg", b"\xff\xfb\x90\x00" + bytes(20)),
    ("audio/aac", b"\xff\xf1P\x80\x02\x1f"),
    ("audio/flac", b"fLaC\x00\x00\x00\x22"),
    ("audio/wav", sound()),
    (DOCX, archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")),
    (DOCX, archive("_rels/.rels", "docProps/app.xml", "word/_rels/document.xml.rels", "[Content_Types].xml")),
    (f"{OOXML}spreadsheetml.sheet", archive("[Content_Types].xml", "xl/workbook.xml")),
    (f"{OOXML}presentationml.presentation", archive("[Content_Types].xml", "ppt/presentation.xml")),
    (f"{ODF}text", archive("content.xml", mimetype=f"{ODF}text")),
    (f"{ODF}spreadsheet", archive("content.xml", mimetype=f"{ODF}spreadsheet")),
    ("application/epub+zip", archive("META-INF/container.xml", mimetype="application/epub+zip")),
    ("application/msword", OLE),
    ("application/vnd.ms-excel", OLE),
    ("application/zip", archive("photos/1.jpg")),
    ("application/zip", archive()),
    ("application/zip", archive("[Content_Types].xml", "word/document.xml")),
    ("application/zip", archive("[Content_Types].xml", "word/vbaProject.bin")),
    ("application/gzip", gzip.compress(b"x")),
    ("application/x-tar", tape()),
    ("application/x-7z-compressed", b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(20)),
    ("application/vnd.sqlite3", database()),
    ("application/geopackage+sqlite3", database()),
    ("application/vnd.apache.parquet", b"PAR1\x15\x04\x15\x00"),
    ("text/plain", "Rådmøde: ventetiden".encode()),
    ("text/plain", "Wachtkamer".encode("utf-16")),
    ("text/plain", b"MZ is how this text happens to begin; ID3 and PAR1 too"),
    ("text/csv", "uddannelse;ventetid\nærlig;3\n".encode("cp1252")),
    ("text/csv; charset=utf-8", b"\xef\xbb\xbfgroup,count\nstaff,12\n"),
    ("Text/Markdown", b"<p align=center>Round 3</p>\n\n# Findings"),
    ("application/json", b'{"round": 3}'),
    ("text/vtt", b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello"),
    ("application/xml", b'<?xml version="1.0"?>\n<!-- rounds -->\n<rounds/>'),
    ("application/rdf+xml", b'<rdf:RDF xmlns:rdf="x"/>'),
]


@pytest.mark.parametrize(("declared", "content"), FILES)
def test_file_is_what_it_says(declared: str, content: bytes) -> None:
    """A file as common programs write it is accepted under its own type."""
    assert agrees(declared, content[:HEAD_SIZE])


@pytest.mark.parametrize(
    ("declared", "content", "found"),
    [
        pytest.param("image/png", PAGE, "text/html", id="page as picture"),
        pytest.param("text/csv", PAGE, "text/html", id="page as table"),
        pytest.param("image/png", JPEG, "image/jpeg", id="picture of another kind"),
        pytest.param("image/png", png()[1:], BINARY, id="damaged picture"),
        pytest.param("application/pdf", b"MZ\x90\x00\x03" + bytes(60), recognise(b"MZ\x00"), id="program"),
        pytest.param("text/plain", b"\x7fELF\x02\x01\x01", "application/x-elf", id="program as text"),
        pytest.param("text/plain", b"#!/bin/sh\nrm -r ~\n", "text/x-shellscript", id="script as text"),
        pytest.param("application/xml", b'<?xml version="1.0"?><svg xmlns="x"/>', "text/html", id="SVG as XML"),
        pytest.param("application/xml", b'<?xml version="1.0"?><h:html xmlns:h="x">', "text/html", id="XHTML as XML"),
        pytest.param(DOCX, archive("a.exe"), "application/zip", id="archive as text document"),
        pytest.param(DOCX, archive("[Content_Types].xml", "word/vbaProject.bin"), MACROS, id="document with macros"),
        pytest.param(DOCX, OLE, "application/x-ole-storage", id="old document as new"),
        pytest.param("video/mp4", archive("a.txt"), "application/zip", id="archive as film"),
        pytest.param("application/json", b"\x00\x01\x02", BINARY, id="bytes as text"),
    ],
)
def test_file_that_is_something_else_is_found_out(declared: str, content: bytes, found: str) -> None:
    """What the bytes show counts for more than what was declared."""
    assert not agrees(declared, content)
    assert recognise(content) == found


@pytest.mark.parametrize(
    "declared",
    [
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/javascript",
        "application/x-msdownload",
        BINARY,
        "",
    ],
)
def test_active_content_is_not_allowed(declared: str) -> None:
    """What a browser or a machine would run is no artefact, whatever the bytes are."""
    assert not is_allowed(declared)
    assert not agrees(declared, b"x")
    assert not agrees(declared, b"")


def test_type_is_compared_without_parameters_and_case() -> None:
    """`Text/CSV; charset=utf-8` is a table like any other."""
    assert is_allowed("Text/CSV; charset=utf-8")


def test_empty_file_may_be_anything_allowed() -> None:
    """No bytes contradict no type."""
    assert all(agrees(declared, b"") for declared in ALLOWED)


@pytest.mark.parametrize("make", [png, sound, tape, database])
@pytest.mark.parametrize("size", [1, 3, 12, 31])
def test_beginning_cut_short_is_judged_without_error(make: Callable[[], bytes], size: int) -> None:
    """A few bytes of a file get an answer too."""
    assert recognise(make()[:size])


BEGINNINGS = st.sampled_from([b"PK\x03\x04", b"RIFF", b"\x00\x00\x00\x18ftyp", b"\xff", b"<", b""])


@given(st.builds(bytes.__add__, BEGINNINGS, st.binary(max_size=600)))
def test_any_bytes_get_an_answer(head: bytes) -> None:
    """No file, however broken, stops the check, and none passes both as text and as a picture."""
    assert recognise(head)
    assert not head or not (agrees("text/csv", head) and agrees("image/png", head))

"""Which kinds of file a lab may share, and whether the bytes are of the kind that was declared.

A declared type is a claim. It is held against the first bytes, so that a page or a program does not travel as
a picture. Scripts, programs, HTML and SVG (a picture that can run scripts) are on no list; whoever has to
share one puts it into an archive.
"""

import re
from typing import Final

HEAD_SIZE: Final = 64 * 1024
"""How many bytes from the beginning of a file are enough to judge it."""

BINARY: Final = "application/octet-stream"
"""What `recognise` says of bytes that it does not know."""

_PDF: Final = "application/pdf"
_TEXT: Final = "text/plain"
_HTML: Final = "text/html"
_XML: Final = "application/xml"
_ZIP: Final = "application/zip"
_OLE: Final = "application/x-ole-storage"
_SQLITE: Final = "application/vnd.sqlite3"
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."
_MACROS: Final = "application/vnd.ms-office.macro"

_ZIPPED: Final = {
    f"{_OOXML}wordprocessingml.document": b"word/",
    f"{_OOXML}spreadsheetml.sheet": b"xl/",
    f"{_OOXML}presentationml.presentation": b"ppt/",
}
_OOXML_MEMBERS: Final = (b"[Content_Types].xml", b"_rels/.rels")
_NAMED_IN_ZIP: Final = (
    f"{_ODF}text",
    f"{_ODF}spreadsheet",
    f"{_ODF}presentation",
    f"{_ODF}graphics",
    "application/epub+zip",
)

_OWN_SIGN: Final = (
    _PDF,
    "application/rtf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/tiff",
    "image/avif",
    "image/heic",
    "audio/mpeg",
    "audio/aac",
    "audio/flac",
    "audio/wav",
    "application/vnd.apache.parquet",
    "application/x-spss-sav",
    "application/gzip",
    "application/x-7z-compressed",
    "application/x-tar",
    _SQLITE,
    *_ZIPPED,
    *_NAMED_IN_ZIP,
)

_TEXTS: Final = (
    _TEXT,
    "text/csv",
    "text/tab-separated-values",
    "text/vtt",
    "text/calendar",
    "application/x-subrip",
    "application/json",
    "application/geo+json",
    "application/ld+json",
)

ALLOWED: Final[dict[str, frozenset[str]]] = {
    **{media_type: frozenset({media_type}) for media_type in _OWN_SIGN},
    **{media_type: frozenset({_TEXT}) for media_type in _TEXTS},
    "text/markdown": frozenset({_TEXT, _HTML}),  # may begin with a tag
    _XML: frozenset({_XML, _TEXT}),  # may lack its first line
    "application/rdf+xml": frozenset({_XML, _TEXT}),
    _ZIP: frozenset({_ZIP, _MACROS, *_ZIPPED, *_NAMED_IN_ZIP}),
    "application/msword": frozenset({_OLE}),
    "application/vnd.ms-excel": frozenset({_OLE}),
    "application/vnd.ms-powerpoint": frozenset({_OLE}),
    "application/geopackage+sqlite3": frozenset({_SQLITE}),
    "video/mp4": frozenset({"video/mp4", "video/quicktime"}),
    "video/quicktime": frozenset({"video/mp4", "video/quicktime"}),
    "audio/mp4": frozenset({"video/mp4"}),
    "video/webm": frozenset({"video/webm"}),
    "audio/webm": frozenset({"video/webm"}),
    "video/x-matroska": frozenset({"video/x-matroska", "video/webm"}),
    "video/ogg": frozenset({"application/ogg"}),
    "audio/ogg": frozenset({"application/ogg"}),
}
"""Each media type that may be declared, with what `recognise` may then find."""

_SIGNS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "application/ogg"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"$FL2", "application/x-spss-sav"),
    (b"$FL3", "application/x-spss-sav"),
    (b"SQLite format 3\x00", _SQLITE),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"PK\x05\x06", _ZIP),  # an archive of nothing
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xca\xfe\xba\xbe", "application/x-mach-binary"),
)
_TEXT_SIGNS: Final = (
    (b"%PDF-", _PDF),
    (b"{\\rtf", "application/rtf"),
    (b"#!", "text/x-shellscript"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS: Final = {
    b"qt  ": "video/quicktime",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
}
_PICTURE_BRANDS: Final = (b"mif1", b"msf1")  # HEIC and AVIF alike
_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide")
_TAR_SIGN_AT: Final = 257
_SEARCHED_FOR_PDF: Final = 1024  # bytes, as readers of PDF allow
_SEARCHED_FOR_ROOT: Final = 1024

# Eleven ones begin a frame of MPEG audio; version 01 and layers 00 and 11 are reserved or out of use.
_MPEG_AUDIO: Final = re.compile(rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]")
_AAC: Final = re.compile(rb"\xff[\xf0\xf1\xf8\xf9]")
# The tags by which browsers take bytes for a page (WHATWG MIME Sniffing §7.1), and SVG.
_PAGE: Final = re.compile(
    rb"<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg)"
    rb"[ \t\r\n\f/>]"
    rb"|<!--",
    re.IGNORECASE,
)
_PAGE_ROOT: Final = re.compile(rb"<(?:\w+:)?(?:html|svg)\b", re.IGNORECASE)
_NOT_IN_TEXT: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def is_allowed(declared: str) -> bool:
    """Whether files of this media type may be shared; parameters and case do not matter."""
    return _essence(declared) in ALLOWED


def agrees(declared: str, head: bytes) -> bool:
    """Whether a file that begins with `head` (HEAD_SIZE bytes, or all) can be what was declared.

    An empty file can be anything that is allowed; what is not allowed agrees with nothing.
    """
    return is_allowed(declared) and (not head or recognise(head) in ALLOWED[_essence(declared)])


def recognise(head: bytes) -> str:
    """The media type that the first bytes of a file show, BINARY where they show none."""
    marked = _markup(head)
    if marked:
        return marked
    if head.startswith(_UTF16_MARKS) or not _NOT_IN_TEXT.search(head):
        return _TEXT
    signed = next((media_type for sign, media_type in _SIGNS if head.startswith(sign)), None)
    return signed or _container(head) or _unframed(head)


def _essence(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _markup(head: bytes) -> str | None:
    """What begins with letters that tell what follows."""
    text = head.removeprefix(_UTF8_MARK).lstrip(b" \t\r\n\f")
    if _PAGE.match(text):
        return _HTML
    if text.startswith(b"<?xml"):
        return _HTML if _PAGE_ROOT.search(text[:_SEARCHED_FOR_ROOT]) else _XML
    return next((media_type for sign, media_type in _TEXT_SIGNS if text.startswith(sign)), None)


def _container(head: bytes) -> str | None:
    """Formats that share a frame and say in it which of them they are."""
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], BINARY)
    if head[4:8] in _BOXES:
        return _film_or_picture(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[_TAR_SIGN_AT : _TAR_SIGN_AT + 5] == b"ustar":
        return "application/x-tar"
    return None


def _film_or_picture(head: bytes) -> str:
    """Which of the formats of ISO 14496-12 this is, by its brands."""
    if head[4:8] != b"ftyp":  # older than brands
        return "video/quicktime"
    brand = head[8:12]
    if brand in _PICTURE_BRANDS:
        return "image/avif" if b"avif" in head[16:64] else "image/heic"
    return _BRANDS.get(brand, "video/mp4")


def _zipped(head: bytes) -> str:
    """What lies in an archive, by its first members."""
    members = _members(head)
    first_name, first_content = members[0]
    if first_name == b"mimetype":
        return next((kind for kind in _NAMED_IN_ZIP if first_content.startswith(kind.encode())), _ZIP)
    names = [name for name, _ in members]
    if any(name.endswith(b"vbaProject.bin") for name in names):
        return _MACROS
    if any(name in _OOXML_MEMBERS for name in names):
        for media_type, folder in _ZIPPED.items():
            if any(name.startswith(folder) for name in names):
                return media_type
    return _ZIP


def _members(head: bytes) -> list[tuple[bytes, bytes]]:
    """Name and first bytes of each archive member whose local header lies in `head`."""
    members = []
    for header in re.finditer(rb"PK\x03\x04", head):
        at = header.start()
        name_size = int.from_bytes(head[at + 26 : at + 28], "little")
        extra_size = int.from_bytes(head[at + 28 : at + 30], "little")
        name_end = at + 30 + name_size
        content_at = name_end + extra_size
        members.append((head[at + 30 : name_end], head[content_at : content_at + 100]))
    return members


def _unframed(head: bytes) -> str:
    """Formats whose sign is short, or not at the beginning."""
    if _AAC.match(head):
        return "audio/aac"
    if _MPEG_AUDIO.match(head):
        return "audio/mpeg"
    return _PDF if b"%PDF-" in head[:_SEARCHED_FOR_PDF] else BINARY

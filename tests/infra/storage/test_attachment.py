import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.storage.attachment import attachment

_HEADER = re.compile(r"attachment; filename=\"([ -~]*)\"; filename\*=UTF-8''([!#$&+.^_`|~A-Za-z0-9%-]+)")


def _names(header: str) -> tuple[str, str]:
    """What a client without and one with RFC 8187 would call the file."""
    match = _HEADER.fullmatch(header)
    assert match, header
    return match[1], unquote(match[2], errors="strict")


@pytest.mark.parametrize(
    ("given_name", "plain", "full"),
    [
        ("report.pdf", "report.pdf", "report.pdf"),
        ("Rådmøde och prüfung ä.docx", "Radm_de och prufung a.docx", "Rådmøde och prüfung ä.docx"),
        ("🌱 serre 👩‍🔬.png", "_ serre ___.png", "🌱 serre 👩‍🔬.png"),
        ('say "yes" \\ no.txt', "say _yes_ _ no.txt", 'say "yes" _ no.txt'),
        (
            "a\r\nSet-Cookie: x=1\r\n\r\n<html>.txt",
            "a Set-Cookie_ x=1 _html_.txt",
            "a Set-Cookie: x=1 <html>.txt",
        ),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ("C:\\temp\\x.csv", "C__temp_x.csv", "C:_temp_x.csv"),
        (".htaccess", "htaccess", "htaccess"),
        ("100%41.txt", "100_41.txt", "100%41.txt"),
        ("annexe\u202efdp.exe", "annexefdp.exe", "annexefdp.exe"),
        ("half \ud83c pair.txt", "half  pair.txt", "half  pair.txt"),
        ("\u2215\uff0f.txt", "__.txt", "\u2215\uff0f.txt"),
        ("\u0300", "file", "\u0300"),
        ("\uff0ehtaccess", "htaccess", "\uff0ehtaccess"),
        ("", "file", "file"),
        (" ..\x00\n ", "file", "file"),
    ],
)
def test_name_reaches_old_and_new_clients(given_name: str, plain: str, full: str) -> None:
    """A name keeps its letters where the client can read them, and loses what could harm."""
    assert _names(attachment(given_name)) == (plain, full)


def test_long_name_keeps_its_suffix() -> None:
    """Cutting a name does not cut off what tells the kind of file."""
    _, full = _names(attachment("ö" * 1000 + ".geojson"))
    assert full.endswith("ö.geojson")
    assert len(full) == 150


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_no_name_can_end_the_header(name: str) -> None:
    """Whatever the name, the header is one line of printable ASCII with two well-formed names."""
    plain, full = _names(attachment(name))
    assert plain
    assert full
    assert not set(plain) & set('"\\/%')
    assert not set(full) & set("/\\\r\n\x00")

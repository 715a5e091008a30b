"""What is sealed is opened by the same installation for the same purpose, and by nobody else."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from infra.identity.keys import Safe

SAFE = Safe(SecretStr("a" * 32))


@given(st.text(min_size=1, max_size=200), st.text(max_size=20))
def test_what_is_sealed_is_opened_again(text: str, purpose: str) -> None:
    """Any text comes back; not for another purpose, nor with another secret, nor changed."""
    sealed = SAFE.seal(text, purpose)
    assert SAFE.open(sealed, purpose) == text
    assert SAFE.open(sealed, purpose + "x") is None
    assert Safe(SecretStr("b" * 32)).open(sealed, purpose) is None
    assert SAFE.open(sealed[:-2], purpose) is None
    assert SAFE.seal(text, purpose) != sealed


@given(st.text(max_size=100))
def test_nonsense_opens_nothing(text: str) -> None:
    """Whatever was not sealed here is nothing."""
    assert SAFE.open(text, "x") is None
    assert SAFE.open(f"a.{text}.b.c.d", "x") is None


@pytest.mark.parametrize("header", [[], 1, {"alg": [], "enc": {}}, {"alg": "dir"}, {"alg": "none", "enc": "A256GCM"}])
def test_another_header_opens_nothing(header: object) -> None:
    """Whatever a cookie says of how it was sealed, it is sealed as ours are or it is nothing."""
    _, *rest = SAFE.seal("text", "x").split(".")
    told = urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    assert SAFE.open(".".join((told, *rest)), "x") is None

"""Addresses that an ADMIN sets lead to no inner network, and cannot be made to."""

import socket
from typing import Any

import pytest

from infra.identity.addresses import Addresses, AddressRefused, is_plain_here, origin_of
from infra.identity.asking import ProviderFailed, Questions
from tests.infra.identity.issuer import Issuer

PRODUCTION = Addresses(in_development=False, private_hosts=("login.olen.example",))
DEVELOPMENT = Addresses(in_development=True)


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example",
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "https://127.0.0.1",
        "https://[::1]",
        "https://[::ffff:10.0.0.1]",
        "https://10.0.0.1",
        "https://192.168.1.1/realm",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1",
        "https://[fe80::1]",
        "https://[fd00::1]",
        "https://[fec0::1]",
        "https://[64:ff9b::10.0.0.1]",
        "https://[2002:a00:1::]",
        "https://[::10.0.0.1]",
        "https://0.0.0.0",
        "https://224.0.0.1",
        "https://user:password@login.example",
        "https://login.example?x=1",
        "https://login.example#x",
        "https://login.example\\@evil.example",
        "https://login.example:nine",
        "https://",
        "https://login example",
        "https://lögin.example",
        "ftp://login.example",
        "login.example",
        "",
        "https://" + "x" * 2_000,
    ],
)
def test_an_address_is_refused_by_what_it_says(address: str) -> None:
    """In the clear, private, or not plain: refused, in a sentence."""
    why = PRODUCTION.refusal(address)
    assert why
    assert why.endswith(".")


def test_good_addresses_are_taken() -> None:
    """Those on the web; in development those of this machine too; endpoints may have a query."""
    assert PRODUCTION.refusal("https://login.example:8443/realms/olen") is None
    assert PRODUCTION.refusal("https://login.example/authorize?p=policy", query=True) is None
    assert PRODUCTION.refusal("https://[2001:4860:4860::8888]") is None
    assert PRODUCTION.refusal("https://[64:ff9b::8.8.8.8]") is None
    assert DEVELOPMENT.refusal("http://127.0.0.1:3000") is None
    assert DEVELOPMENT.refusal("http://localhost:3000") is None
    assert DEVELOPMENT.refusal("http://login.example") is not None


async def test_a_name_is_refused_by_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host with a private address among its addresses is not asked, unless the operator vouches for it."""
    led = ["203.0.113.7", "10.0.0.7"]

    def found(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in led]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(AddressRefused):
        await PRODUCTION.of("login.example", 443)
    assert await PRODUCTION.of("login.olen.example", 443) == led
    led[:] = ["93.184.216.34"]
    assert await PRODUCTION.of("login.example", 443) == led


async def test_no_redirect_is_followed(issuer: Issuer) -> None:
    """An answer that leads elsewhere is an error: what was looked at was this address."""
    real = issuer.answer
    issuer.answer = lambda *given: (302, b"http://127.0.0.1:1/x") if given[0] == "/x" else real(*given)  # type: ignore[method-assign]
    questions = Questions(DEVELOPMENT)
    with pytest.raises(ProviderFailed, match="302"):
        await questions.get(f"{issuer.address}/x")
    with pytest.raises(ProviderFailed, match="https"):
        await questions.get("http://login.example/x")


def test_origins_are_written_as_browsers_write_them() -> None:
    """Without the usual port, in small letters; and only this machine is plain."""
    assert origin_of("https://Serra.example:443/x") == "https://serra.example"
    assert origin_of("http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    assert origin_of("http://[::1]:8000") == "http://[::1]:8000"
    assert is_plain_here("http://localhost:8000")
    assert not is_plain_here("http://serra.example")
    assert not is_plain_here("https://127.0.0.1")

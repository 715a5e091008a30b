"""Questions to identity providers: small, short, never redirected, and never many at once."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from ssl import SSLContext
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from infra.identity.addresses import Addresses, AddressRefused

LONGEST_ANSWER: Final = 512 * 1024
"""Bytes. Discovery documents and key sets have a few thousand."""
_AT_ONCE: Final = 8
_WAITING_AT_MOST: Final = 200

# Their own lines name addresses and headers of every question.
for _logger in ("httpx", "httpcore"):
    logging.getLogger(_logger).setLevel(logging.WARNING)


class ProviderFailed(Exception):
    """A provider did not answer, or not as it must; the message says how. It may do so later."""


@dataclass(slots=True)
class Questions:
    """Asks providers. `seconds` is what one question may take, from the look-up of its host to its last byte."""

    addresses: Addresses
    seconds: float = 5.0
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _waiting: int = 0

    async def get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object at an address. Raises ProviderFailed."""
        return await self._ask("GET", address, headers or {}, None, only_success=True)

    async def post(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """The JSON object that answers a form, an error of OAuth 2.0 too. Raises ProviderFailed."""
        return await self._ask("POST", address, headers, dict(form), only_success=False)

    async def _ask(
        self, method: str, address: str, headers: Mapping[str, str], form: dict[str, str] | None, *, only_success: bool
    ) -> dict[str, Any]:
        host = urlsplit(address).hostname or ""
        if why := self.addresses.refusal(address, query=True):
            raise ProviderFailed(why)
        with self._one_more():
            try:
                # One slow provider occupies a few places; who waits for one of them waits no longer than for it.
                async with asyncio.timeout(self.seconds), self._places.setdefault(host, asyncio.Semaphore(_AT_ONCE)):
                    status, body = await self._sent(method, address, headers, form)
            except TimeoutError:
                raise ProviderFailed(f"{host} did not answer within {self.seconds:g} seconds.") from None
            except AddressRefused as refused:
                raise ProviderFailed(str(refused)) from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
                raise ProviderFailed(f"{host} could not be reached ({type(error).__name__}).") from None
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise ProviderFailed(f"{host} answered with the status {status}.")
        if only_success and status != HTTPStatus.OK:
            raise ProviderFailed(f"{host} answered with the status {status}.")
        try:
            return msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise ProviderFailed(f"{host} answered with something that is no JSON object.") from None

    async def _sent(
        self, method: str, address: str, headers: Mapping[str, str], form: dict[str, str] | None
    ) -> tuple[int, bytes]:
        """Asked at the IP address that was looked at, so that the name cannot lead elsewhere a moment later."""
        url = httpx.URL(address)
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self.addresses.of(url.host, port)
        # Nothing compressed: a few bytes of that can become many millions before they are counted.
        plain = {"Accept": "application/json", "Accept-Encoding": "identity"}
        sent = {**plain, **headers, "Host": url.netloc.decode("ascii")}
        # No proxies from the environment: they would look the host up anew.
        async with httpx.AsyncClient(verify=_certificates(), timeout=self.seconds, trust_env=False) as client:
            for place, ip in enumerate(addresses):
                try:
                    async with client.stream(
                        method,
                        url.copy_with(host=ip),
                        headers=sent,
                        data=form,
                        extensions={"sni_hostname": url.host},
                    ) as response:
                        return response.status_code, await _body(response)
                except httpx.ConnectError:
                    if place == len(addresses) - 1:
                        raise
        raise ProviderFailed(f"{url.host} has no address.")

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        """All providers together do not keep the whole service waiting."""
        if self._waiting >= _WAITING_AT_MOST:
            raise ProviderFailed("Too many wait for their providers already.")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


async def _body(response: httpx.Response) -> bytes:
    pieces = bytearray()
    async for piece in response.aiter_raw():
        pieces += piece
        if len(pieces) > LONGEST_ANSWER:
            raise ProviderFailed(f"The answer is larger than {LONGEST_ANSWER} bytes.")
    return bytes(pieces)


@cache
def _certificates() -> SSLContext:
    """The usual authorities, or those that SSL_CERT_FILE or SSL_CERT_DIR name."""
    return httpx.create_ssl_context()

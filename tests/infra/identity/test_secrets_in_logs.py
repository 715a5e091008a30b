"""No secret that passes through is written anywhere but where it belongs."""

import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import pytest

from services.identity.tables import Session
from tests.client import Client
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import ME, Installation, settings

_TABLES = """
    select table_name::text from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'
"""


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, at DEBUG, or written to the standard streams."""
    said, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(said), root.level
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s %(args)s"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with redirect_stderr(said), redirect_stdout(said):
        yield said
    root.setLevel(level)
    root.removeHandler(handler)


async def test_no_secret_is_logged(
    admin: Client, issuer: Issuer, serra: Installation, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign-ins that succeed and fail, tokens good and bad, and errors of our own: at DEBUG, nothing is told of them."""
    issuer.secret = "client-secret-of-olen"
    secrets = [issuer.secret, str(admin.token), "serra_made-up-token", "wrong-session-secret", "k" * 32]
    given = settings(issuer.address, clientSecret=issuer.secret, allowsMachines=True)
    await admin.do("configureIdentityProvider", given, "organisation { slug }")
    browser = serra.browser()
    asked = await browser.begin()
    code = issuer.authorise(asked)
    secrets += [code, asked["state"], asked["nonce"], browser.http.cookies["serra-sign-in"]]
    await browser.finish(code=code, state=asked["state"])
    secrets.append(browser.http.cookies["serra"])
    await browser.me()
    for broken in (b"broken", b'{"id_token": "e30.e30.signature-of-it", "access_token": "access-token-of-it"}'):
        issuer.raw["/token"] = broken
        await browser.sign_in(issuer)
    machine = issuer.token(aud=serra.url)
    for token in ("serra_made-up-token", machine):
        await serra.client(token).send(ME)
    secrets += ["signature-of-it", "access-token-of-it", machine, machine.rpartition(".")[2]]
    wrong = {"Cookie": "serra=wrong-session-secret", "Origin": serra.url}
    await browser.http.post("/graphql", json={"query": ME}, headers=wrong)
    del issuer.raw["/token"]
    await browser.sign_in(issuer)
    secrets.append(browser.http.cookies["serra"])
    monkeypatch.setattr(Session, "raw", _broken)  # an error of our own, which is told with its trace
    assert (await browser.sign_in(issuer)).status_code == 500
    said = written.getvalue()
    assert "ZeroDivisionError" in said
    assert [secret for secret in secrets if secret in said] == []
    pool = serra.pool
    for (table,) in await pool.fetch(_TABLES):
        everything = await pool.fetchval(f"select coalesce(string_agg(t::text, chr(10)), '') from \"{table}\" t")
        assert [secret for secret in secrets if secret in everything] == [], table


def _broken(*_: object) -> None:
    raise ZeroDivisionError

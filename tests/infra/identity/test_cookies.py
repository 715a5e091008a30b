"""What a session's cookie signs: requests of our own pages, and no others."""

import html

import pytest

from tests.client import Client
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import ME, Browser, Installation, code_of, settings

CONFIGURED = "organisation { slug }"
LAB = {"slug": "lab", "organisation": "olen", "names": [{"language": "en", "text": "Lab"}]}
MAKE = "mutation($i: CreateLabInput!) { createLab(input: $i) { lab { slug } userErrors { code } } }"
OWN = "http://127.0.0.1:8000"


@pytest.fixture
async def signed_in(admin: Client, browser: Browser, issuer: Issuer) -> Browser:
    """A browser in which an editor of Olen has signed in."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    return browser


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": OWN}, {"X-Serra-CSRF": "1"}],
)
async def test_our_own_pages_change_things(signed_in: Browser, headers: dict[str, str]) -> None:
    """A request that our own page made, that a person typed, or that carries our header, is signed by the cookie."""
    made = await signed_in.ask(MAKE, headers, i=LAB)
    assert made.json()["data"]["createLab"] == {"lab": {"slug": "lab"}, "userErrors": []}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"{OWN}.evil.example"},
        {"Origin": "https://evil.example", "X-Serra-CSRF": "1"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_other_pages_do_not(signed_in: Browser, headers: dict[str, str]) -> None:
    """Whatever another site sends with the cookie is refused before it runs: changes, questions, links and sign-out."""
    for answer in (
        await signed_in.ask(MAKE, headers, i=LAB),
        await signed_in.ask(ME, headers),
        await signed_in.http.get("/graphql", params={"query": ME}, headers=headers),
        await signed_in.http.post("/sign-out", headers=headers),
        await signed_in.http.post("/sign-in", json={"organisation": "olen"}, headers=headers),
    ):
        assert (answer.status_code, code_of(answer)) == (403, "CROSS_SITE")
    me = await signed_in.me()
    assert me


async def test_a_cookie_asks_by_get_and_changes_nothing_so(signed_in: Browser) -> None:
    """A GET of our own page may ask; a mutation is never sent by GET."""
    own = {"Sec-Fetch-Site": "same-origin"}
    assert (await signed_in.http.get("/graphql", params={"query": ME}, headers=own)).status_code == 200
    query = 'mutation { revokeToken(input: {id: "x"}) { userErrors { code } } }'
    assert (await signed_in.http.get("/graphql", params={"query": query}, headers=own)).status_code == 405


async def test_a_token_needs_no_proof_of_origin(signed_in: Browser, admin: Client) -> None:
    """Who sends a token means it: beside a cookie it alone signs, from wherever it comes."""
    asked = await signed_in.ask(ME, {"Origin": "https://evil.example", "Authorization": f"Bearer {admin.token}"})
    assert asked.json()["data"]["viewer"]["person"]["name"] == "Olen admin"


async def test_form_posts_are_not_read(signed_in: Browser) -> None:
    """What a page can send without being asked first is not read at all."""
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
        sent = await signed_in.http.post(
            "/graphql", content=b'{"query": "{ viewer { email } }"}', headers={"Content-Type": content_type}
        )
        assert sent.status_code == 415


@pytest.mark.parametrize(
    "beside",
    ['a="\\', "{not: a cookie}", "a b=c", "=x", "é=1", "serra-other=1", 'b={"json": [1, 2]}', "c@d=1", "[x]=1", ";;"],
)
@pytest.mark.parametrize("place", ["before", "after"])
async def test_a_cookie_of_another_does_not_sign_anybody_out(
    signed_in: Browser, serra: Installation, beside: str, place: str
) -> None:
    """Whatever somebody else's page has set beside it, in whatever shape, the session's cookie is found."""
    (own,) = (f"{one.name}={one.value}" for one in signed_in.http.cookies.jar if one.name == "serra")
    sent = f"{beside}; {own}" if place == "before" else f"{own};{beside}"
    headers = {b"cookie": sent.encode("latin-1"), b"sec-fetch-site": b"same-origin"}
    asked = await serra.browser().http.post("/graphql", json={"query": ME}, headers=headers)
    assert asked.json()["data"]["viewer"] is not None


async def test_a_broken_cookie_is_none(serra: Installation) -> None:
    """Cookies of others, empty ones and nonsense beside them do not keep anybody from asking."""
    browser = serra.browser()
    for cookie in ("serra=", "other=1; serra", "serra-sign-in=x", 'a="\\', "serra\x01=1"):
        asked = await browser.http.post("/graphql", json={"query": ME}, headers={"Cookie": cookie})
        assert asked.json()["data"]["viewer"] is None
    wrong = await browser.http.post(
        "/graphql", json={"query": ME}, headers={"Cookie": "serra=x", "Sec-Fetch-Site": "none"}
    )
    assert wrong.status_code == 401


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_signs_nobody_in(signed_in: Browser, site: str) -> None:
    """Whom it sends to a sign-in is asked first, so nobody is put into another account; our own link goes on."""
    asked = {"organisation": "olen", "return_to": "/graphql?a=1&b=2"}
    sent = {"Sec-Fetch-Site": site, "Accept": "text/html"}
    page = await signed_in.http.get("/sign-in", params=asked, headers=sent)
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    link = html.unescape(page.text.partition('href="')[2].partition('"')[0])
    followed = await signed_in.http.get(link, headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
    assert followed.status_code == 303
    assert "serra-sign-in" in followed.headers["set-cookie"]
    refused = await signed_in.http.get("/sign-in", params=asked, headers={"Sec-Fetch-Site": site})
    assert (refused.status_code, code_of(refused)) == (403, "CROSS_SITE")
    assert await signed_in.me()


async def test_the_question_says_nothing_of_its_own(browser: Browser) -> None:
    """What stands in the address is text on the page, and the link leads to our own sign-in whatever it says."""
    sent = {"Sec-Fetch-Site": "cross-site", "Accept": "text/html"}
    asked = {"organisation": '"><script>alert(1)</script>', "return_to": "https://evil.example"}
    page = await browser.http.get("/sign-in", params=asked, headers=sent)
    assert "<script" not in page.text
    assert page.text.count('href="/sign-in?') == 1
    link = html.unescape(page.text.partition('href="')[2].partition('"')[0])
    assert (await browser.http.get(link)).status_code in {400, 404}

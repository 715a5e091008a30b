"""An OpenID Connect issuer on this machine that errs when it is told to: a correct one cannot be made to."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs

from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

CLIENT = "serra"
Key = RSAKey | ECKey | OKPKey


def part(value: object) -> str:
    """JSON as a part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Issuer:
    """Real keys, real signatures, real HTTP. What a test sets on it, it answers with.

    `claims` are added to each ID token, or taken out where they are None; `asked` counts questions by path.
    """

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.claims: dict[str, Any] = {"groups": ["innovation-lab"], "name": "Ann Peeters"}
        self.subject = "ann"
        self.key: Key = RSAKey.generate_key(2048, {"kid": "one"})
        self.published: list[Key] = [self.key]
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.discovery: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.seconds = 0.0
        self.raw: dict[str, bytes] = {}
        self.secret: str | None = None
        self.secret_in = "header"
        self.codes: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"issuer": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Its issuer identifier."""
        return f"http://127.0.0.1:{self.port}"

    def rotate(self, key: Key, algorithm: str = "RS256") -> None:
        """Sign with another key from now on, and publish that alone."""
        self.key, self.published = key, [key]
        self.header = {"alg": algorithm, "kid": key.kid}

    def authorise(self, asked: dict[str, str]) -> str:
        """Sign in at once, as the authorization endpoint would after its pages; gives the code."""
        code = f"code-{len(self.codes)}-{asked['state'][:8]}"
        self.codes[code] = asked
        return code

    def token(self, **claims: Any) -> str:
        """A token of its, with these claims; None takes one out."""
        now = int(time.time())
        given = {"iss": self.address, "sub": self.subject, "iat": now, "exp": now + 300, **self.claims, **claims}
        return self.signed({name: value for name, value in given.items() if value is not None})

    def signed(self, claims: dict[str, Any]) -> str:
        """The claims, signed with its key. By hand: no library lends itself to all that is tried here."""
        to_sign = f"{part(self.header)}.{part(claims)}"
        match self.header["alg"]:
            case "none":
                signature = b""
            case "HS256":
                signature = hmac.digest(self.key.as_pem(private=False), to_sign.encode(), "sha256")
            case algorithm:
                signature = JWSRegistry.algorithms[algorithm].sign(to_sign.encode(), self.key)
        return f"{to_sign}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        """What it answers."""
        self.asked[path] = self.asked.get(path, 0) + 1
        if self.seconds:
            time.sleep(self.seconds)
        if path in self.raw:
            return 200, self.raw[path]
        match path:
            case "/.well-known/openid-configuration":
                found: Any = {
                    "issuer": self.address,
                    "authorization_endpoint": f"{self.address}/authorise",
                    "token_endpoint": f"{self.address}/token",
                    "jwks_uri": f"{self.address}/keys",
                    **({"userinfo_endpoint": f"{self.address}/me"} if self.userinfo else {}),
                    **self.discovery,
                }
            case "/keys":
                found = KeySet([*self.published]).as_dict(private=False)
            case "/me":
                found = self.userinfo
            case "/token":
                return self._exchange(form, authorization)
            case _:
                return 404, b"{}"
        return 200, json.dumps(found).encode()

    def _exchange(self, form: dict[str, str], authorization: str) -> tuple[int, bytes]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, b'{"error": "invalid_grant"}'
        if self.secret is not None:
            in_header = base64.b64decode(authorization.partition(" ")[2]).decode()
            in_form = f"{form.get('client_id')}:{form.get('client_secret')}"
            if (in_header if self.secret_in == "header" else in_form) != f"{CLIENT}:{self.secret}":
                self.codes[form["code"]] = asked
                return 401, b'{"error": "invalid_client"}'
        token = self.token(**{"aud": CLIENT, "nonce": asked["nonce"], **self.claims})
        return 200, json.dumps({"id_token": token, "access_token": "access", "token_type": "Bearer"}).encode()


class _Handler(BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer({name: values[0] for name, values in parse_qs(body).items()})

    def _answer(self, form: dict[str, str]) -> None:
        path = self.path.partition("?")[0]
        status, body = self.issuer.answer(path, form, self.headers.get("Authorization", ""))
        try:
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            pass  # whoever asked has given up

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def keys() -> list[tuple[str, Key]]:
    """A key for each algorithm that is taken."""
    return [
        ("RS256", RSAKey.generate_key(2048, {"kid": "rs"})),
        ("RS384", RSAKey.generate_key(3072, {"kid": "rs"})),
        ("PS256", RSAKey.generate_key(2048, {"kid": "ps"})),
        ("PS512", RSAKey.generate_key(2048, {"kid": "ps"})),
        ("ES256", ECKey.generate_key("P-256", {"kid": "es"})),
        ("ES384", ECKey.generate_key("P-384", {"kid": "es"})),
        ("ES512", ECKey.generate_key("P-521", {"kid": "es"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "ed"})),
    ]

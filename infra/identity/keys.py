"""Keys that follow from the installation's one secret, and what is encrypted with them."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr

_KEY_BYTES = 32
_HEADER = {"alg": "dir", "enc": "A256GCM"}


class Safe:
    """Encrypts and authenticates short texts (AES-256-GCM), each purpose with a key of its own (HKDF, RFC 5869).

    What one purpose sealed another cannot open, and another secret opens nothing.
    """

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def seal(self, text: str, purpose: str) -> str:
        """The text, closed."""
        return jwe.encrypt_compact(_HEADER, text.encode(), self._key(purpose))

    def open(self, sealed: str, purpose: str) -> str | None:
        """The text again; None for anything that was not sealed here for this purpose."""
        try:
            opened = jwe.decrypt_compact(sealed, self._key(purpose), algorithms=["dir", "A256GCM"]).plaintext
        except (JoseError, ValueError, TypeError):
            return None
        return opened.decode() if opened else None

    def _key(self, purpose: str) -> OctKey:
        derived = HKDF(SHA256(), _KEY_BYTES, salt=b"serra", info=purpose.encode())
        return OctKey.import_key(derived.derive(self._secret.get_secret_value().encode()))

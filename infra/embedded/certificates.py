"""Certificates for what SeaweedFS's parts say to each other, so that nobody else on the machine can join in.

Its S3 port asks for signed requests; its other ports (master, volumes, filer, administrator) ask for nothing unless
they are given certificates. These are made anew at each start and signed by a key that is never stored.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_LIFETIME = timedelta(days=3650)  # longer than any run
_CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NodeCertificate:
    """PEM texts: the authority to trust, the certificate for both ends at 127.0.0.1, and its key."""

    authority: str
    certificate: str
    key: str


def new_certificate() -> NodeCertificate:
    """A fresh authority and the one certificate that it ever signs."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Serra embedded file store")])
    authority = (
        _builder(authority_name, authority_key.public_key())
        .issuer_name(authority_name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]), key.public_key())
        .issuer_name(authority_name)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return NodeCertificate(
        authority=authority.public_bytes(Encoding.PEM).decode(),
        certificate=certificate.public_bytes(Encoding.PEM).decode(),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def _builder(subject: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
    )

"""One signed S3 request without a client library, to make the bucket while the service is still being loaded."""

import hashlib
import hmac
from datetime import UTC, datetime
from http.client import HTTPConnection

_EMPTY = hashlib.sha256(b"").hexdigest()


def put_bucket(host: str, port: int, *, bucket: str, region: str, access_key: str, secret_key: str) -> int:
    """Ask for the bucket (AWS Signature Version 4). Returns the HTTP status: 200 made, 409 it is there already.

    Raises OSError where nothing listens.
    """
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    day = moment[:8]
    headers = {"host": f"{host}:{port}", "x-amz-content-sha256": _EMPTY, "x-amz-date": moment}
    names = ";".join(headers)
    canonical = "\n".join(
        ["PUT", f"/{bucket}", "", *(f"{name}:{value}" for name, value in headers.items()), "", names, _EMPTY]
    )
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request", to_sign):
        key = hmac.digest(key, part.encode(), "sha256")
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    )
    connection = HTTPConnection(host, port, timeout=10)
    try:
        connection.request("PUT", f"/{bucket}", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()

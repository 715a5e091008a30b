"""The bucket of an installation: made where it is missing, and open to browsers that hold a signed link."""

import logging
from typing import TYPE_CHECKING, Final, cast

from botocore.exceptions import ClientError

from infra.storage.client import FORBIDDEN, NOT_FOUND, code_of, status_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import CORSRuleTypeDef

_REGION_WITHOUT_CONSTRAINT: Final = "us-east-1"
_CORS_RULE_ID: Final = "serra-signed-links"
_CORS_IS_NOT_OURS: Final = frozenset({FORBIDDEN, 405, 501})

_log = logging.getLogger(__name__)


def prepare_bucket(client: "S3Client", bucket: str, region: str) -> None:
    """Make the bucket and its rule for browsers, where they are missing. Harmless when repeated."""
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if status_of(error) != NOT_FOUND:
            raise
        _create(client, bucket, region)
    _allow_browsers(client, bucket)


def _create(client: "S3Client", bucket: str, region: str) -> None:
    already_there = client.exceptions.BucketAlreadyOwnedByYou  # another replica was faster
    try:
        if region == _REGION_WITHOUT_CONSTRAINT:
            client.create_bucket(Bucket=bucket)
        else:
            location = cast("BucketLocationConstraintType", region)
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": location})
    except already_there:
        return


def _allow_browsers(client: "S3Client", bucket: str) -> None:
    ours: CORSRuleTypeDef = {
        "ID": _CORS_RULE_ID,
        # A signed link is all the authority there is, and no cookie goes along, so any page may use it.
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["Content-Type", "x-amz-checksum-sha256", "Range"],
        "MaxAgeSeconds": 3600,
    }
    try:
        others = [rule for rule in _cors_rules(client, bucket) if rule.get("ID") != _CORS_RULE_ID]
        client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [*others, ours]})
    except ClientError as error:
        if status_of(error) not in _CORS_IS_NOT_OURS:
            raise
        _log.warning(
            "The file store takes no CORS rules (%s): allow browsers to GET and PUT in its own settings.",
            code_of(error),
        )


def _cors_rules(client: "S3Client", bucket: str) -> "list[CORSRuleTypeDef]":
    try:
        answer = client.get_bucket_cors(Bucket=bucket)
    except ClientError as error:
        if status_of(error) == NOT_FOUND:
            return []
        raise
    return cast("list[CORSRuleTypeDef]", answer["CORSRules"])

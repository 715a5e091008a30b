"""What an operator can set, by environment variables. `python -m infra.settings` prints docs/settings.md from here."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from infra.setting_values import (
    INTRODUCTION,
    SHORTEST_SECRET,
    database_address,
    full_path,
    long_enough,
    lower,
    origins,
    own_address,
    web_address,
    words,
)

PREFIX = "SERRA_"
_MEBIBYTE = 1024 * 1024
_LARGEST_PUT = 5 * 1024 * _MEBIBYTE  # what S3 takes in one request; an upload is one
_NEEDED_WITH_ENDPOINT = ("s3_bucket", "s3_access_key", "s3_secret_key")


class SettingsError(Exception):
    """The environment is wrong. The message has a line for each value: its variable, what it got, what it takes."""


def _setting(default: Any = ..., *, says: str, takes: str, shown: str | None = None, **rules: Any) -> Any:
    """A field whose description and accepted values an operator reads. `shown` stands for the default in the table."""
    return Field(default, description=says, json_schema_extra={"takes": takes, "shown": shown}, **rules)


WebAddress = Annotated[str, AfterValidator(web_address)]


class Settings(BaseSettings):
    """Everything that can differ between two installations of the same version."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    host: str = _setting(
        "127.0.0.1",
        says="The address to listen at. `0.0.0.0` listens at all, for a container or behind a proxy.",
        takes="an IP address or a host name of this machine",
        pattern=r"^[A-Za-z0-9_.:%-]+$",
    )
    port: int = _setting(
        8000, says="The TCP port to listen at.", takes="a whole number from 1 to 65535", ge=1, le=65_535
    )
    public_url: WebAddress = Field(
        default_factory=own_address,
        description="The address at which people reach Serra, for links in answers, exports and feeds.",
        json_schema_extra={
            "takes": "an address that begins with http:// or https://",
            "shown": "from `SERRA_HOST` and `SERRA_PORT`",
        },
    )
    environment: Annotated[Literal["development", "production"], BeforeValidator(lower)] = _setting(
        "development",
        says="Whether people depend on this installation.",
        takes="`development` or `production`",
    )
    data: Annotated[Path, AfterValidator(full_path)] = _setting(
        Path(".serra"),
        says="The folder of the embedded servers and of what Serra generates. Only its owner can read it.",
        takes="a path, absolute or from where Serra is started",
        shown="`.serra`",
    )
    database_url: Annotated[str, AfterValidator(database_address)] | None = _setting(
        None,
        says=(
            "The PostgreSQL database (16 or later), with a role that owns nothing in it; docs/operations.md says how "
            "such a role is made."
        ),
        takes="an address such as postgresql://user:password@host:5432/database",
        shown="embedded PostgreSQL",
        repr=False,
    )
    database_owner_url: Annotated[str, AfterValidator(database_address)] | None = _setting(
        None,
        says="The same database with the role that owns its tables. Only `serra migrate` and `serra run` use it.",
        takes="an address such as postgresql://owner:password@host:5432/database",
        shown="`SERRA_DATABASE_URL`",
        repr=False,
    )
    s3_endpoint: WebAddress | None = _setting(
        None,
        says="The S3 file store's address. With it the bucket and both keys must be set.",
        takes="an address that begins with http:// or https://",
        shown="embedded file store",
    )
    s3_region: str = _setting(
        "us-east-1", says="The file store's region.", takes="a region's name", min_length=1, max_length=64
    )
    s3_bucket: str | None = _setting(
        None,
        says="The bucket that holds the files; Serra makes it where it is missing.",
        takes="3 to 63 lower-case letters, digits, dots and hyphens",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    )
    s3_access_key: str | None = _setting(
        None, says="The name of the key that may use the bucket.", takes="an access key ID", repr=False
    )
    s3_secret_key: SecretStr | None = _setting(None, says="The secret of that key.", takes="a secret access key")
    s3_public_endpoint: WebAddress | None = _setting(
        None,
        says="Where browsers reach the file store, for signed links; a proxy there hands on path and Host as they are.",
        takes="an address that begins with http:// or https://",
        shown="`SERRA_S3_ENDPOINT`",
    )
    meili_url: WebAddress | None = _setting(
        None,
        says="A Meilisearch to search with. PostgreSQL searches without it, and while it is away.",
        takes="an address that begins with http:// or https://",
        shown="search in PostgreSQL",
        validation_alias="MEILI_URL",
    )
    meili_key: SecretStr | None = _setting(
        None,
        says="The key that may write to that Meilisearch's indexes.",
        takes="a Meilisearch API key",
        validation_alias="MEILI_KEY",
    )
    secret: Annotated[SecretStr, AfterValidator(long_enough)] = _setting(
        says=(
            "The key of this installation, the same on all replicas. The secrets of organisations' clients at their "
            "identity providers are encrypted with it, and sign-ins that are under way: with another one the ADMINs "
            "set those secrets anew. Sessions and personal tokens do not depend on it: end those one by one. "
            "It must be set where `SERRA_DATABASE_URL` is, for `serra serve` and `serra worker`."
        ),
        takes=f"at least {SHORTEST_SECRET} random characters, such as `openssl rand -base64 48` prints",
        shown="generated, kept in the data folder",
    )
    workers: int = _setting(
        1, says="How many processes answer requests.", takes="a whole number from 1 to 256", ge=1, le=256
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower)] = _setting(
        "info", says="The least important events that are logged.", takes="`debug`, `info`, `warning` or `error`"
    )
    upload_limit_bytes: int = _setting(
        200 * _MEBIBYTE,
        says="The largest file that can be uploaded, in bytes (200 MiB).",
        takes=f"a whole number from 1 to {_LARGEST_PUT} (5 GiB)",
        ge=1,
        le=_LARGEST_PUT,
    )
    body_limit_bytes: int = _setting(
        _MEBIBYTE,
        says="The largest request body, in bytes (1 MiB). Files do not pass through here.",
        takes=f"a whole number from 1024 to {64 * _MEBIBYTE} (64 MiB)",
        ge=1024,
        le=64 * _MEBIBYTE,
    )
    request_timeout_seconds: float = _setting(
        15.0,
        says="The longest that one request may take, in seconds.",
        takes="a number above 0, at most 600",
        gt=0,
        le=600,
    )
    small_cell_threshold: int = _setting(
        5,
        says="Groups with fewer people are shown as “<5” (for 5) outside the owner's organisation.",
        takes="a whole number from 1 (nothing is hidden) to 100",
        ge=1,
        le=100,
    )
    node_limit: int = _setting(
        50_000,
        says="The most nodes that the pages of one GraphQL request may hold; docs/limits.md says how they are counted.",
        takes="a whole number from 100 to 10000000",
        ge=100,
        le=10_000_000,
    )
    cost_limit: int = _setting(
        100_000,
        says="The most that one GraphQL request may cost.",
        takes="a whole number from 1000 to 10000000",
        ge=1_000,
        le=10_000_000,
    )
    cost_budget: int = _setting(
        200_000,
        says="What a client, a person or an anonymous address, may spend at once; at least `SERRA_COST_LIMIT`.",
        takes="a whole number from 1000 to 1000000000",
        ge=1_000,
        le=1_000_000_000,
    )
    cost_budget_per_second: int = _setting(
        5_000,
        says="What a client's budget grows by, each second, in each process.",
        takes="a whole number from 1 to 1000000000",
        ge=1,
        le=1_000_000_000,
    )
    proxies: int = _setting(
        0,
        says=(
            "How many proxies of your own stand before Serra. So many places from the end of X-Forwarded-For stands "
            "the address of an anonymous client."
        ),
        takes="a whole number from 0 (the header is not believed) to 10",
        ge=0,
        le=10,
    )
    refusals_every_seconds: float = _setting(
        60.0,
        says="How often counted refusals are logged, in seconds.",
        takes="a number above 0, to 3600",
        gt=0,
        le=3600,
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(words), AfterValidator(origins)] = _setting(
        (),
        says=(
            "The origins whose pages may ask `/graphql` from a browser, with tokens; a session's cookie is never taken "
            "from them. docs/sign-in.md tells more."
        ),
        takes="origins such as https://app.example.org, separated by commas",
        shown="none",
    )
    private_issuers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(words)] = _setting(
        (),
        says=(
            "The hosts of identity providers that may lie in your own network: addresses that organisations' ADMINs "
            "set are in production otherwise asked only where they are public."
        ),
        takes="host names such as login.olen.example, separated by commas",
        shown="none",
    )
    trusted_documents: Annotated[Path, AfterValidator(full_path)] | None = _setting(
        None,
        says="The GraphQL documents that are registered when Serra starts: a folder of .graphql files or a manifest.",
        takes="the path of a folder, or of a JSON object from ids to documents",
    )
    trusted_documents_only: bool = _setting(
        default=False,
        says="Whether only GraphQL documents that were registered beforehand are run.",
        takes="`true` or `false`",
    )

    keep_notifications_days: int = _setting(
        365,
        says="For how many days people's notifications and their requests for access are kept.",
        takes="a whole number of days from 1 to 3650",
        ge=1,
        le=3_650,
    )
    keep_idempotency_keys_days: int = _setting(
        30,
        says="For how many days a repeated request with an idempotency key is recognised.",
        takes="a whole number of days from 1 to 3650",
        ge=1,
        le=3_650,
    )
    keep_ended_tokens_days: int = _setting(
        90,
        says="For how many days a token, a session or an invitation is remembered after its end.",
        takes="a whole number of days from 1 to 3650",
        ge=1,
        le=3_650,
    )
    keep_data_exports_days: int = _setting(
        7,
        says="For how many days the file of somebody's own data that they asked for can be fetched.",
        takes="a whole number of days from 1 to 3650",
        ge=1,
        le=3_650,
    )

    @model_validator(mode="after")
    def _partners(self) -> Self:
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        problems = list(missing_partners(given))
        if self.cost_budget < self.cost_limit:
            budget, limit = variable_of("cost_budget"), variable_of("cost_limit")
            problems.append(
                f"{budget}: is {self.cost_budget}, but {limit} is {self.cost_limit}; a request that costs so much could"
                " never run."
            )
        if problems:
            raise ValueError("\n".join(problems))
        return self


def settings_page() -> str:
    """The page docs/settings.md."""
    rows = []
    for name, field in Settings.model_fields.items():
        told = told_of(name)
        default = told["shown"] or ("not set" if field.default is None else f"`{str(field.default).lower()}`")
        rows.append(f"| `{variable_of(name)}` | {default} | {field.description} | {told['takes']} |\n")
    return INTRODUCTION + "".join(rows)


def variable_of(name: str) -> str:
    """The variable that sets a field."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{name}".upper()


def told_of(name: str) -> Mapping[str, Any]:
    """What an operator is told of a field beside its description: `takes` and `shown`."""
    extra = Settings.model_fields[name].json_schema_extra
    return extra if isinstance(extra, dict) else {}


def missing_partners(given: set[str]) -> Iterator[str]:
    """What an S3 store or a database of one's own still lacks, or what is set for one that is not."""
    endpoint = variable_of("s3_endpoint")
    if "s3_endpoint" in given:
        for name in _NEEDED_WITH_ENDPOINT:
            if name not in given:
                yield f"{variable_of(name)}: is not set, but {endpoint} is; it takes {told_of(name)['takes']}."
    else:
        for name in ("s3_region", *_NEEDED_WITH_ENDPOINT, "s3_public_endpoint"):
            if name in given:
                yield f"{variable_of(name)}: is set without {endpoint}; set that too, or neither."
    if "database_owner_url" in given and "database_url" not in given:
        owner, service = variable_of("database_owner_url"), variable_of("database_url")
        yield f"{owner}: is set without {service}; set that too, or neither."


if __name__ == "__main__":
    sys.stdout.write(settings_page())

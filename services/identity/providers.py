"""Verbs on identity providers. Each runs in one transaction and appends to the log."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.columns import Column
from piccolo.columns.combination import And

from services import log
from services.access import check_revision, require_steward
from services.columns import has_happened, stored
from services.errors import ErrorCode, Problem, refusal, refuse_if
from services.identity.ports import Issuers
from services.identity.rules import RoleRule, check_client, check_rules, first_fitting, role_of
from services.identity.tables import IdentityProvider, Session
from services.organisations.keyrings import keyring_change
from services.organisations.locks import lock_organisation
from services.organisations.members import led
from services.organisations.tables import Organisation
from services.organisations.terms import Role, TokenScope
from services.viewer import Viewer

_TAKEN = "This issuer signs people in to another organisation already, and it can serve one only. Ask a steward."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """How an organisation, named by its slug, has its people signed in. Without a secret the present one stays."""

    organisation: str
    issuer: str
    client_id: str
    client_secret: str | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    rules: tuple[RoleRule, ...] = ()
    default_role: Role | None = None
    allows_machines: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation's provider that may sign people in now, as the sign-in itself knows it."""

    id: UUID
    organisation: UUID
    issuer: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...]
    rules: tuple[RoleRule, ...]
    default_role: Role | None
    allows_machines: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What rules make of claims: the role, and the place of the rule that gave it; None for the default.

    `problem` says why there was nothing to try.
    """

    role: Role | None
    rule: int | None
    problem: str | None = None


async def configure_provider(
    viewer: Viewer, issuers: Issuers, given: ProviderSettings, *, expected_version: int | None = None
) -> UUID:
    """Say by whom an organisation's people are signed in, or change it; gives the organisation's id.

    Another issuer or client, or switching it off, ends the sessions that there are.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await led(viewer, given.organisation, "say how its people sign in")
        refuse_if(
            [
                *_check_issuer(issuers, given.issuer),
                *check_client(given.client_id, given.client_secret, given.scopes),
                *check_rules(given.rules, given.default_role),
            ]
        )
        if await _is_taken(organisation.id, given.issuer):
            raise refusal(ErrorCode.ALREADY_EXISTS, _TAKEN, "issuer")
        columns: dict[str, Any] = {
            "issuer": given.issuer,
            "client_id": given.client_id,
            "scopes": list(given.scopes),
            "rules": stored([_as_json(rule) for rule in given.rules]),
            "default_role": given.default_role,
            "allows_machines": given.allows_machines,
            "is_enabled": given.is_enabled,
        }
        if given.client_secret is not None:
            columns["client_secret"] = issuers.seal(given.client_secret, organisation.id) or None
        detail = {"issuer": given.issuer, "enabled": given.is_enabled, "machines": given.allows_machines}
        present = await IdentityProvider.objects().where(IdentityProvider.organisation == organisation.id).first()
        if present is None:
            check_revision(expected_version, 0)
            await IdentityProvider.insert(IdentityProvider(organisation=organisation.id, **columns))
        else:
            check_revision(expected_version, present.revision)
            if present.issuer != given.issuer:
                columns["proven_at"] = None
                detail["from"] = present.issuer
            same = (present.issuer, present.client_id) == (given.issuer, given.client_id)
            if not same and given.client_secret is None:
                columns["client_secret"] = None  # it was issued to another client; whoever changes it gives its own
            await IdentityProvider.update(
                **columns, revision=IdentityProvider.revision + 1, updated_at=datetime.now(UTC)
            ).where(IdentityProvider.id == present.id)
            if not same or not given.is_enabled:
                await _end_sessions(organisation.id)
        await log.record(
            viewer,
            "configure_identity_provider",
            "Organisation",
            organisation.id,
            organisation=organisation.id,
            detail=detail,
        )
    return organisation.id


async def remove_provider(viewer: Viewer, organisation_slug: str) -> UUID:
    """Have nobody signed in by the provider any longer, at once; gives the organisation's id.

    Who is who to the issuer stays known, for the case that the organisation takes it up again.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisation = await led(viewer, organisation_slug, "say how its people sign in")
        of_it = IdentityProvider.organisation == organisation.id
        if not await IdentityProvider.exists().where(of_it):
            raise refusal(ErrorCode.NOT_FOUND, "The organisation has no identity provider.", "organisation")
        await IdentityProvider.delete().where(of_it)
        await _end_sessions(organisation.id)
        await log.record(
            viewer, "remove_identity_provider", "Organisation", organisation.id, organisation=organisation.id
        )
    return organisation.id


async def free_issuer(viewer: Viewer, issuer: str) -> UUID:
    """Have an issuer serve the organisation no longer that it serves; gives that organisation's id. For stewards.

    Its provider is switched off, so that the next sign-in there is not what takes the issuer again.
    """
    viewer.require_scope(TokenScope.WRITE)
    require_steward(viewer, "free an issuer")
    async with keyring_change():
        of_it = (IdentityProvider.issuer == issuer) & IdentityProvider.proven_at.is_not_null()
        served = await IdentityProvider.select(IdentityProvider.organisation).where(of_it).first()
        # The row that a sign-in holds: one under way would else prove the issuer anew, and outlast its sessions' end.
        organisation = await lock_organisation(Organisation.id == served["organisation"]) if served else None
        if organisation is None or not await _switch_off(of_it & (IdentityProvider.organisation == organisation.id)):
            raise refusal(ErrorCode.NOT_FOUND, "This issuer serves no organisation.", "issuer")
        await _end_sessions(organisation.id)
        detail = {"issuer": issuer}
        await log.record(
            viewer, "free_issuer", "Organisation", organisation.id, organisation=organisation.id, detail=detail
        )
        return organisation.id


async def prove(provider: IdentityProvider) -> None:
    """Note, inside the caller's transaction, that somebody was signed in by the organisation's client at the issuer.

    The caller holds the organisation's row, and has read the provider since.
    Only who runs the issuer can have registered that client, with an address of this organisation to come back to.
    Raises DomainError where another organisation has shown the same before.
    """
    if has_happened(provider.proven_at):
        return
    if await _is_taken(provider.organisation, provider.issuer):
        raise refusal(ErrorCode.WRONG_STATE, _TAKEN)
    await IdentityProvider.update({IdentityProvider.proven_at: datetime.now(UTC)}).where(
        IdentityProvider.id == provider.id
    )


async def try_rules(
    viewer: Viewer, organisation_slug: str, claims: Mapping[str, Any], rules: Sequence[RoleRule] | None
) -> Tried | None:
    """Which role claims would give, by the organisation's rules or by others that are not stored; for its ADMINs.

    None for everyone else. Rules that could not be stored are not tried.
    """
    organisation = await Organisation.objects().where(Organisation.slug == organisation_slug).first()
    if organisation is None or not viewer.has_role(organisation.id, Role.ADMIN):
        return None
    present = await IdentityProvider.objects().where(IdentityProvider.organisation == organisation.id).first()
    default = Role(present.default_role) if present and present.default_role else None
    if rules is None:
        if present is None:
            return Tried(None, None, f"«{organisation_slug}» has no provider yet: give `rules` to try.")
        rules = _rules(present.rules)
    elif wrong := next(check_rules(rules, default), None):
        return Tried(None, None, f"{'.'.join(wrong.field)}: {wrong.message}")
    return Tried(role_of(rules, default, claims), first_fitting(rules, claims))


async def provider_of_organisation(slug: str) -> Provider | None:
    """The provider that signs an organisation's people in; None where there is none, or it is switched off."""
    found = await IdentityProvider.raw(_PROVIDER + "organisation.slug = {}", slug)
    return _provider(found[0]) if found else None


async def provider_of_issuer(issuer: str) -> Provider | None:
    """The provider of the organisation that has shown that an issuer is its own, as `provider_of_organisation`."""
    found = await IdentityProvider.raw(_PROVIDER + "provider.issuer = {} and provider.proven_at is not null", issuer)
    return _provider(found[0]) if found else None


_PROVIDER = """
    select provider.* from identity_provider provider join organisation on organisation.id = provider.organisation
    where provider.is_enabled and
"""


def _check_issuer(issuers: Issuers, issuer: str) -> list[Problem]:
    why = issuers.refusal(issuer)
    return [Problem(ErrorCode.INVALID, why, ("issuer",))] if why else []


async def _is_taken(organisation: UUID, issuer: str) -> bool:
    """Whether another organisation has shown that the issuer is its own; it alone may still say so from now on."""
    # Two organisations that show the same issuer at once come here one after the other.
    await IdentityProvider.raw("select pg_advisory_xact_lock(hashtextextended({}, 0))", issuer)
    taken = (IdentityProvider.issuer == issuer) & (IdentityProvider.organisation != organisation)
    return await IdentityProvider.exists().where(taken & IdentityProvider.proven_at.is_not_null())


async def _switch_off(where: And) -> bool:
    """Have the provider that fits neither sign anybody in nor hold its issuer; whether there is one."""
    off: dict[Column | str, Any] = {
        IdentityProvider.proven_at: None,
        IdentityProvider.is_enabled: False,
        IdentityProvider.revision: IdentityProvider.revision + 1,
        IdentityProvider.updated_at: datetime.now(UTC),
    }
    return bool(await IdentityProvider.update(off).where(where).returning(IdentityProvider.id))


async def _end_sessions(organisation: UUID) -> None:
    of_it = (Session.organisation == organisation) & Session.revoked_at.is_null()
    await Session.update({Session.revoked_at: datetime.now(UTC)}).where(of_it)


def _as_json(rule: RoleRule) -> dict[str, str]:
    return {"claim": rule.claim, "contains": rule.contains, "role": rule.role.value}


def _rules(column: Any) -> tuple[RoleRule, ...]:
    return tuple(RoleRule(one["claim"], one["contains"], Role(one["role"])) for one in json.loads(column))


def _provider(row: Mapping[str, Any]) -> Provider:
    return Provider(
        id=row["id"],
        organisation=row["organisation"],
        issuer=row["issuer"],
        client_id=row["client_id"],
        client_secret=row["client_secret"],
        scopes=tuple(row["scopes"]),
        rules=_rules(row["rules"]),
        default_role=Role(row["default_role"]) if row["default_role"] else None,
        allows_machines=row["allows_machines"],
    )

"""Creating something once, however often the request for it arrives."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from services.errors import ErrorCode, refusal
from services.ids import new_id
from services.organisations.tables import IdempotencyKey
from services.viewer import Viewer

KEY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """The id that a creation is to use; `made` is true when an earlier request with the same key made it."""

    id: UUID
    made: bool


async def claim(viewer: Viewer, action: str, key: str | None, given: object) -> Claim:
    """Claim a key inside the caller's transaction; without a key every request is a new one.

    A second request that arrives meanwhile waits for the first to end. Raises DomainError KEY_REUSED when the key
    came with another input. `given` is the input as a dataclass; its representation is what is compared.
    """
    fresh = new_id()
    if key is None:
        return Claim(fresh, made=False)
    if not 1 <= len(key) <= KEY_LIMIT:
        raise refusal(ErrorCode.INVALID, f"A key has 1 to {KEY_LIMIT} characters.", "idempotencyKey")
    input_hash = hashlib.sha256(repr(given).encode()).digest()
    mine = IdempotencyKey.person == viewer.require_person()
    same = mine & (IdempotencyKey.action == action) & (IdempotencyKey.key == key)
    await IdempotencyKey.insert(
        IdempotencyKey(person=viewer.person, action=action, key=key, input_hash=input_hash, subject_id=fresh)
    ).on_conflict(action="DO NOTHING")
    kept = await IdempotencyKey.select(IdempotencyKey.input_hash, IdempotencyKey.subject_id).where(same).first()
    if kept is None or bytes(kept["input_hash"]) != input_hash:
        raise refusal(
            ErrorCode.KEY_REUSED,
            "This key was used with another input. Use a new key for a new thing.",
            "idempotencyKey",
        )
    return Claim(kept["subject_id"], made=kept["subject_id"] != fresh)

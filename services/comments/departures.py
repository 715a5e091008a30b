"""What was said of a round, its case and their files, without the words of participants who left (rule 5)."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from services.comments.tables import Comment
from services.passages import TELLING, lies_within, overlap, without, words
from services.test_rounds.departures import Departure, log_redaction
from services.viewer import Viewer

_ABOUT: Final = """
    select c.*, coalesce(c.test_round, a.test_round) as of_round, coalesce(c.edited_at, c.created_at) as written_at
    from comment c left join artefact a on a.id = c.artefact
    where (c.test_round = {} or c."case" = {} or a.test_round = {} or a."case" = {})
"""
_ANCHOR: Final = ("anchor_quote", "anchor_prefix", "anchor_suffix")


async def forget_quotes(viewer: Viewer, departure: Departure) -> set[UUID]:
    """Take what left out of comments, in the caller's transaction; gives the authors of those that held it.

    A quote goes with the words before and after it: the comment then speaks of its subject as a whole. Of the comment
    itself those passages go which repeat what was observed.
    """
    if not departure.withdrawn:
        return set()
    subject = departure.test_round, departure.case
    rows = await Comment.raw(_ABOUT, *subject, *subject)
    own = await departure.own(Comment, rows)
    held = [row["id"] for row in rows if _changed(row, departure, own)]
    if not held:
        return set()
    authors = set()
    # Read again under lock, for their authors may be editing them.
    await Comment.select(Comment.id).where(Comment.id.is_in(held)).order_by(Comment.id).lock_rows("NO KEY UPDATE")
    for row in await Comment.raw(f"{_ABOUT} and c.id = any({{}}::uuid[]) order by c.id", *subject, *subject, held):
        changed = _changed(row, departure, own)
        if changed:
            await Comment.update(**changed, revision=Comment.revision + 1).where(Comment.id == row["id"])
            await log_redaction(viewer, departure, "redact_comment", ("Comment", row["id"]), row["organisation"])
            authors.add(row["author"])
    return authors - {None}


async def authors_on(files: Collection[UUID]) -> set[UUID]:
    """Who commented on files."""
    if not files:
        return set()
    rows = await Comment.select(Comment.author).where(
        Comment.artefact.is_in(list(files)) & Comment.author.is_not_null()
    )
    return {row["author"] for row in rows}


def _changed(row: dict[str, Any], departure: Departure, own: Collection[UUID]) -> dict[str, Any]:
    prints = departure.prints_for(row["id"], row["of_round"], row["written_at"], own)
    salt = departure.test_round.bytes
    changed: dict[str, Any] = {}
    body = without(row["body"], prints, salt, least=TELLING)
    if body.longest:
        changed["body"] = body.text
    of_round = row["test_round"] == departure.test_round
    for name in _ANCHOR:
        part = row[name]
        if part and (without(part, prints, salt, least=TELLING).longest or (of_round and _quotes(part, departure))):
            if name == "anchor_quote":
                return {**changed, **dict.fromkeys(_ANCHOR)}
            changed[name] = None
    return changed


def _quotes(part: str, departure: Departure) -> bool:
    """Whether a part of an anchor comes from what left, and not from what still stands in the round."""
    read = words(part)
    if any(lies_within(read, words(passage)) for passage in departure.standing):
        return False
    return any(overlap(part, passage) for passage in departure.passages)

"""Verbs on controlled vocabularies."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from services import log
from services.access import require_steward
from services.columns import stored
from services.concepts.rules import Definition, Label, Labels, Name, check_broader, check_definitions
from services.concepts.tables import Concept
from services.errors import refuse_if
from services.ids import new_id
from services.organisations.terms import TokenScope
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer

_LOCK = "lock table concept in share row exclusive mode"
"""Vocabularies change seldom and in bulk: one writer at a time, so that no two make a circle together. Reads go on."""

_PLACE = """
    update concept set broader = placed.broader
    from unnest({}::uuid[], {}::uuid[]) placed(id, broader) where concept.id = placed.id
"""


async def define_concepts(viewer: Viewer, given: Sequence[Definition]) -> list[UUID]:
    """Add concepts, and replace those whose scheme and notation are known; gives their ids in the order given.

    `broader` may name a concept of the same request, in any order.
    """
    viewer.require_scope(TokenScope.WRITE)
    require_steward(viewer, "define concepts")
    definitions = [_cleaned(one) for one in given]
    refuse_if(check_definitions(definitions))
    async with transaction():
        await Concept.raw(_LOCK)
        ids, broader = await _known({one.scheme for one in definitions})
        before = await _labels(ids.values())
        ids = {one.name: ids.get(one.name) or new_id() for one in definitions} | ids
        broader |= {one.name: _wider(one) for one in definitions}
        refuse_if(check_broader(definitions, broader))
        await Concept.insert(*(_row(one, ids[one.name]) for one in definitions)).on_conflict(
            target=(Concept.scheme, Concept.notation),
            action="DO UPDATE",
            values=[Concept.uri, Concept.labels, Concept.alternatives],
        )
        written = [ids[one.name] for one in definitions]
        wider = [_wider(one) for one in definitions]
        await Concept.raw(_PLACE, written, [ids[name] if name else None for name in wider])
        after = await _labels(before)
        for concept_id in written:
            await log.record(viewer, "define_concept", "Concept", concept_id)
            if before.get(concept_id) != after.get(concept_id):
                await log.enqueue("index_copies", type="Concept", id=str(concept_id))
    return written


async def _known(schemes: Iterable[str]) -> tuple[dict[Name, UUID], dict[Name, Name | None]]:
    """The ids of all concepts of the schemes, and of each the wider one."""
    rows = await Concept.select(Concept.id, Concept.scheme, Concept.notation, Concept.broader).where(
        Concept.scheme.is_in(list(schemes))
    )
    names: dict[UUID, Name] = {row["id"]: (row["scheme"], row["notation"]) for row in rows}
    ids = {name: concept_id for concept_id, name in names.items()}
    return ids, {names[row["id"]]: names.get(row["broader"]) for row in rows}


async def _labels(concepts: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """What search documents copy of some concepts, as the database writes it."""
    if not concepts:
        return {}
    columns = Concept.id, Concept.labels, Concept.alternatives
    rows = await Concept.select(*columns).where(Concept.id.is_in(list(concepts)))
    return {row["id"]: (row["labels"], row["alternatives"]) for row in rows}


def _wider(one: Definition) -> Name | None:
    return (one.scheme, one.broader) if one.broader is not None else None


def _cleaned(one: Definition) -> Definition:
    return replace(
        one,
        pref_label=tuple(Label(label.language, clean(label.text)) for label in one.pref_label),
        alt_labels=tuple(Labels(labels.language, tuple(map(clean, labels.texts))) for labels in one.alt_labels),
    )


def _row(one: Definition, concept_id: UUID) -> Concept:
    return Concept(
        id=concept_id,
        scheme=one.scheme,
        notation=one.notation,
        uri=one.uri,
        labels=stored({label.language: label.text for label in one.pref_label}),
        alternatives=stored({labels.language: labels.texts for labels in one.alt_labels if labels.texts}),
    )

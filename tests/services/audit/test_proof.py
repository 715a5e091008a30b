"""The hashes: what belongs to a batch can be shown, and nothing else can."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from services.audit.chain import Chain, Fault, check_lines
from services.audit.proof import NOTHING, Seal, Tree, canonical, leaf, root_of

TEXTS = some.text(max_size=8)
LINES = some.fixed_dictionaries(
    {
        "id": some.integers(1, 2**62),
        "at": TEXTS,
        "person": some.none() | TEXTS,
        "detail": some.dictionaries(TEXTS, some.integers() | TEXTS | some.booleans() | some.none(), max_size=3),
        "salt": TEXTS,
    }
)
BATCHES = some.lists(some.lists(LINES, min_size=1, max_size=9), min_size=1, max_size=5)
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def sealed(batches: list[list[dict[str, Any]]]) -> list[Seal]:
    """The seals of batches whose lines are numbered from 1."""
    made: list[Seal] = []
    after, previous = 0, NOTHING
    for number, lines in enumerate(batches, 1):
        root = Tree([leaf(line) for line in lines]).root()
        made.append(Seal(number, after, after + len(lines), len(lines), root, previous, NOW).hashed())
        after, previous = after + len(lines), made[-1].hash
    return made


def problems(seals: list[Seal], batches: dict[int, list[dict[str, Any]]], kept: bytes) -> list[str]:
    """What is found to be wrong, knowing the hash that the newest seal had."""
    chain, found = Chain(kept), list[Fault]()
    for seal in seals:
        found += chain.follow(seal)
        found += check_lines(seal, [leaf(line) for line in batches.get(seal.number, [])])
    return [str(fault) for fault in [*found, *chain.end()]]


@given(some.data(), BATCHES)
def test_any_one_change_is_found(data: some.DataObject, batches: list[list[dict[str, Any]]]) -> None:
    """A line or seal that is changed, taken away, put between, doubled or moved, anywhere, never goes unseen."""
    seals, kept = sealed(batches), sealed(batches)[-1].hash
    there = {seal.number: list(lines) for seal, lines in zip(seals, batches, strict=True)}
    assert problems(seals, there, kept) == []
    place = data.draw(some.integers(0, len(seals) - 1))
    lines = there[place + 1]
    at = data.draw(some.integers(0, len(lines) - 1))
    match data.draw(some.sampled_from(["line", "no line", "new line", "seal", "no seal", "other order"])):
        case "line":
            name = data.draw(some.sampled_from(sorted(lines[at])))
            lines[at] = {**lines[at], name: "something else that it never was"}
        case "no line":
            del lines[at]
        case "new line":
            lines.insert(at, data.draw(LINES))
        case "seal":
            changed: dict[str, Any] = data.draw(
                some.sampled_from(
                    [
                        {"number": seals[place].number + 1},
                        {"after": seals[place].after - 1},
                        {"last": seals[place].last + 1},
                        {"lines": seals[place].lines + 1},
                        {"root": NOTHING[1:] + b"x"},
                        {"previous": NOTHING[1:] + b"x"},
                        {"hash": NOTHING[1:] + b"x"},
                        {"sealed_at": NOW + timedelta(microseconds=1)},
                    ]
                )
            )
            seals[place] = replace(seals[place], **changed)
            if data.draw(some.booleans()) and "hash" not in changed:
                seals[place] = seals[place].hashed()  # by somebody who knows how
        case "no seal":
            del seals[place]
        case _:
            lines.reverse()
            if lines == batches[place]:
                return
    assert problems(seals, there, kept)


@given(some.lists(some.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True), some.data())
def test_a_path_shows_its_own_leaf_alone(leaves: list[bytes], data: some.DataObject) -> None:
    """By the path of a leaf, and its place, no other leaf, place or number of leaves leads to the root."""
    tree = Tree(leaves)
    index = data.draw(some.integers(0, len(leaves) - 1))
    path = tree.path(index)
    assert root_of(leaves[index], index, len(leaves), path) == tree.root()
    assert root_of(hashlib.sha256(leaves[index]).digest(), index, len(leaves), path) != tree.root()
    for other in range(-1, len(leaves) + 2):
        if other != index:
            assert root_of(leaves[index], other, len(leaves), path) != tree.root()
    assert root_of(leaves[index], index, len(leaves), [*path, leaves[0]]) is None


def test_the_tree_is_that_of_rfc_9162() -> None:
    """Three leaves: the first two under one node, the third beside it."""
    one, two, three = (hashlib.sha256(b"\0" + bytes([number])).digest() for number in (1, 2, 3))
    left = hashlib.sha256(b"\1" + one + two).digest()
    assert Tree([one, two, three]).root() == hashlib.sha256(b"\1" + left + three).digest()
    assert Tree([one]).root() == one
    assert Tree([one, two, three]).path(1) == [one, three]


def test_json_is_canonical() -> None:
    """Keys are sorted, nothing stands between, letters stay letters, and control characters are escaped (RFC 8785)."""
    assert canonical({"b": [1, None, True], "a": 'é\n\u0001"/'}) == '{"a":"é\\n\\u0001\\"/","b":[1,null,true]}'.encode()


@given(BATCHES)
def test_a_seal_is_shown_whole(batches: list[list[dict[str, Any]]]) -> None:
    """What an export shows of a seal is all of it."""
    for seal in sealed(batches):
        assert Seal.of_json(seal.shown()) == seal

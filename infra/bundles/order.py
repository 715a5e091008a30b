"""What must be sent before what."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from infra.bundles.sections import Thing

Name = Callable[[Thing], Hashable]


def by_depth(things: Sequence[Thing], name: Name, parent: Name) -> list[list[Thing]]:
    """The things level by level: in the first those whose parent is not among them, then their children, and so on.

    `parent` gives None where there is none. Things that are their own ancestors come last: Serra will say so.
    """
    levels: list[list[Thing]] = []
    waiting = list(things)
    while waiting:
        names = {name(thing) for thing in waiting}
        level = [thing for thing in waiting if parent(thing) is None or parent(thing) not in names]
        levels.append(level or waiting)
        waiting = [thing for thing in waiting if thing not in levels[-1]]
    return levels


def in_turn(rounds: Iterable[Thing]) -> list[list[Thing]]:
    """Rounds level by level: each organisation's rounds on a case follow one another by their numbers.

    A later round says what became of an earlier one's findings.
    """
    series: dict[Hashable, list[Thing]] = defaultdict(list)
    for one in rounds:
        series[one.fields["case"], one.fields["organisation"]].append(one)
    levels: list[list[Thing]] = []
    for each in series.values():
        for place, one in enumerate(sorted(each, key=lambda thing: thing.fields["number"])):
            if place == len(levels):
                levels.append([])
            levels[place].append(one)
    return levels

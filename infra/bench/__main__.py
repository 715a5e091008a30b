"""`make bench`: Serra beside PostGraphile and beside fixed SQL, over the same rows, in one go. See docs/bench.md."""

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("PICCOLO_CONF", "infra.postgres.piccolo_conf")

from infra.bench.contenders import ContenderFailed, install_peer
from infra.bench.load import WrongAnswer
from infra.bench.measure import Disagreement, Measurement
from infra.bench.questions import QUESTIONS
from infra.bench.report import Result, as_json, growth, table
from infra.bench.world import world
from infra.embedded import EmbeddedError

NAMES = ("serra", "peer", "limit")
_TIMES = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as the command line says; the exit code is 1 where something stood in the way."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    try:
        results = _measured(given)
    except (ContenderFailed, Disagreement, EmbeddedError, WrongAnswer) as failed:
        _say(f"\n{failed}")
        return 1
    except KeyboardInterrupt:
        _say("\nStopped; everything that was started has ended.")
        return 130
    _tell(results, given)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="how many cases; 3 rounds and 15 comments each")
    parser.add_argument("--times-ten", action="store_true", help="measure ten times as many as well, and the growth")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long one run lasts")
    parser.add_argument("--rounds", type=int, default=5, help="how many runs each; medians are shown")
    parser.add_argument("--only", action="append", choices=NAMES, help="only this contender; may be repeated")
    parser.add_argument("--questions", default="abcd", help="which of the four, such as ab")
    parser.add_argument("--without-wall", action="store_true", help="let Serra's reads past row-level security")
    parser.add_argument("--json", type=Path, help="write every round to this file")
    return parser


def _measured(given: argparse.Namespace) -> list[Result]:
    names = [name for name in NAMES if name in (given.only or NAMES)]
    if "peer" in names and (reason := install_peer(_say)):
        _say(f"Without the peer: {reason}. Its ratios are left out.")
        names.remove("peer")
    questions = [question for question in QUESTIONS if question.key in given.questions]
    results: list[Result] = []
    for cases in (given.cases, given.cases * _TIMES) if given.times_ten else (given.cases,):
        with world(cases, _say, walled=not given.without_wall) as made:
            _say(f"{cases:,} cases: {', '.join(names)}; {given.rounds} rounds of {given.seconds:g} s each")
            measurement = Measurement(made, names, questions, given.seconds, given.rounds, _say)
            results += measurement.results()
            _say(
                f"  Whoever may read the oldest 1 % alone: {measurement.narrow_reader() * 1_000:.1f} ms for their list"
            )
    return results


def _tell(results: Sequence[Result], given: argparse.Namespace) -> None:
    for cases in sorted({one.cases for one in results}):
        _say(f"\n{cases:,} cases\n\n{table([one for one in results if one.cases == cases])}")
    if given.times_ten:
        _say("\nFrom the smaller size to the larger one:\n" + "\n".join(growth(results)))
    if given.json:
        given.json.write_text(json.dumps(as_json(results, _about(given)), indent=2) + "\n", encoding="utf-8")
        _say(f"\nEvery round is in {given.json}.")


def _about(given: argparse.Namespace) -> dict[str, Any]:
    return {
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "system": platform.system()},
        "python": platform.python_version(),
        "seconds": given.seconds,
        "rounds": given.rounds,
        "wall": not given.without_wall,
        "questions": {question.key: question.title for question in QUESTIONS},
    }


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

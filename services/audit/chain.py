"""Holding seals against each other and against their lines. Pure: where they come from is the caller's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.audit.proof import NOTHING, Seal, Tree


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was sealed; `batch` is where."""

    batch: int
    problem: str

    def __str__(self) -> str:
        """The sentence that a person reads."""
        return f"Batch {self.batch}: {self.problem}"


@dataclass(slots=True)
class Chain:
    """The seals that were looked at so far, in their order.

    `previous` is the last of them. `first` is the number to begin with: 1, or that of an export's first batch, whose
    own predecessor is not there to be looked at. `met`: the expected hash has been one of theirs.
    """

    expected: bytes | None = None
    first: int = 1
    previous: Seal | None = None
    met: bool = field(default=False, init=False)

    def follow(self, seal: Seal) -> Iterator[Fault]:
        """What is wrong with the next seal itself."""
        self.met = self.met or seal.hash == self.expected
        if seal.computed() != seal.hash:
            yield Fault(seal.number, "the seal was changed: its hash does not follow from what it says.")
        before, self.previous = self.previous, seal
        due = before.number + 1 if before else self.first
        if seal.number != due:
            missing = f"batch {due} is" if seal.number == due + 1 else f"batches {due} to {seal.number - 1} are"
            yield Fault(seal.number, f"{missing} missing before it.")
        elif before and (seal.previous, seal.after) != (before.hash, before.last):
            yield Fault(seal.number, f"it does not follow batch {before.number}: one of the two seals was replaced.")
        elif seal.number == 1 and (seal.previous, seal.after) != (NOTHING, 0):
            yield Fault(1, "it says that something came before it: the seals before it were removed.")

    def end(self) -> Iterator[Fault]:
        """What is wrong with the chain as a whole, once its last seal was followed."""
        if self.expected is not None and not self.met:
            yield Fault(
                self.previous.number if self.previous else 0,
                f"the chain ends here, and no seal has the hash {self.expected.hex()} that you expect. Its end was cut"
                " off or rewritten, or the hash is of another log.",
            )


def check_lines(seal: Seal, leaves: Sequence[bytes]) -> Iterator[Fault]:
    """What is wrong with the lines that are now where a batch was sealed; `leaves` are their hashes, in order."""
    more = len(leaves) - seal.lines
    if more < 0:
        yield Fault(seal.number, f"{-more} of its {seal.lines} lines {'is' if more == -1 else 'are'} missing.")
    elif more > 0:
        yield Fault(seal.number, f"{more} {'line was' if more == 1 else 'lines were'} added to its {seal.lines}.")
    elif Tree(leaves).root() != seal.root:
        yield Fault(seal.number, f"its {seal.lines} lines are not those that were sealed: at least one was changed.")

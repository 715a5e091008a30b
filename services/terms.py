"""Terms: enumerations whose members say what they mean."""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A closed list of words. Each member is its own name in upper case, followed by what it means."""

    description: str

    def __new__(cls, value: str, description: str = "") -> Self:
        """Make a member from its value and its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member

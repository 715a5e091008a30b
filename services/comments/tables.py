"""Comments."""

from typing import Any

from piccolo.columns import ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.artefacts.tables import Artefact
from services.cases.tables import Case
from services.columns import Identified, Shareable
from services.organisations.tables import Organisation, Person
from services.practices.tables import Practice
from services.test_rounds.tables import TestRound


class Comment(Identified, Shareable, Table):
    """What somebody says of one version of exactly one case, round, practice or artefact.

    The anchor is a passage: its words, and the words around them so that it can be found again (W3C TextQuoteSelector).
    """

    case = ForeignKey(Case, null=True, on_delete=OnDelete.cascade)
    test_round = ForeignKey(TestRound, null=True, on_delete=OnDelete.cascade)
    practice = ForeignKey(Practice, null=True, on_delete=OnDelete.cascade)
    artefact = ForeignKey(Artefact, null=True, on_delete=OnDelete.cascade)
    subject_version = Integer(help_text="The version, or the round's revision, that it speaks of.")
    reply_to: ForeignKey[Any] = ForeignKey("self", null=True, on_delete=OnDelete.cascade)
    author = ForeignKey(Person, null=True, on_delete=OnDelete.set_null)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    body = Text()
    language = Varchar(length=12, null=True, default=None)
    anchor_quote = Text(null=True, default=None)
    anchor_prefix = Text(null=True, default=None)
    anchor_suffix = Text(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    edited_at = Timestamptz(null=True, default=None)
    resolved_at = Timestamptz(null=True, default=None)
    resolved_by = ForeignKey(Person, null=True, on_delete=OnDelete.set_null)
    deleted_at = Timestamptz(null=True, default=None, help_text="Taken back by its author; its words are gone.")
    hidden_at = Timestamptz(null=True, default=None, help_text="Hidden by the subject's organisation; its words stay.")
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")

"""Adoptions."""

from piccolo.columns import JSONB, Array, ForeignKey, Integer, OnDelete, Text, Varchar
from piccolo.table import Table

from services.adoptions.terms import AdoptionMode, AdoptionStage
from services.cases.tables import Case
from services.columns import Dated, Identified, Shareable
from services.organisations.tables import Organisation
from services.practices.tables import Practice


class Adoption(Identified, Dated, Shareable, Table):
    """What an organisation did with another's practice or case; exactly one of the two.

    The database keeps its audience within that of what was adopted, also when that changes (`adoptions_follow` in the
    migrations), and always open to both organisations.
    """

    practice = ForeignKey(Practice, null=True, on_delete=OnDelete.cascade)
    case = ForeignKey(Case, null=True, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    mode = Varchar(length=10, choices=AdoptionMode)
    stage = Varchar(length=20, choices=AdoptionStage, default=AdoptionStage.INTERESTED)
    changes = JSONB(null=True, default=None, help_text="What was changed to make it fit.")
    evidence = JSONB(null=True, default=None)
    evidence_url = Text(null=True, default=None)
    abandoned_reason = JSONB(null=True, default=None)
    narrowed_to = Array(
        base_column=Text(),
        null=True,
        default=None,
        help_text="The readers that the adopter chose among those of what it adopted; null: all of them.",
    )
    revision = Integer(default=1)

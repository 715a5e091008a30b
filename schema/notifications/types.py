"""Notifications as GraphQL shows them."""

from datetime import datetime

import strawberry

from schema.adoptions.types import Adoption
from schema.artefacts.types import Artefact
from schema.cases.types import Case
from schema.compiler.declare import column, declare, declared
from schema.compiler.sources import OneOf, Rule
from schema.networks.types import NetworkProposal
from schema.notifications.terms import NotificationKind
from schema.organisations.types import Organisation, Person
from schema.shared import Node
from schema.test_rounds.types import TestRound
from services.notifications.tables import Notification as Row

_SUBJECTS = tuple(
    shown.__name__ for shown in (Adoption, Artefact, Case, NetworkProposal, Organisation, Person, TestRound)
)
"""The types of what people are told of."""


@declare(Row, Rule.AUDIENCE)
@strawberry.type(description="Something that the viewer is told of. Nobody else can read it.")
class Notification(Node):
    """A notification."""

    kind: NotificationKind = column(Row.kind, "What happened.")
    created_at: datetime = column(Row.created_at, "When it came in.")
    read_at: datetime | None = column(Row.read_at, "When it was marked as read; null until then.")
    subject: Node | None = declared(
        OneOf(
            {
                name: f"{{target}}.id = {{notification}}.subject_id and {{notification}}.subject_type = '{name}'"
                for name in _SUBJECTS
            }
        ),
        "What it is about, such as an Adoption; null once it is gone or no longer the viewer's to read.",
    )

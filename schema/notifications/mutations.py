"""Mutations on notifications."""

import strawberry
from strawberry.types import Info

from schema.compiler import ids
from schema.compiler.declare import reference
from schema.compiler.run import Context
from schema.organisations.viewer import Viewer
from schema.payload import Payload, answer
from services.notifications import notifications


@strawberry.input(description="Which notifications to mark as read.")
class MarkNotificationsReadInput:
    """Input of markNotificationsRead."""

    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Global ids of the viewer's own notifications; without it, all that they see."
    )


@strawberry.type(description="The answer of markNotificationsRead.")
class MarkNotificationsReadPayload(Payload):
    """Payload of markNotificationsRead."""

    viewer: Viewer | None = reference("The viewer, with what is still unread.")


@strawberry.type
class NotificationMutations:
    """The part of Mutation that is about notifications."""

    @strawberry.mutation(
        description="Mark notifications of your own as read; what was read before keeps its time. Either all that are"
        " named are marked, or none."
    )
    async def mark_notifications_read(
        self, info: Info[Context, None], input: MarkNotificationsReadInput
    ) -> MarkNotificationsReadPayload:
        """See services.notifications.mark_notifications_read."""
        named = None if input.ids is None else [ids.read(one, "Notification") for one in input.ids]
        call = notifications.mark_notifications_read(info.context.viewer, named)
        return await answer(MarkNotificationsReadPayload, "viewer", call)

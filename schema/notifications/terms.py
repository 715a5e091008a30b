"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.notifications.terms import NotificationKind

__all__ = ["NotificationKind"]

show(NotificationKind)

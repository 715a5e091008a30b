"""Everything that can be followed: a base class per noun."""

import strawberry

from schema.cases.subscriptions import CaseSubscriptions
from schema.comments.subscriptions import CommentSubscriptions
from schema.test_rounds.subscriptions import TestRoundSubscriptions


@strawberry.type(
    description="What happens, as it happens, to whoever may read it at that moment. A subscription to what the viewer"
    " may not read, or may no longer read, ends with NOT_FOUND."
)
class Subscription(CaseSubscriptions, CommentSubscriptions, TestRoundSubscriptions):
    """The root of subscriptions."""

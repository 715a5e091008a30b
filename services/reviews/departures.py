"""Reviews of a round and of its case, without the words of participants who left (rule 5). They have no anchors."""

from datetime import UTC, datetime
from uuid import UUID

from services.passages import TELLING, without
from services.reviews.tables import Review
from services.test_rounds.departures import Departure, log_redaction
from services.viewer import Viewer


async def forget_quotes(viewer: Viewer, departure: Departure) -> set[UUID]:
    """Take what left out of reviews, in the caller's transaction; gives the reviewers of those that held it."""
    if not departure.withdrawn:
        return set()
    about = (Review.test_round == departure.test_round) | (Review.case == departure.case)
    reviewers = set()
    rows = await Review.select().where(about & Review.body.is_not_null()).order_by(Review.id).lock_rows("NO KEY UPDATE")
    own = await departure.own(Review, rows)
    for row in rows:
        written_at = row["submitted_at"] or row["created_at"]
        prints = departure.prints_for(row["id"], row["test_round"], written_at, own)
        removal = without(row["body"], prints, departure.test_round.bytes, least=TELLING)
        if removal.longest:
            await Review.update(
                {
                    Review.body: removal.text,
                    Review.revision: Review.revision + 1,
                    Review.updated_at: datetime.now(UTC),
                }
            ).where(Review.id == row["id"])
            await log_redaction(viewer, departure, "redact_review", ("Review", row["id"]), row["organisation"])
            reviewers.add(row["reviewer"])
    return reviewers - {None}

"""Which media type an answer has, and with which status (GraphQL over HTTP, working draft); who gets a page."""

from functools import lru_cache

RESPONSE_TYPE = "application/graphql-response+json"
JSON_TYPE = "application/json"
HTML_TYPE = "text/html"


@lru_cache(maxsize=256)
def answer_type(accept: str) -> str | None:
    """The best of the two media types for an Accept header; None where it takes neither.

    Without a header the draft's older type is the answer's, so that clients that know nothing of the draft go on
    working.
    """
    if not accept.strip():
        return JSON_TYPE
    best: tuple[float, int, str] | None = None
    for place, part in enumerate(accept.split(",")):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        offered = {
            RESPONSE_TYPE: RESPONSE_TYPE,
            JSON_TYPE: JSON_TYPE,
            "application/*": RESPONSE_TYPE,
            "*/*": JSON_TYPE,
        }.get(media)
        if offered and quality and (best is None or (quality, -place) > best[:2]):
            best = (quality, -place, offered)
    return best[2] if best else None


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def wants_page(accept: str) -> bool:
    """Whether a browser asks, not a program."""
    return HTML_TYPE in accept


def status_of(media_type: str, *, has_data: bool) -> int:
    """The status of a well-formed request: the new type says 400 when nothing ran, the old one always says 200."""
    return 200 if has_data or media_type == JSON_TYPE else 400

"""How long what comes of using the service is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """In days: an operator's choices, from the settings of the same names."""

    notifications: int = 365
    idempotency_keys: int = 30
    ended_tokens: int = 90
    data_exports: int = 7

"""What connects an installation with its Stripe account; apart, because every process reads the
settings and few need the library.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """`webhook_secrets` are all valid at once, so that one can be replaced by another."""

    secret_key: str = field(repr=False)
    publishable_key: str
    webhook_secrets: tuple[str, ...] = field(repr=False)

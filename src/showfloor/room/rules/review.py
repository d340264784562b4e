"""What a moderator looks at before others see it."""

from __future__ import annotations

from showfloor.room.rules.pace import leads_away
from showfloor.room.types import Review


def is_for_review(review: Review, text: str) -> bool:
    """`text` as it was written, with what is covered before it is stored."""
    if review is Review.SUSPECTED:
        return leads_away(text)
    return review is Review.ALL

"""How fast one client may write."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from showfloor.kit.pace import Limit
from showfloor.room.rules.insults import without_emphasis
from showfloor.room.rules.names import skeleton

SLOWEST = 300
"""Seconds between two messages of a writer, at most."""
LONGEST_MUTE = timedelta(days=1)
"""Who is muted for longer is muted for the show."""

AUTHOR = Limit(6, 10.0)
"""Messages of one writer."""
TRIES = Limit(20, 10.0)
"""Requests of one account, of the show's team too, also those that are refused: counted before the
show is looked up.
"""
NETWORK = Limit(600, 10.0)
"""The same of the guests of one network, which may be a whole office or a mobile operator's."""
NEWCOMERS = Limit(60, 60.0)
"""New guests of one network: a name is easily made up, so that is what a new one costs."""
RETURNS = Limit(1, 600.0)
"""The same, while a guest of that network is muted in the show."""
SAME = Limit(5, 10.0)
"""Messages of one text in a show, whoever writes them: what more send at once waits."""
SHORTEST_OF_BURST = 12
"""Letters and digits: "yes please" and "mine" are said by many who mean it."""


def burst_key(text: str) -> bytes | None:
    """The same for texts that look the same; None for one that many may write at once."""
    seen = skeleton(without_emphasis(text))
    if len(seen.replace(" ", "")) < SHORTEST_OF_BURST:
        return None
    return sha256(seen.encode()).digest()

"""How fast one client may write."""

from __future__ import annotations

from datetime import timedelta

from showfloor.kit.pace import Limit

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

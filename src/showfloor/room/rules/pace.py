"""How fast one client may write."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from hashlib import sha256

from showfloor.kit.pace import Limit
from showfloor.room.rules.names import skeleton
from showfloor.room.rules.private import cover_private
from showfloor.room.rules.spellings import without_emphasis

SLOWEST = 300
"""Seconds between two messages of a writer, at most."""
LONGEST_MUTE = timedelta(days=1)
"""Who is muted for longer is muted for the show."""

AUTHOR = Limit(6, 10.0)
"""Messages of one writer."""
QUESTIONS = Limit(3, 60.0)
"""Questions of one writer, beside what they cost as messages: they stay on the host's list."""
QUESTIONS_OF_NETWORK = Limit(30, 60.0)
"""Of the guests of one network, which makes up names: the team reads what all of them ask."""
JOINED = Limit(10, 10.0)
"""Questions of others that one writer joins."""
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
REPORTS = Limit(60, 60.0)
"""Messages that the viewers of one network report, which may be a mobile operator's."""
CHILDREN = Limit(10, 3600.0)
"""Writers whom the viewers of one network take for children: each is limited at once, so it has to
cost something to say so of many.
"""
HEARTS = Limit(100, 10.0)
"""Requests with hearts of one network. Nothing is known of who sends them, so that is all that a
program cannot make up; of a crowd behind one address some are not counted.
"""
MOST_HEARTS = 5
"""Hearts of one request: as often as a thumb taps in the second that a page waits for more."""
SAME = Limit(5, 10.0)
"""Messages of one text that leads away, in a show, of guests who have no account and are not known
to have bought: what more of them send at once waits. A greeting, or the answer to what the host
asks, is said by hundreds at once.
"""
_LEADS = re.compile(
    r"(?:https?://|www\.)\S|[\w-]{2,63}\.[a-zа-яα-ω]{2,24}(?![\w.])|@\w{3,64}", re.IGNORECASE
)
"""A link, an address of the web, also in letters that look like Latin ones, or a name on another
service. Without one, a telephone number or an address of mail, many who write the same sell
nothing.
"""
_PATH = re.compile(r"(?<=\w)[/?#]\S*+")
_NUMBER = re.compile(r"\d++(?!\w)")


def burst_key(text: str) -> bytes | None:
    """The same for texts that look the same and lead to the same place, whatever number or letter
    is put behind a word or stands by itself; None for one that leads nowhere.
    """
    if not leads_away(text):
        return None
    folded = unicodedata.normalize("NFKC", text)
    lasting = _NUMBER.sub(" ", _PATH.sub(" ", folded))
    words = skeleton(without_emphasis(lasting)).split()
    seen = " ".join(word for word in words if len(word) > 1)
    return sha256(seen.encode()).digest()


def leads_away(text: str) -> bool:
    """Whether a link, a name on another service, an address or a number stands in it."""
    folded = unicodedata.normalize("NFKC", text)
    return _LEADS.search(folded) is not None or cover_private(folded) != folded

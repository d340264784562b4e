"""Words that no chat takes, in what people write and in the names that they write under.

The list (`insults.json`, by language; Arabic also as it is typed in Latin letters and digits) has
what hardly anybody says in a shop but to hurt. What is also an ordinary word, in any language that
a show may be held in, stands there only in phrases, or not at all: a customer who is refused is
worse than an insult that a moderator takes away. The list has each form of a word by itself; how a
word may be spelled is for `spellings`. What a seller wants to hear no more stands in their own list
(`service/words`).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from showfloor.room.rules.spellings import WordList, has_any, word_list


def has_insult(text: str) -> bool:
    """Whether one of the list's words stands in it, in any of its spellings."""
    return has_any(text, _listed())


@cache
def _listed() -> WordList:
    table = json.loads(files("showfloor.room.rules").joinpath("insults.json").read_text("utf-8"))
    return word_list(word for name, words in table.items() if name != "version" for word in words)

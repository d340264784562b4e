"""The lists of words that sellers keep: what nobody writes in shows with their goods, and what
waits for a moderator there.

Whoever writes reads the versions of the lists of the show's sellers in the same transaction, so a
change counts from the next message on, in every process; a list is taken apart once a version.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.room.errors import ChatWordNotFound, ChatWordsFull, ChatWordUnreadable
from showfloor.room.queries import words as queries
from showfloor.room.rules.spellings import WordList, entry_key, has_any, word_list
from showfloor.room.types import MOST_WORDS, AddedWords, ListedWord, WordEffect, WordLanguage

_MOST_KEPT = 200
"""Lists of sellers in the memory of a process."""


@dataclass(frozen=True, slots=True)
class SellersWords:
    """What the sellers of one show want refused or held."""

    refused: tuple[WordList, ...] = ()
    held: tuple[WordList, ...] = ()

    def refuse(self, text: str) -> bool:
        return any(has_any(text, each) for each in self.refused)

    def hold(self, text: str) -> bool:
        return any(has_any(text, each) for each in self.held)


NO_WORDS = SellersWords()


class _Versions:
    """Lists as they were taken apart, by version: a version never changes."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, tuple[WordList, WordList]] = OrderedDict()

    async def get(
        self, session: Session, merchant_id: UUID, version: UUID
    ) -> tuple[WordList, WordList]:
        """What is refused, and what is held."""
        if version in self._known:
            self._known.move_to_end(version)
            return self._known[version]
        listed = await queries.words(session, merchant_id)
        refused, held = (
            word_list(one.text for one in listed if one.effect is effect)
            for effect in (WordEffect.REFUSE, WordEffect.HOLD)
        )
        self._known[version] = refused, held
        if len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)
        return refused, held


_VERSIONS = _Versions()


async def words_of_sellers(session: Session, merchant_ids: Collection[UUID]) -> SellersWords:
    """The newest lists of these sellers; one statement where none of them has changed."""
    found = await queries.versions(session, merchant_ids)
    lists = [
        await _VERSIONS.get(session, merchant_id, version) for merchant_id, version in found.items()
    ]
    return SellersWords(tuple(each[0] for each in lists), tuple(each[1] for each in lists))


async def list_words(
    session: Session, *, person: Person, merchant_id: UUID
) -> tuple[ListedWord, ...]:
    """Raises Forbidden."""
    _check_seller(person, merchant_id)
    return tuple(await queries.words(session, merchant_id))


async def add_words(
    session: Session,
    *,
    person: Person,
    merchant_id: UUID,
    language: WordLanguage,
    effect: WordEffect,
    lines: Sequence[str],
) -> AddedWords:
    """Each line is a word or a phrase; empty ones are left out. What finds the same as an entry of
    the list takes its place. All of them, or none.

    Raises Forbidden, ChatWordUnreadable, ChatWordsFull.
    """
    _check_seller(person, merchant_id)
    typed: dict[str, ListedWord] = {}
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        key = entry_key(line)
        if not key:
            raise ChatWordUnreadable(line=number)
        typed[key] = ListedWord(ids.new(), line, key, language, effect)
    await queries.renew(session, merchant_id, ids.new())
    before = {one.key for one in await queries.words(session, merchant_id)}
    if len(before | typed.keys()) > MOST_WORDS:
        raise ChatWordsFull(most=MOST_WORDS)
    if typed:
        await queries.put(session, merchant_id, typed.values())
    known = len(before & typed.keys())
    stored = tuple(await queries.words(session, merchant_id))
    return AddedWords(stored, len(typed) - known, known)


async def remove_word(
    session: Session, *, person: Person, merchant_id: UUID, word_id: UUID
) -> None:
    """Raises Forbidden, ChatWordNotFound."""
    _check_seller(person, merchant_id)
    await queries.renew(session, merchant_id, ids.new())
    if not await queries.remove(session, merchant_id, word_id):
        raise ChatWordNotFound


def _check_seller(person: Person, merchant_id: UUID) -> None:
    if merchant_id not in person.merchant_ids and not person.is_operator:
        raise Forbidden

"""Captions: what is said in a show, as lines on the show clock, by language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.identity.types import Person
from showfloor.kit import ids
from showfloor.kit.db import Session
from showfloor.media.errors import NotLive
from showfloor.media.types import MediaMoment
from showfloor.shows import queries
from showfloor.shows.errors import CaptionsNotThere, CaptionTimesInvalid, TooManyCaptions
from showfloor.shows.rules import MOST_CAPTION_LANGUAGES, MOST_CAPTIONS, reading_time
from showfloor.shows.service.access import get_own_show
from showfloor.shows.service.room import forget_old_captions, publish_caption
from showfloor.shows.service.schedule import save
from showfloor.shows.types import Caption, Show

OLDEST = timedelta(minutes=1)
"""A live line may be so late: who watches farther behind reads it in the recording."""


async def add_caption(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    language: str,
    text: str,
    start: datetime | None,
    end: datetime | None,
    moment: MediaMoment,
) -> Caption:
    """A line of a live show, shown on its frame; without times, from the frame of `moment` on for
    as long as reading it takes.

    Raises ShowNotFound, NotLive, CaptionTimesInvalid, TooManyCaptions, StreamingUnavailable.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    if not show.state.on_air:
        raise NotLive
    newest = moment.required()
    begins = start or newest
    ends = end or begins + reading_time(text)
    if not (newest - OLDEST <= begins <= newest + OLDEST and begins < ends <= begins + OLDEST):
        raise CaptionTimesInvalid
    if await queries.count_captions(session, show_id, language) >= MOST_CAPTIONS:
        raise TooManyCaptions(most=MOST_CAPTIONS)
    await _add_language(session, show, language)
    caption = Caption(ids.new(), show_id, language, begins, ends, text)
    await queries.add_captions(session, [caption])
    await publish_caption(session, caption)
    await forget_old_captions(session, show_id)
    return caption


async def replace_captions(
    session: Session, *, person: Person, show_id: UUID, language: str, lines: Sequence[Caption]
) -> Show:
    """All of a language at once. Raises ShowNotFound, TooManyCaptions."""
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    if len(lines) > MOST_CAPTIONS:
        raise TooManyCaptions(most=MOST_CAPTIONS)
    await queries.remove_captions(session, show_id, language)
    await queries.add_captions(session, lines)
    if not lines:
        return await _remove_language(session, show, language)
    return await _add_language(session, show, language)


async def edit_captions(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    language: str,
    texts: dict[UUID, str],
) -> None:
    """Other words for these lines; an empty text takes a line away. Lines that are not there are
    left out. Raises ShowNotFound, CaptionsNotThere.
    """
    show = await get_own_show(session, person=person, show_id=show_id, lock=True)
    if language not in show.caption_languages:
        raise CaptionsNotThere
    for caption_id, text in texts.items():
        await queries.edit_caption(session, show_id, language, caption_id, text)
    if not await queries.count_captions(session, show_id, language):
        await _remove_language(session, show, language)


async def list_captions(session: Session, show_id: UUID, language: str) -> list[Caption]:
    """By start."""
    return await queries.captions(session, show_id, language)


async def delete_captions(session: Session, show_id: UUID) -> None:
    """Of every language, with their recording. Needs no person: who may is checked by who calls."""
    show = await queries.show(session, show_id, lock=True)
    if show is not None and show.caption_languages:
        await queries.remove_captions(session, show_id, None)
        await save(session, show, replace(show, caption_languages=()))


async def _add_language(session: Session, show: Show, language: str) -> Show:
    known = show.caption_languages
    if language in known:
        return show
    if len(known) >= MOST_CAPTION_LANGUAGES:
        raise TooManyCaptions(most=MOST_CAPTION_LANGUAGES)
    return await save(session, show, replace(show, caption_languages=(*known, language)))


async def _remove_language(session: Session, show: Show, language: str) -> Show:
    left = tuple(each for each in show.caption_languages if each != language)
    return await save(session, show, replace(show, caption_languages=left))

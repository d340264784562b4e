"""Pure decisions of `shows`: the state machine and the timeline."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from showfloor.shows.errors import DisclosuresUnanswered, NotAllowedInState
from showfloor.shows.types import Cue, CueKind, Disclosure, Remote, ShowState

MOST_PINS = 3
MOST_ANNOUNCEMENTS = 5
"""Shown or still to come, of a show at a time."""
MOST_CAPTIONS = 20_000
"""Lines of a show in one language: eleven hours of speech."""
MOST_CAPTION_LANGUAGES = 20
MOST_REMOTES = 5
"""Of a show at a time, tickets that wait included."""
BEFORE_THE_FIRST_FRAME = timedelta(seconds=60)
"""No group of pictures is longer."""
ENDED_CUES_STAY = timedelta(seconds=60)
"""How long an ended cue is kept in rooms and playlists: longer than any viewer is behind."""


class Step(StrEnum):
    """What can happen to a show."""

    SCHEDULE = "schedule"
    GO_LIVE = "go_live"
    INTERRUPT = "interrupt"
    RESUME = "resume"
    END = "end"


_NEXT: dict[tuple[ShowState, Step], ShowState] = {
    (ShowState.DRAFT, Step.SCHEDULE): ShowState.SCHEDULED,
    (ShowState.SCHEDULED, Step.SCHEDULE): ShowState.SCHEDULED,
    (ShowState.DRAFT, Step.GO_LIVE): ShowState.LIVE,
    (ShowState.SCHEDULED, Step.GO_LIVE): ShowState.LIVE,
    (ShowState.LIVE, Step.INTERRUPT): ShowState.INTERRUPTED,
    (ShowState.INTERRUPTED, Step.RESUME): ShowState.LIVE,
    (ShowState.DRAFT, Step.END): ShowState.CANCELLED,
    (ShowState.SCHEDULED, Step.END): ShowState.ENDED,
    (ShowState.LIVE, Step.END): ShowState.ENDED,
    (ShowState.INTERRUPTED, Step.END): ShowState.ENDED,
}


def after(state: ShowState, step: Step) -> ShowState:
    """The state that follows; raises NotAllowedInState."""
    try:
        return _NEXT[state, step]
    except KeyError:
        raise NotAllowedInState(state=state.value, step=step.value) from None


def require_answer(said: Sequence[Disclosure] | None) -> None:
    """Nothing to tell is an answer; raises DisclosuresUnanswered where there is none."""
    if said is None:
        raise DisclosuresUnanswered


def signal_step(state: ShowState, *, publishing: bool) -> Step | None:
    """What a change of the signal means for the show, if anything."""
    if state is ShowState.LIVE and not publishing:
        return Step.INTERRUPT
    if state is ShowState.INTERRUPTED and publishing:
        return Step.RESUME
    return None


def picture_ratio(width: int, height: int) -> float | None:
    """Width of a picture, height being 1; None where nothing is known of it."""
    return round(width / height, 4) if height else None


def end_of(start: datetime, end: datetime) -> datetime:
    """A cue that is ended before its own first frame is shown lasts no time, never less."""
    return max(start, end)


def is_over(cue: Cue, now: datetime) -> bool:
    """An announcement whose time is over. A cue that is open has no other time."""
    return cue.end is None and cue.until is not None and cue.until <= now


def may_end_by_remote(remote: Remote, cue: Cue) -> bool:
    """A remote ends pins of its own show: never a label, never another show's."""
    return cue.show_id == remote.show_id and cue.kind is CueKind.PIN


def reading_time(text: str) -> timedelta:
    """Seventeen characters a second, as subtitlers count; never a flash, never a poster."""
    return timedelta(seconds=min(max(len(text) / 17, 1.5), 7.0))


def slugs_for(title: Mapping[str, str], starts_at: datetime | None, show_id: UUID) -> list[str]:
    """Addresses for a show, the nicest first: its title; with the day, for a show that comes every
    week; with a part of its id.
    """
    nicest = slug_of(title.get("en", "")) or "show"
    days = [f"{nicest[:49]}-{starts_at:%Y-%m-%d}"] if starts_at else []
    return [nicest, *days, f"{nicest[:47]}-{show_id.hex[-12:]}"]


def slug_of(title: str) -> str:
    """`The slow morning edit` becomes `the-slow-morning-edit`; empty for a title without Latin
    letters or digits.
    """
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-")

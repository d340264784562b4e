"""JSON routes of what a viewer is reminded of by mail: hosts, and single shows."""

from __future__ import annotations

from fastapi import APIRouter, Request

from showfloor.identity.errors import AccountLimited, CsrfFailed, NotAuthenticated
from showfloor.kit import ids
from showfloor.kit.errors import RateLimited
from showfloor.kit.http import SessionDep, network_of
from showfloor.kit.minutes import PerMinute
from showfloor.kit.openapi import refusals
from showfloor.merchants.errors import CreatorNotFound
from showfloor.shows.errors import ShowNotFound
from showfloor.viewers import service
from showfloor.viewers.errors import ReminderNotFound, TooManyReminders
from showfloor.viewers.http.who import CurrentViewer
from showfloor.viewers.schemas import WantedOut
from showfloor.viewers.service import limits
from showfloor.viewers.views import wanted_view

router = APIRouter(prefix="/api/v1/viewer", tags=["viewer"])
OWN = (NotAuthenticated, CsrfFailed)
_wrong = PerMinute(60)
"""Links that are in no mail, from one network."""


@router.get("/reminders", responses=refusals(NotAuthenticated))
async def list_reminders(session: SessionDep, viewer: CurrentViewer) -> WantedOut:
    """Whom this viewer follows, and of which single shows they are reminded."""
    return wanted_view(await service.list_wanted(session, viewer))


@router.put(
    "/follows/{creator_id}",
    status_code=204,
    responses=refusals(*OWN, AccountLimited, CreatorNotFound, TooManyReminders),
)
async def follow_creator(creator_id: str, session: SessionDep, viewer: CurrentViewer) -> None:
    """Be reminded by mail of each show of this host: an hour before it starts, or when it goes on
    the air. Following twice is fine.
    """
    limits.check(viewer)
    await service.follow(session, viewer=viewer, creator_id=ids.parse("cre", creator_id))


@router.delete("/follows/{creator_id}", status_code=204, responses=refusals(*OWN))
async def unfollow_creator(creator_id: str, session: SessionDep, viewer: CurrentViewer) -> None:
    await service.unfollow(session, viewer=viewer, creator_id=ids.parse("cre", creator_id))


@router.put(
    "/reminders/{show_id}",
    status_code=204,
    responses=refusals(*OWN, AccountLimited, ShowNotFound, TooManyReminders),
)
async def ask_for_reminder(show_id: str, session: SessionDep, viewer: CurrentViewer) -> None:
    """Be reminded by mail of one show that is still to come. Asking twice is fine."""
    limits.check(viewer)
    await service.ask_reminder(session, viewer=viewer, show_id=ids.parse("show", show_id))


@router.delete("/reminders/{show_id}", status_code=204, responses=refusals(*OWN))
async def forget_reminder(show_id: str, session: SessionDep, viewer: CurrentViewer) -> None:
    await service.forget_reminder(session, viewer=viewer, show_id=ids.parse("show", show_id))


@router.post(
    "/unsubscribe/{token}", status_code=204, responses=refusals(ReminderNotFound, RateLimited)
)
async def stop_reminders(token: str, request: Request, session: SessionDep) -> None:
    """Whoever has a mail about a show follows its host no more. Mail programs call this by
    themselves when their reader presses "Unsubscribe" (RFC 8058 section 3.2), without a cookie.
    """
    try:
        await service.stop(session, secret=request.app.state.settings.secret, token=token)
    except ReminderNotFound:
        # Right ones come by the hundred from the few addresses of a provider of mailboxes.
        if not _wrong.hit(network_of(request)):
            raise RateLimited from None
        raise

"""JSON routes of `room`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from showfloor.identity.errors import CsrfFailed, Forbidden, NotAuthenticated
from showfloor.identity.http import CurrentPerson
from showfloor.identity.types import Person
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound, RateLimited
from showfloor.kit.http import DatabaseDep, SessionDep
from showfloor.kit.openapi import refusals
from showfloor.kit.schemas import Moment
from showfloor.room import service
from showfloor.room.deps import RoomDeps
from showfloor.room.errors import ChatEmojiOnly, ChatNoAccount, MessageNotFound
from showfloor.room.http.writer import REFUSALS, CredentialsDep, RoomDep, find_writer
from showfloor.room.rules.pace import TRIES
from showfloor.room.schemas import (
    ActionReason,
    ActionsOut,
    MessageOut,
    MessagesOut,
    MuteIn,
    NewMessage,
    SentOut,
    SettingsChange,
)
from showfloor.room.views import (
    actions_view,
    message_view,
    messages_view,
    sent_view,
    settings_view,
)
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.http import StreamingDep
from showfloor.shows.schemas import RoomChat

router = APIRouter(prefix="/api/v1", tags=["chat"])


@router.post(
    "/shows/{show_id}/messages",
    status_code=201,
    responses=refusals(*REFUSALS, ChatEmojiOnly, MessageNotFound),
)
async def send_message(
    credentials: CredentialsDep,
    show_id: str,
    body: NewMessage,
    database: DatabaseDep,
    room: RoomDep,
    streaming: StreamingDep,
) -> SentOut:
    """Say something in a show that is on the air. A guest says once who it is, and has a token from
    then on, and is known by their account where the browser is signed in with one; a person of a
    team writes under the own name, the show's team with a badge.
    """
    show = ids.parse("show", show_id)
    reply_to = ids.parse("msg", body.reply_to) if body.reply_to else None
    media_at = await room.media_now(show, streaming.moment)
    async with database.session() as session:
        writer = await find_writer(session, database, room, credentials, body)
        sent = await service.send_message(
            session,
            room.pace,
            show_id=show,
            writer=writer,
            secret=room.secret,
            text=body.text,
            reply_to=reply_to,
            media_at=media_at,
        )
    return sent_view(sent)


@router.get("/shows/{show_id}/messages", responses=refusals(NotFound, ShowNotFound))
async def list_messages(
    show_id: str,
    database: DatabaseDep,
    room: RoomDep,
    start: Annotated[Moment | None, Query(alias="from", description="on the show clock")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="the first moment after")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> MessagesOut:
    """The last messages that were said in this part of the show, the oldest first. The last one
    alone, with `limit=1` and without `from` and `to`, may be a second old, as is what is pinned
    then.
    """
    show = ids.parse("show", show_id)

    async def read() -> MessagesOut:
        async with database.session() as session:
            found = await service.list_messages(
                session, show_id=show, start=start, end=end, most=limit
            )
        return messages_view(found)

    if start is None and end is None and limit == 1:
        return await room.newest.get(show, read)
    return await read()


async def get_moderator(person: CurrentPerson, room: RoomDep) -> Person:
    """As fast as people click: a log that one floods cannot be read. Raises RateLimited."""
    take_click(room, "moderation", person)
    return person


def take_click(room: RoomDeps, what: str, person: Person) -> None:
    """Raises RateLimited."""
    if seconds := room.pace.wait((what, person.id), TRIES, clock.monotonic()):
        refused = RateLimited()
        refused.retry_after = seconds
        raise refused


Moderator = Annotated[Person, Depends(get_moderator)]
OWN = (NotAuthenticated, NotFound, CsrfFailed, MessageNotFound, RateLimited)
Reason = Annotated[ActionReason, Query(description="a note for the team's log")]


@router.delete("/messages/{message_id}", status_code=204, responses=refusals(*OWN, Forbidden))
async def delete_message(
    message_id: str, session: SessionDep, person: Moderator, reason: Reason = ""
) -> None:
    """Take a message off all screens and out of the replay; deleting twice is deleting once. What
    the host or a merchant said is for the host's team to delete and to unpin.
    """
    await service.delete_message(
        session, person=person, message_id=ids.parse("msg", message_id), reason=reason
    )


@router.post("/messages/{message_id}/restore", responses=refusals(*OWN, Forbidden))
async def restore_message(
    message_id: str, session: SessionDep, person: Moderator, reason: Reason = ""
) -> MessageOut:
    """Show a deleted message again, in its place."""
    restored = await service.restore_message(
        session, person=person, message_id=ids.parse("msg", message_id), reason=reason
    )
    return message_view(restored)


@router.put(
    "/messages/{message_id}/mute",
    status_code=204,
    responses=refusals(*OWN, ChatNoAccount, Forbidden),
)
async def mute_writer(
    message_id: str, body: MuteIn, session: SessionDep, person: Moderator
) -> None:
    """Who wrote the message writes nothing for a while, in this show, or with their account in no
    show of this host, which is for the host's team. Of the team nobody is muted: that answers
    `message_not_found`.
    """
    await service.mute(
        session,
        person=person,
        message_id=ids.parse("msg", message_id),
        minutes=body.minutes,
        account=body.account,
        reason=body.reason,
    )


@router.delete("/messages/{message_id}/mute", status_code=204, responses=refusals(*OWN))
async def unmute_writer(
    message_id: str, session: SessionDep, person: Moderator, reason: Reason = ""
) -> None:
    """Who wrote the message may write again; who moderates this show alone takes back what was
    muted in this show, and not the host's mute of an account.
    """
    await service.unmute(
        session, person=person, message_id=ids.parse("msg", message_id), reason=reason
    )


@router.put("/messages/{message_id}/pin", status_code=204, responses=refusals(*OWN, Forbidden))
async def pin_message(
    message_id: str, session: SessionDep, person: Moderator, reason: Reason = ""
) -> None:
    """Show a message above all others to everybody, in the place of the one that was pinned. It
    stays there in the replay, and is gone while it is deleted.
    """
    await service.pin_message(
        session, person=person, message_id=ids.parse("msg", message_id), reason=reason
    )


@router.delete("/messages/{message_id}/pin", status_code=204, responses=refusals(*OWN, Forbidden))
async def unpin_message(
    message_id: str, session: SessionDep, person: Moderator, reason: Reason = ""
) -> None:
    """Pin it no longer."""
    await service.unpin_message(
        session, person=person, message_id=ids.parse("msg", message_id), reason=reason
    )


@router.patch(
    "/shows/{show_id}/chat",
    responses=refusals(NotAuthenticated, NotFound, CsrfFailed, ShowNotFound, RateLimited),
)
async def change_chat(
    show_id: str, body: SettingsChange, session: SessionDep, person: Moderator
) -> RoomChat:
    """Slow the chat down, take emoji alone or messages of buyers alone, or stop it; all who watch
    learn of it at once. The team's own messages are taken all the same.
    """
    changed = await service.change_settings(
        session,
        person=person,
        show_id=ids.parse("show", show_id),
        change=body.model_dump(exclude_unset=True, exclude={"reason"}),
        reason=body.reason,
    )
    return settings_view(changed)


@router.get(
    "/shows/{show_id}/chat-actions", responses=refusals(NotAuthenticated, NotFound, ShowNotFound)
)
async def list_chat_actions(show_id: str, session: SessionDep, person: CurrentPerson) -> ActionsOut:
    """What the team did in the chat of its show, the newest first."""
    found = await service.list_actions(session, person=person, show_id=ids.parse("show", show_id))
    return actions_view(found)

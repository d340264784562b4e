"""Who writes: a guest by their token, or by the gate and a name; a person of a team by a session or
a key. Messages and questions have this one way in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from showfloor.identity import service as identity
from showfloor.identity.deps import gate_of, read_age
from showfloor.identity.errors import (
    AdultDeclarationRequired,
    AgeRefused,
    CsrfFailed,
    NotAuthenticated,
    ScopeMissing,
)
from showfloor.identity.http import API_KEY, cookie_name, get_optional_person
from showfloor.identity.types import Admission, CollectionPoint, Person
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import NotFound
from showfloor.room.deps import RoomDeps
from showfloor.room.errors import (
    ChatBuyersOnly,
    ChatClosed,
    ChatMuted,
    ChatNameNeeded,
    ChatNameReserved,
    ChatPaused,
    ChatTokenInvalid,
    ChatWordsRefused,
    WritingTooFast,
)
from showfloor.room.schemas import AgeInChat, Written
from showfloor.room.service import Guest
from showfloor.shows.errors import ShowNotFound
from showfloor.viewers.http.who import find_viewer

REFUSALS = (
    AdultDeclarationRequired,
    AgeRefused,
    CsrfFailed,
    NotAuthenticated,
    NotFound,
    ScopeMissing,
    ShowNotFound,
    ChatClosed,
    ChatPaused,
    ChatMuted,
    ChatBuyersOnly,
    ChatWordsRefused,
    ChatNameNeeded,
    ChatNameReserved,
    ChatTokenInvalid,
    WritingTooFast,
)
"""Of whoever writes, whatever it is."""
CHAT_TOKEN = HTTPBearer(
    scheme_name="ChatToken",
    auto_error=False,
    description="What a guest's first message in a show was answered with.",
)


async def get_deps(request: Request) -> RoomDeps:
    deps: RoomDeps = request.app.state.room
    return deps


RoomDep = Annotated[RoomDeps, Depends(get_deps)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(CHAT_TOKEN)]


async def admit_to_chat(request: Request, given: Bearer) -> Admission | None:
    """Before the rest of the request is looked at. None for who was let in before: with a token, a
    key, or a session that the page speaks for.
    """
    gate = gate_of(request)
    if given is not None or _speaks_for_session(request):
        gate.check(request)
        return None
    typed = await read_age(request, AgeInChat)
    return gate.admit(request, CollectionPoint.CHAT, typed, typed.country)


def _speaks_for_session(request: Request) -> bool:
    """A page that does not know the session's CSRF token is a guest's, whatever cookie the browser
    sends with it.
    """
    return cookie_name(request) in request.cookies and "x-csrf-token" in request.headers


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request that writes carries besides its body: the token of a guest or the key of a
    person, and what the gate answered.
    """

    request: Request
    given: HTTPAuthorizationCredentials | None
    admission: Admission | None


async def get_credentials(
    request: Request,
    admission: Annotated[Admission | None, Depends(admit_to_chat)],
    given: Bearer,
    _team: Annotated[HTTPAuthorizationCredentials | None, Depends(API_KEY)],
) -> Credentials:
    return Credentials(request, given, admission)


CredentialsDep = Annotated[Credentials, Depends(get_credentials)]


async def find_writer(
    session: Session,
    database: Database,
    room: RoomDeps,
    credentials: Credentials,
    body: Written,
) -> Person | Guest:
    """Raises NotAuthenticated, ScopeMissing, AgeRefused."""
    request, given, admission = credentials.request, credentials.given, credentials.admission
    if admission is None and not _is_chat_token(given):
        person = await get_optional_person(request, session, given)
        if person is None:
            raise NotAuthenticated
        # What an account's holder said about their age when it was made.
        await identity.admit_again(session, CollectionPoint.CHAT, person_id=person.id)
        return person
    viewer = await find_viewer(request, database)
    if viewer is not None:
        gate_of(request).check_account(CollectionPoint.CHAT, viewer.age, body.country)
    network = room.network(request.client.host if request.client else "")
    token = given.credentials if given else None
    viewer_id = viewer.id if viewer else None
    return Guest(network, token, body.name, admission, viewer_id, body.order)


def _is_chat_token(given: HTTPAuthorizationCredentials | None) -> bool:
    return given is not None and not given.credentials.startswith("sf_")

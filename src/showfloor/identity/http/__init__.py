"""Signing in, and what somebody sees and changes of the own account. Who is asking is answered by
`who.py`, whose names other modules find here.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from showfloor.identity import service
from showfloor.identity.deps import gate_of, read_age
from showfloor.identity.errors import (
    AdultDeclarationRequired,
    AgeRefused,
    CsrfFailed,
    Forbidden,
    KeyNotFound,
    NotAuthenticated,
    PasswordTooCommon,
    PasswordTooShort,
    SessionNotFound,
    SignInFailed,
    TooManyAttempts,
)
from showfloor.identity.http.who import (
    API_KEY,
    Caller,
    CurrentPerson,
    OptionalPerson,
    OwnSignIn,
    cookie_name,
    get_caller,
    get_optional_person,
    get_person,
)
from showfloor.identity.rules import (
    WrongPasswords,
    csrf_of,
    delay_of_all,
    device_of,
    device_token,
    normalise_email,
    own_delay,
)
from showfloor.identity.schemas import (
    AdmissionIn,
    AdmissionOut,
    AgeIn,
    ChangePassword,
    KeysOut,
    NewKeyIn,
    NewKeyOut,
    SecurityLogOut,
    SessionOut,
    SessionsOut,
    SignIn,
    SignInEmail,
)
from showfloor.identity.types import Admission, CollectionPoint, SignedIn
from showfloor.identity.views import keys_view, security_log_view, session_view, sessions_view
from showfloor.kit import clock, ids
from showfloor.kit.errors import NotFound
from showfloor.kit.http import DatabaseDep, SessionDep, network_of
from showfloor.kit.openapi import refusals

__all__ = [
    "API_KEY",
    "Caller",
    "CurrentPerson",
    "OptionalPerson",
    "OwnSignIn",
    "account",
    "cookie_name",
    "get_caller",
    "get_optional_person",
    "get_own_session",
    "get_person",
    "remember",
    "router",
]
router = APIRouter(prefix="/api/v1", tags=["session"])
_attempts = MovingWindowRateLimiter(MemoryStorage())
# Each attempt costs an argon2 run, so one client gets a bounded number of them whatever it types.
_BY_CLIENT = RateLimitItemPerMinute(60, namespace="client")
_wrong = WrongPasswords()
DEVICE_REMEMBERED = 365 * 24 * 3600


def device_cookie_name(request: Request) -> str:
    return cookie_name(request) + "-device"


class _Attempt:
    """One try to sign in, and whom its failure counts against: a device that signed in before, or
    an address among strangers.
    """

    def __init__(self, request: Request, email: str) -> None:
        secret: str = request.app.state.settings.secret
        self.account = ids.digest(normalise_email(email)).hex()
        self.client = network_of(request)
        cookie = request.cookies.get(device_cookie_name(request))
        self.device = device_of(secret, self.account, cookie)
        self._own = f"{self.account} {self.device or self.client}"

    async def check(self) -> None:
        """Raises TooManyAttempts."""
        if self.device is None and not await _attempts.hit(_BY_CLIENT, self.client):
            raise TooManyAttempts
        now = clock.monotonic()
        wait = _wrong.wait(self._own, own_delay, now)
        if self.device is None:
            wait = max(wait, _wrong.wait(self.account, delay_of_all, now))
        if wait > 0:
            raise TooManyAttempts(retry_after=ceil(wait))

    def failed(self) -> None:
        now = clock.monotonic()
        _wrong.add(self._own, now)
        if self.device is None:
            _wrong.add(self.account, now)

    def succeeded(self) -> None:
        _wrong.forget(self._own)


@router.post("/admissions", status_code=201, responses=refusals(AgeRefused))
async def ask_age(body: AdmissionIn, request: Request) -> AdmissionOut:
    """Answer the question that everybody is asked, before anything else is typed. The date is
    neither stored nor written down anywhere.
    """
    gate = gate_of(request)
    admission = gate.admit(request, body.door, AgeIn(born=body.born), body.country)
    return AdmissionOut(admission=gate.gate.token(admission, body.country))


async def admit_to_studio(request: Request) -> Admission:
    """Before the rest of the request is looked at. A device that has signed in to this account
    before is not asked again.
    """
    point, given = CollectionPoint.STUDIO_SIGN_IN, await read_age(request, SignInEmail)
    device = _Attempt(request, given.email).device if given.email else None
    if device is not None:
        return service.admit_known_device(point, device)
    return gate_of(request).admit(request, point, given)


AdmittedDep = Annotated[Admission, Depends(admit_to_studio)]


@router.post(
    "/session", responses=refusals(AdultDeclarationRequired, SignInFailed, TooManyAttempts)
)
async def sign_in(
    admission: AdmittedDep,
    body: SignIn,
    request: Request,
    response: Response,
    database: DatabaseDep,
) -> SessionOut:
    """Sign in to the studio. A session that this browser has ends."""
    attempt = _Attempt(request, body.email)
    await attempt.check()
    try:
        signed_in = await service.sign_in(
            database,
            admission=admission,
            email=body.email,
            password=body.password,
            client=attempt.client,
            known=attempt.device is not None,
            replaces=request.cookies.get(cookie_name(request)),
        )
    except SignInFailed:
        attempt.failed()
        raise
    attempt.succeeded()
    return remember(request, response, signed_in)


def remember(request: Request, response: Response, signed_in: SignedIn) -> SessionOut:
    """The cookies of a new session, and of the device it is on."""
    attempt = _Attempt(request, signed_in.person.email)
    settings = request.app.state.settings
    response.set_cookie(
        cookie_name(request),
        signed_in.token,
        expires=signed_in.expires_at,
        httponly=True,
        samesite="lax",
        secure=settings.secure,
    )
    response.set_cookie(
        device_cookie_name(request),
        device_token(settings.secret, attempt.account, attempt.device or ids.secret(16)),
        max_age=DEVICE_REMEMBERED,
        httponly=True,
        samesite="lax",
        secure=settings.secure,
    )
    person = signed_in.person
    return session_view(person, signed_in.csrf, service.rights_of(person))


@router.get("/session", responses=refusals(NotAuthenticated))
async def current_session(request: Request, person: CurrentPerson) -> SessionOut:
    """Who is signed in, and the CSRF token for changes."""
    csrf = csrf_of(request.cookies.get(cookie_name(request), ""))
    return session_view(person, csrf, service.rights_of(person))


@router.delete("/session", status_code=204, responses=refusals(CsrfFailed))
async def sign_out(
    request: Request, response: Response, session: SessionDep, person: OptionalPerson
) -> None:
    """Sign out; signing out twice is fine."""
    if token := request.cookies.get(cookie_name(request)):
        await service.sign_out(session, token=token)
    response.delete_cookie(
        cookie_name(request),
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure,
    )


account = APIRouter(prefix="/api/v1", tags=["account"])
OWN = (NotAuthenticated, CsrfFailed)


async def get_own_session(request: Request, person: CurrentPerson) -> str:
    """The token of the session that asks; a key may not change the account it acts for."""
    token = request.cookies.get(cookie_name(request))
    if token is None:
        raise NotAuthenticated
    return token


OwnSession = Annotated[str, Depends(get_own_session)]


@account.put(
    "/password",
    status_code=204,
    responses=refusals(*OWN, SignInFailed, TooManyAttempts, PasswordTooShort, PasswordTooCommon),
)
async def change_password(
    body: ChangePassword,
    request: Request,
    database: DatabaseDep,
    person: CurrentPerson,
    token: OwnSession,
) -> None:
    """Choose another password. All other sessions end."""
    attempt = _Attempt(request, person.email)
    await attempt.check()
    try:
        await service.change_password(
            database,
            person=person,
            token=token,
            client=attempt.client,
            current=body.current,
            new=body.new,
        )
    except SignInFailed:
        attempt.failed()
        raise


@account.get("/sessions", responses=refusals(*OWN))
async def list_sessions(
    session: SessionDep, person: CurrentPerson, token: OwnSession
) -> SessionsOut:
    """Where this person is signed in, newest first."""
    found = await service.list_sessions(session, person=person)
    own = await service.find_session(session, token=token)
    return sessions_view(found, own)


@account.delete("/sessions", status_code=204, responses=refusals(*OWN))
async def end_other_sessions(session: SessionDep, person: CurrentPerson, token: OwnSession) -> None:
    """Sign out everywhere else."""
    await service.end_other_sessions(session, person=person, token=token)


@account.delete(
    "/sessions/{session_id}",
    status_code=204,
    responses=refusals(*OWN, NotFound, SessionNotFound),
)
async def end_session(
    session_id: str, session: SessionDep, person: CurrentPerson, token: OwnSession
) -> None:
    """Sign one browser out."""
    await service.end_session(session, person=person, session_id=ids.parse("ses", session_id))


@account.get("/keys", responses=refusals(*OWN))
async def list_keys(session: SessionDep, person: CurrentPerson, token: OwnSession) -> KeysOut:
    """The person's API keys that were not revoked, newest first."""
    return keys_view(await service.list_keys(session, person_id=person.id))


@account.post("/keys", status_code=201, responses=refusals(*OWN))
async def add_key(
    body: NewKeyIn, session: SessionDep, person: CurrentPerson, token: OwnSession
) -> NewKeyOut:
    """A key for a program. It is shown this once."""
    admission = await service.admit_again(session, CollectionPoint.API, person_id=person.id)
    return NewKeyOut(
        key=await service.add_api_key(
            session,
            admission=admission,
            person_id=person.id,
            label=body.label,
            scopes=body.scopes,
            lasts=timedelta(days=body.days),
        )
    )


@account.delete("/keys/{key_id}", status_code=204, responses=refusals(*OWN, KeyNotFound, NotFound))
async def revoke_key(
    key_id: str, session: SessionDep, person: CurrentPerson, token: OwnSession
) -> None:
    """The key means nothing from the next request on."""
    await service.revoke_key(session, person_id=person.id, key_id=ids.parse("key", key_id))


@account.get("/security-log", responses=refusals(*OWN, Forbidden))
async def security_log(
    session: SessionDep,
    person: CurrentPerson,
    token: OwnSession,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> SecurityLogOut:
    """Sign-ins, refusals and grants, newest first; for operators. People are named by id."""
    found = await service.list_records(session, person=person, limit=limit, before=before)
    return security_log_view(found)

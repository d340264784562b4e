"""Signing in by a mail: a link that works once, or six digits to type where it was asked for.

Nothing that is asked looks for an account: it is made, or found, by whoever has read the mail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from uuid import UUID

from showfloor.identity.errors import AdultDeclarationRequired, TooManyAttempts
from showfloor.identity.types import Admission
from showfloor.kit import clock, ids, outbox, sealing
from showfloor.kit.db import Database, Session
from showfloor.kit.pace import Pace
from showfloor.kit.retention import kept_for
from showfloor.viewers import queries, rules
from showfloor.viewers.errors import SignInCodeWrong, SignInOver
from showfloor.viewers.events import SignInAsked
from showfloor.viewers.service.opening import begin_session, new_key, open_viewer
from showfloor.viewers.types import Entered, NewViewer, SignIn, SignInLetter, Viewer

KEPT_FOR = kept_for("sign_in_mail")
"""A mail server that is away for a while finds what it is to deliver."""


@dataclass(frozen=True, slots=True)
class Way:
    """What somebody shows of a mail: its link, or the code beside the name of the request.
    `asked_here`: the last request of the browser that shows it.
    """

    link: str | None = field(default=None, repr=False)
    sign_in_id: UUID | None = None
    code: str = field(default="", repr=False)
    asked_here: UUID | None = None


async def ask_sign_in(
    session: Session,
    pace: Pace,
    *,
    secret: str,
    admission: Admission,
    email: str,
    language: str,
    network: str,
) -> SignIn:
    """Have a mail sent to an address. Raises TooManyAttempts when it got many lately, whoever
    asked for them, or several that this network asked for.
    """
    now, address = clock.now(), email.lower()
    lookup = rules.lookup_of(secret, address)
    if seconds := pace.wait((network, lookup), rules.FROM_ONE_NETWORK, clock.monotonic()):
        raise TooManyAttempts(retry_after=seconds)
    await queries.lock_address(session, lookup)
    sent = await queries.mails_since(session, lookup, now - rules.MAILS_WITHIN)
    if len(sent) >= rules.MOST_MAILS:
        wait = sent[-rules.MOST_MAILS] + rules.MAILS_WITHIN - now
        raise TooManyAttempts(retry_after=max(1, ceil(wait.total_seconds())))
    sign_in_id = ids.new()
    asked = SignIn(
        id=sign_in_id,
        lookup=lookup,
        email=sealing.seal(secret, address, owner=sign_in_id.bytes),
        language=language,
        band=admission.band,
        declared_at=admission.declared_adult_at,
        created_at=now,
        expires_at=now + rules.SIGN_IN_LASTS,
    )
    await queries.add_sign_in(session, asked)
    await outbox.publish(session, SignInAsked(sign_in_id))
    return asked


async def find_letter(session: Session, *, secret: str, sign_in_id: UUID) -> SignInLetter | None:
    """What the mail says; None when it is of no use any more."""
    asked = await queries.find_sign_in(session, sign_in_id, clock.now())
    if asked is None:
        return None
    return SignInLetter(
        email=sealing.unseal(secret, asked.email, owner=asked.id.bytes),
        language=asked.language,
        code=rules.code_of(secret, asked.id),
        link=rules.link_of(secret, asked.id),
        asked_at=asked.created_at,
        expires_at=asked.expires_at,
    )


async def enter(
    database: Database,
    *,
    secret: str,
    way: Way,
    admission: Admission | None = None,
    browser: str,
    replaces: str | None = None,
) -> Entered:
    """A new session, and a new account where the address has none; the session of the token
    `replaces` ends. `admission`: of whoever shows the mail, where they said how old they are.

    Raises SignInOver, SignInCodeWrong, and AdultDeclarationRequired where a link would make an
    account for somebody who was not asked: it was asked for in another browser.

    A try is committed before it is judged: what was refused counts, too.
    """
    if way.link is not None:
        sign_in_id = rules.sign_in_of_link(secret, way.link)
    else:
        sign_in_id = way.sign_in_id
        await _take_try(database, secret, way)
    if sign_in_id is None:
        raise SignInOver
    async with database.session() as session:
        used = await queries.use_sign_in(session, sign_in_id, clock.now())
        if used is None:
            raise SignInOver
        viewer, is_new = await _viewer_of(session, secret, used, admission)
        if is_new and not _was_asked(way, used, admission):
            raise AdultDeclarationRequired
        return await begin_session(session, viewer, browser=browser, replaces=replaces)


async def _take_try(database: Database, secret: str, way: Way) -> None:
    if way.sign_in_id is None:
        raise SignInOver
    async with database.session() as session:
        may = await queries.take_try(session, way.sign_in_id, rules.MOST_TRIES, clock.now())
    if not may:
        raise SignInOver
    if not rules.is_code(secret, way.sign_in_id, way.code):
        raise SignInCodeWrong


def _was_asked(way: Way, used: SignIn, admission: Admission | None) -> bool:
    """Whether the person said how old they are. A code is typed where it was asked for: nobody else
    knows the name of the request.
    """
    return admission is not None or way.link is None or way.asked_here == used.id


async def _viewer_of(
    session: Session, secret: str, asked: SignIn, admission: Admission | None
) -> tuple[Viewer, bool]:
    """Made where there is none, and whether it was. What the person says now counts before what was
    said when the mail was asked for.
    """
    viewer_id = ids.new()
    email = sealing.unseal(secret, asked.email, owner=asked.id.bytes)
    key, sealed_key = new_key(secret, viewer_id)
    new = NewViewer(
        id=viewer_id,
        lookup=asked.lookup,
        email=sealing.seal(key, email, owner=viewer_id.bytes),
        language=asked.language,
        band=admission.band if admission else asked.band,
        declared_at=admission.declared_adult_at if admission else asked.declared_at,
        created_at=clock.now(),
    )
    if await queries.add_viewer(session, new, sealed_key):
        return open_viewer(secret, new, sealed_key), True
    found = await queries.viewer_of_lookup(session, asked.lookup)
    if found is None:
        # Erased between the two statements: whoever asks again gets a new account.
        raise SignInOver
    return open_viewer(secret, *found), False


async def forget_old_sign_ins(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_sign_ins_before(session, clock.now() - KEPT_FOR)

"""Signing in, keys, and the one door."""

from __future__ import annotations

import asyncio

import pytest

from showfloor.identity import queries
from showfloor.identity import service as identity
from showfloor.identity.eraser import ERASER
from showfloor.identity.errors import AdultDeclarationRequired, EmailTaken, SignInFailed
from showfloor.identity.service import passwords
from showfloor.identity.service.passwords import Lane
from showfloor.identity.types import (
    CollectionPoint,
    GrantKind,
    Person,
    SecurityEvent,
    SignedIn,
)
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.privacy.types import Subject
from tests.conftest import PRODUCT_NOBODY
from tests.waiting import bounded

guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
EMAIL, PASSWORD = "lina@example.com", "correct horse"


async def _add(database: Database) -> None:
    async with database.session() as session:
        admission = identity.admit(CollectionPoint.ACCOUNT, adult=True)
        await identity.add_person(
            session, admission=admission, email=EMAIL, name="Lina", password=PASSWORD
        )


@pytest.mark.parametrize("declared", [None, False, "true", 1])
@pytest.mark.parametrize("door", list(CollectionPoint))
def test_every_door_asks_for_the_declaration(door: CollectionPoint, declared: object) -> None:
    with pytest.raises(AdultDeclarationRequired):
        identity.admit(door, adult=declared)  # type: ignore[arg-type] # what a careless caller might pass


async def test_right_password_opens_a_session(database: Database) -> None:
    await _add(database)

    signed_in = await identity.sign_in(
        database,
        admission=identity.admit(CollectionPoint.STUDIO_SIGN_IN, adult=True),
        email=" Lina@Example.com",
        password=PASSWORD,
    )
    async with database.session() as session:
        person = await identity.person_of_session(session, signed_in.token)

    assert person is not None and person.name == "Lina"


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD)]
)
async def test_wrong_sign_in_is_refused(database: Database, email: str, password: str) -> None:
    await _add(database)

    with pytest.raises(SignInFailed):
        await identity.sign_in(
            database,
            admission=identity.admit(CollectionPoint.STUDIO_SIGN_IN, adult=True),
            email=email,
            password=password,
        )


async def test_session_ends_with_signing_out(database: Database) -> None:
    await _add(database)
    admission = identity.admit(CollectionPoint.STUDIO_SIGN_IN, adult=True)
    signed_in = await identity.sign_in(
        database, admission=admission, email=EMAIL, password=PASSWORD
    )
    async with database.session() as session:
        await identity.sign_out(session, token=signed_in.token)

        assert await identity.person_of_session(session, signed_in.token) is None


async def test_address_is_given_once(database: Database) -> None:
    await _add(database)

    with pytest.raises(EmailTaken):
        await _add(database)


async def test_erased_person_is_gone_and_cannot_sign_in(database: Database) -> None:
    await _add(database)
    async with database.session() as session:
        assert await ERASER.erase(session, Subject(EMAIL)) == 1

    async with database.pool.connection() as connection:
        rows = str(await (await connection.execute("select person::text from person")).fetchall())
    assert EMAIL not in rows and "Lina" not in rows


async def test_sign_ins_that_wait_hold_no_connection(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers at once, more than may wait: some are sent away, and the one or two connections
    there are stay free for the shows.
    """
    monkeypatch.setattr(passwords, "STRANGERS", passwords.Lane(at_once=2, most_waiting=3))
    # The product's cost: with the tests' own nobody would ever wait.
    monkeypatch.setattr(passwords, "NOBODY", PRODUCT_NOBODY)
    small = Database(database_url, size=1)
    admission = identity.admit(CollectionPoint.STUDIO_SIGN_IN, adult=True)
    storm = [
        asyncio.create_task(
            identity.sign_in(
                small,
                admission=admission,
                email=f"{number}@example.com",
                password="x",
                client=str(number),
            )
        )
        for number in range(12)
    ]
    done, waiting = await asyncio.wait(storm, return_when=asyncio.FIRST_COMPLETED)

    async with small.session() as session:
        assert await identity.person_of_session(session, "nobody") is None
    refused = {
        type(error).__name__
        for error in await asyncio.gather(*done, *waiting, return_exceptions=True)
    }

    assert refused == {"TooManyAttempts", "SignInFailed"}
    await small.close()


class Paused(Lane):
    """A lane that holds its answer back until the test says so."""

    def __init__(self) -> None:
        super().__init__(at_once=2, most_waiting=40)
        self.compared, self.go_on = asyncio.Event(), asyncio.Event()

    async def verify(self, password: str, hashed: str, client: str) -> bool:
        answer = await super().verify(password, hashed, client)
        self.compared.set()
        await self.go_on.wait()
        return answer


async def _find(database: Database) -> Person:
    async with database.session() as session:
        return await identity.find_person(session, email=EMAIL)


@guarded
async def test_password_that_is_replaced_while_it_is_compared_opens_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """A thief signs in at the moment at which the operator sets another password."""
    if not guard:
        monkeypatch.setattr(queries, "lock_password", _always)
    await _add(database)
    person = await _find(database)
    monkeypatch.setattr(passwords, "STRANGERS", lane := Paused())
    thief = asyncio.create_task(
        identity.sign_in(
            database,
            admission=identity.admit(CollectionPoint.STUDIO_SIGN_IN, adult=True),
            email=EMAIL,
            password=PASSWORD,
        )
    )
    async with bounded():
        await lane.compared.wait()
    async with database.session() as session:
        await identity.set_password(session, person=person, password="another long password")
    lane.go_on.set()

    (end,) = await asyncio.gather(thief, return_exceptions=True)

    assert isinstance(end, SignInFailed if guard else SignedIn)
    async with database.session() as session:
        open_sessions = await identity.list_sessions(session, person=person)
        log = await identity.list_records(session, person=identity.operator(), limit=1)
    assert len(open_sessions) == (0 if guard else 1)
    assert log[0].event is (SecurityEvent.SIGN_IN_REFUSED if guard else SecurityEvent.SIGNED_IN)


async def _always(*_: object) -> bool:
    return True


async def test_password_of_the_operator_is_not_replaced_by_a_change_under_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _add(database)
    person = await _find(database)
    monkeypatch.setattr(passwords, "KNOWN", lane := Paused())
    thief = asyncio.create_task(
        identity.change_password(
            database,
            person=person,
            token="stolen",
            client="thief",
            current=PASSWORD,
            new="a password of the thief",
        )
    )
    async with bounded():
        await lane.compared.wait()
    async with database.session() as session:
        await identity.set_password(session, person=person, password="another long password")
        kept = await queries.password_of(session, EMAIL)
    lane.go_on.set()

    with pytest.raises(SignInFailed):
        await thief
    async with database.session() as session:
        assert await queries.password_of(session, EMAIL) == kept


async def test_refused_sign_in_of_somebody_disabled_stands_in_the_log(database: Database) -> None:
    await _add(database)
    person = await _find(database)
    async with database.session() as session:
        await identity.disable(session, person_id=person.id)

    with pytest.raises(SignInFailed):
        await identity.sign_in(
            database,
            admission=identity.admit(CollectionPoint.STUDIO_SIGN_IN, adult=True),
            email=EMAIL,
            password=PASSWORD,
        )

    async with database.session() as session:
        log = await identity.list_records(session, person=identity.operator(), limit=1)
    assert (log[0].event, log[0].person_id) == (SecurityEvent.SIGN_IN_REFUSED, person.id)


async def test_person_with_two_creators_hosts_as_the_older_one(database: Database) -> None:
    await _add(database)
    person, older, newer = await _find(database), ids.new(), ids.new()
    for creator in (newer, older):
        async with database.session() as session:
            await identity.grant(
                session, person_id=person.id, kind=GrantKind.CREATOR, subject_id=creator
            )

    assert (await _find(database)).creator_id == older


async def test_declaration_of_an_account_is_read_and_not_made_up(database: Database) -> None:
    async with database.session() as session:
        declared = identity.admit(CollectionPoint.ACCOUNT, adult=True)
        person_id = await identity.add_person(
            session, admission=declared, email=EMAIL, name="Lina", password=PASSWORD
        )

        again = await identity.admit_again(session, CollectionPoint.API, person_id=person_id)

        assert again.declared_adult_at == declared.declared_adult_at
        with pytest.raises(AdultDeclarationRequired):
            await identity.admit_again(session, CollectionPoint.API, person_id=ids.new())

"""Shows, their shelf, their cues and their signal, on a real database; the media server is its
adapter's fake.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from showfloor.identity import service as identity
from showfloor.identity.types import Person
from showfloor.kit import clock
from showfloor.kit.db import Database, Session
from showfloor.media import service as media
from showfloor.media.errors import NotLive
from showfloor.media.types import IngestState
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.shows.errors import (
    NotAllowedInState,
    ProductNotInShow,
    ProductNotSellable,
    ShowNotFound,
    SignalMissing,
    SkuConflict,
    SlugTaken,
    TooManyPins,
)
from showfloor.shows.schemas import NewShow
from showfloor.shows.types import ShowState
from tests.people import (
    FakeStreaming,
    Floor,
    add_floor,
    add_floor_on_air,
    add_host,
    add_key,
    add_product,
    add_seller,
    pin,
    report,
)

SECRET = "s" * 32


async def test_show_without_signal_does_not_go_live(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)

    with pytest.raises(SignalMissing):
        async with database.session() as session:
            await shows.go_live(session, person=floor.host, show_id=floor.show.id)

    async with database.session() as session:
        assert (await shows.get_show(session, floor.show.id)).state is ShowState.DRAFT


async def test_encoder_without_a_picture_does_not_go_live(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        await shows.note_ingest(
            session, report=report(floor.show, IngestState.CONNECTED), secret=SECRET
        )

    with pytest.raises(SignalMissing):
        async with database.session() as session:
            await shows.go_live(session, person=floor.host, show_id=floor.show.id)

    async with database.session() as session:
        assert (await shows.get_show(session, floor.show.id)).state is ShowState.DRAFT
        seen = await media.get_ingest(session, floor.show.id)
    assert seen.state is IngestState.CONNECTED and seen.health is not None


async def test_encoder_that_connects_neither_interrupts_nor_resumes(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        states = []
        for state in (
            IngestState.CONNECTED,
            IngestState.LOST,
            IngestState.CONNECTED,
            IngestState.PUBLISHING,
        ):
            answer = await shows.note_ingest(
                session, report=report(floor.show, state), secret=SECRET
            )
            assert answer is not None
            states.append(answer.state)

    assert states == ["live", "interrupted", "interrupted", "live"]


async def test_room_hears_that_the_show_is_live(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        entries = (await realtime.snapshot(session, floor.show.id)).entries

    assert entries["show"]["state"] == "live"
    assert {key.split("/")[0] for key in entries} == {"show", "product"}


async def test_lost_signal_interrupts_and_its_return_resumes(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)

        answer = await shows.note_ingest(
            session, report=report(floor.show, IngestState.LOST), secret=SECRET
        )
        assert answer is not None and answer.state == "interrupted"

        answer = await shows.note_ingest(
            session, report=report(floor.show, IngestState.PUBLISHING), secret=SECRET
        )
        assert answer is not None and answer.state == "live"


async def test_pin_is_stamped_by_the_media_server(database: Database) -> None:
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        cue = await pin(session, floor, streaming)
        timeline = await shows.list_timeline(
            session, show_id=floor.show.id, at=streaming.media_time
        )

    assert cue.start == streaming.media_time
    assert timeline == [cue]


async def test_fourth_pin_is_refused_and_nothing_changes(database: Database) -> None:
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        for _ in range(3):
            await pin(session, floor, streaming)

    with pytest.raises(TooManyPins):
        async with database.session() as session:
            await pin(session, floor, streaming, 1)

    async with database.session() as session:
        assert len(await shows.list_timeline(session, show_id=floor.show.id)) == 3


async def test_pin_that_replaces_ends_the_others_at_the_same_instant(database: Database) -> None:
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        first = await pin(session, floor, streaming)
        streaming.advance(5)
        second = await shows.pin(
            session,
            moment=streaming.now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[1].id,
            replace_others=True,
        )
        on_screen = await shows.list_timeline(
            session, show_id=floor.show.id, at=streaming.media_time
        )
        before = await shows.list_timeline(session, show_id=floor.show.id, at=first.start)

    assert [cue.id for cue in on_screen] == [second.id]
    assert [cue.id for cue in before] == [first.id]


async def test_pin_without_signal_is_refused_and_nothing_changes(database: Database) -> None:
    streaming = FakeStreaming()
    streaming.publishing = False
    async with database.session() as session:
        floor = await add_floor_on_air(session)

    with pytest.raises(NotLive):
        async with database.session() as session:
            await pin(session, floor, streaming)

    async with database.session() as session:
        assert await shows.list_timeline(session, show_id=floor.show.id) == []


async def test_ending_a_cue_twice_keeps_its_first_end(database: Database) -> None:
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        cue = await pin(session, floor, streaming)
        streaming.advance(2)
        ended = await shows.end_cue(session, moment=streaming.now, person=floor.host, cue_id=cue.id)
        streaming.advance(2)
        again = await shows.end_cue(session, moment=streaming.now, person=floor.host, cue_id=cue.id)

    assert again == ended


async def test_end_of_the_show_ends_its_cues(database: Database) -> None:
    streaming = FakeStreaming()
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        await pin(session, floor, streaming)
        await shows.end_show(session, person=floor.host, show_id=floor.show.id)
        timeline = await shows.list_timeline(session, show_id=floor.show.id)

    assert [cue.end is not None for cue in timeline] == [True]


async def test_ended_show_takes_no_products(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        await shows.end_show(session, person=floor.host, show_id=floor.show.id)

    with pytest.raises(NotAllowedInState):
        async with database.session() as session:
            await shows.remove_product(
                session,
                moment=FakeStreaming().now,
                person=floor.host,
                show_id=floor.show.id,
                product_id=floor.products[0].id,
            )


async def test_foreign_show_is_not_found(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        stranger = await add_host(session)

    with pytest.raises(ShowNotFound):
        async with database.session() as session:
            await shows.end_show(session, person=stranger, show_id=floor.show.id)


async def test_pin_of_a_product_outside_the_show_is_refused(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        other = await add_product(session, floor.sellers[0], "vase")

    with pytest.raises(ProductNotInShow):
        async with database.session() as session:
            await shows.pin(
                session,
                moment=FakeStreaming().now,
                person=floor.host,
                show_id=floor.show.id,
                product_id=other.id,
            )


async def test_product_of_a_merchant_without_agreement_is_refused(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        stranger = await add_seller(session, "stranger")
        lamp = await add_product(session, stranger, "lamp")

    with pytest.raises(ProductNotSellable):
        async with database.session() as session:
            await shows.add_product(
                session, person=floor.host, show_id=floor.show.id, product_id=lamp.id
            )


async def test_same_sku_of_two_merchants_in_one_show_is_refused(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        twin = await add_product(session, floor.sellers[1], "twin", skus=("MUG-1",))

    with pytest.raises(SkuConflict):
        async with database.session() as session:
            await shows.add_product(
                session, person=floor.host, show_id=floor.show.id, product_id=twin.id
            )


async def test_chosen_slug_is_given_once(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)

    with pytest.raises(SlugTaken):
        async with database.session() as session:
            await shows.create_show(
                session,
                person=floor.host,
                new=NewShow(title=floor.show.title, market="gb", slug=floor.show.slug),
            )


async def test_show_of_every_week_gets_an_address_of_its_own(database: Database) -> None:
    tuesday = datetime(2026, 11, 24, 18, tzinfo=UTC)
    with clock.use(lambda: tuesday - timedelta(days=30)):
        plans = [
            NewShow(title={"en": "Weekly edit", "ar": "مختارات"}, market="gb", starts_at=starts_at)
            for starts_at in (tuesday, tuesday, tuesday, None)
        ]
    async with database.session() as session:
        floor = await add_floor(session)
        made = [await shows.create_show(session, person=floor.host, new=plan) for plan in plans]

    assert [show.slug for show in made[:2]] == ["weekly-edit", "weekly-edit-2026-11-24"]
    assert len({show.slug for show in made}) == 4
    assert all(show.slug.startswith("weekly-edit-") for show in made[1:])


async def sign_in_of(session: Session, floor: Floor) -> UUID:
    """A key of the host's."""
    await add_key(session, floor.host)
    (key,) = await identity.list_keys(session, person_id=floor.host.id)
    return key.id


@pytest.mark.parametrize("checked", [True, False])
async def test_ticket_ends_with_the_sign_in_that_asked_for_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, checked: bool
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        sign_in = await sign_in_of(session, floor)

        async def host_for_ever(*_: object) -> Person:
            return floor.host

        async def open_for_ever(*_: object) -> bool:
            return True

        if not checked:
            # The ticket's own check, and that of the role behind it.
            monkeypatch.setattr(identity, "is_sign_in_open", open_for_ever)
            monkeypatch.setattr(identity, "person_of_sign_in", host_for_ever)
        ticket = media.issue_ticket(SECRET, floor.show.id, sign_in)
        await identity.revoke_key(session, person_id=floor.host.id, key_id=sign_in)

        answer = await shows.admit_publisher(session, stream_key=ticket.text, secret=SECRET)

    refused = answer.refusal.code if answer.refusal else None
    assert refused == ("publish_ticket_expired" if checked else None)


async def test_ticket_admits_for_a_minute_and_outlives_a_new_stream_key(
    database: Database,
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        ticket = media.issue_ticket(SECRET, floor.show.id, await sign_in_of(session, floor))
        later = clock.now() + timedelta(seconds=61)

        admitted = await shows.admit_publisher(session, stream_key=ticket.text, secret=SECRET)
        foreign = await shows.admit_publisher(session, stream_key=ticket.text, secret="t" * 32)
        with clock.use(lambda: later):
            late = await shows.admit_publisher(session, stream_key=ticket.text, secret=SECRET)
        await media.issue_stream_key(session, floor.show.id)
        let_go = await media.is_key_revoked(session, floor.show.id, admitted.key_id)

    assert admitted.refusal is None and admitted.show is not None
    assert (admitted.show.id, let_go) == (floor.show.id, False)
    assert foreign.refusal is not None and foreign.refusal.code == "stream_key_unknown"
    assert late.refusal is not None and late.refusal.code == "publish_ticket_expired"


async def test_valid_key_admits_and_the_old_one_is_refused_with_a_reason(
    database: Database,
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        old = await media.issue_stream_key(session, floor.show.id)
        new = await media.issue_stream_key(session, floor.show.id)

        admitted = await shows.admit_publisher(session, stream_key=new, secret=SECRET)
        refused = await shows.admit_publisher(session, stream_key=old, secret=SECRET)
        unknown = await shows.admit_publisher(session, stream_key="sk_nothing", secret=SECRET)
        seen = await media.get_ingest(session, floor.show.id)

    assert admitted.refusal is None
    assert refused.refusal is not None and refused.refusal.code == "stream_key_revoked"
    assert unknown.refusal is not None and unknown.refusal.code == "stream_key_unknown"
    assert [refusal.code for refusal in seen.refusals] == ["stream_key_revoked"]
    assert seen.key_hint == new[-4:]


async def test_publisher_has_to_go_when_its_key_is_replaced_whatever_the_clocks_say(
    database: Database,
) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        now = report(floor.show, IngestState.PUBLISHING)
        asked = []
        for _ in range(2):
            key = await media.issue_stream_key(session, floor.show.id)
            asked.append(
                (await shows.admit_publisher(session, stream_key=key, secret=SECRET)).key_id
            )
        lines = [
            replace(now, key_id=asked[0], since=now.since + timedelta(hours=1)),
            replace(now, key_id=asked[1], since=now.since - timedelta(hours=1)),
            replace(now, key_id=None),
        ]
        answers = [await shows.note_ingest(session, report=line, secret=SECRET) for line in lines]

    assert [answer and answer.key_revoked for answer in answers] == [True, False, False]
    assert key not in str(asked)


async def test_key_of_an_ended_show_is_refused(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        key = await media.issue_stream_key(session, floor.show.id)
        await shows.end_show(session, person=floor.host, show_id=floor.show.id)

        answer = await shows.admit_publisher(session, stream_key=key, secret=SECRET)

    assert answer.refusal is not None and answer.refusal.code == "show_ended"


async def test_stream_key_is_nowhere_in_the_database(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor(session)
        key = await media.issue_stream_key(session, floor.show.id)

    async with database.pool.connection() as connection:
        cursor = await connection.execute("select stream_key::text from stream_key")
        stored = str(await cursor.fetchall())

    assert key not in stored

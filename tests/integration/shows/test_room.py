"""What stands in a room is what the API's description promises, no more and no less."""

from __future__ import annotations

from showfloor.catalog.schemas import ProductOut
from showfloor.kit.db import Database
from showfloor.realtime import service as realtime
from showfloor.shows import service as shows
from showfloor.shows.schemas import CueOut, RoomShow
from tests.people import FakeStreaming, add_floor_on_air

MODELS = {"show": RoomShow, "product": ProductOut, "cue": CueOut}


async def test_every_entry_of_a_room_is_the_described_one(database: Database) -> None:
    async with database.session() as session:
        floor = await add_floor_on_air(session)
        await shows.pin(
            session,
            moment=FakeStreaming().now,
            person=floor.host,
            show_id=floor.show.id,
            product_id=floor.products[0].id,
        )

        entries = (await realtime.snapshot(session, floor.show.id)).entries

    kinds = [key.partition("/")[0] for key in entries]
    assert sorted(kinds) == ["cue", "product", "product", "show"]
    for kind, value in zip(kinds, entries.values(), strict=True):
        assert MODELS[kind].model_validate(value).model_dump(mode="json") == value

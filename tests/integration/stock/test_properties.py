"""Stock against a model of it, in any order of events; and in any interleaving, where only the
invariants can be told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from showfloor.catalog.types import Product
from showfloor.kit import ids
from showfloor.kit.db import Connection, Database
from showfloor.kit.errors import AppError
from showfloor.stock import service, tasks
from showfloor.stock.errors import HoldExpired, HoldSettled, SoldOut
from tests.integration.checkout.shop import (
    add_product,
    add_seller,
    let_expire,
    line,
    scalar,
    stock_now,
    take,
)

ON_HAND = 4
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 3), st.integers(0, 3)).filter(
            lambda deed: deed[1] + deed[2] > 0
        ),
        st.tuples(st.sampled_from(["release", "expire", "extend", "settle"]), st.integers(0, 7)),
        st.tuples(st.just("worker")),
    ),
    max_size=16,
)
lively = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class ModelHold:
    pieces: dict[int, int]
    expired: bool = False
    state: dict[int, str] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return set(self.state.values()) == {"held"}


@dataclass
class Model:
    """What stock should be: two variants, A and B."""

    holds: list[ModelHold] = field(default_factory=list)

    def count(self, variant: int, state: str) -> int:
        return sum(hold.pieces[variant] for hold in self.holds if hold.state.get(variant) == state)

    def available(self, variant: int) -> int:
        return ON_HAND - self.count(variant, "held") - self.count(variant, "settled")

    def take(self, pieces: dict[int, int]) -> bool:
        short = [
            variant for variant, quantity in pieces.items() if self.available(variant) < quantity
        ]
        expired = [hold for hold in self.holds if hold.expired]
        back = {
            variant: sum(
                hold.pieces[variant] for hold in expired if hold.state.get(variant) == "held"
            )
            for variant in short
        }
        if any(self.available(variant) + back[variant] < pieces[variant] for variant in short):
            return False
        for hold in expired:
            hold.state.update(
                {variant: "released" for variant in short if hold.state.get(variant) == "held"}
            )
        self.holds.append(ModelHold(pieces, state=dict.fromkeys(pieces, "held")))
        return True

    def move(self, hold: ModelHold, to: str) -> None:
        hold.state.update({variant: to for variant, state in hold.state.items() if state == "held"})


async def settle(connection: Connection, hold_id: UUID) -> None:
    hold = await service.lock_hold(connection, hold_id)
    assert hold is not None
    await service.settle(connection, hold)


async def extend(connection: Connection, hold: UUID) -> None:
    await service.ask_extended(connection, hold).answer()


@dataclass
class Real:
    database: Database
    product: Product
    show: UUID
    holds: list[UUID] = field(default_factory=list)

    async def take(self, pieces: dict[int, int]) -> bool:
        lines = [line(self.product, quantity, variant) for variant, quantity in pieces.items()]
        try:
            self.holds.append((await take(self.database, *lines, scope=self.show)).id)
        except SoldOut:
            return False
        return True

    async def do(self, deed: str, hold: UUID) -> bool:
        """Whether it was allowed."""
        if deed == "expire":
            await let_expire(self.database, hold)
            return True
        use_case: Any = {
            "release": service.release,
            "extend": extend,
            "settle": settle,
        }[deed]
        try:
            async with self.database.transaction() as session:
                await use_case(session, hold)
        except (HoldExpired, HoldSettled):
            return False
        return True

    async def check(self) -> None:
        """The invariants that hold in every interleaving."""
        for variant in range(2):
            stock = await stock_now(self.database, self.product, variant)
            lines = (
                "select coalesce(sum(quantity), 0) from hold_line where variant_id = :variant "
                "and state = :state"
            )
            variant_id = self.product.variants[variant].id
            assert stock.held == await scalar(
                self.database, lines, variant=variant_id, state="held"
            )
            assert stock.sold == await scalar(
                self.database, lines, variant=variant_id, state="settled"
            )
            assert stock.held >= 0 and stock.sold >= 0 and stock.held + stock.sold <= stock.on_hand


async def fresh(database: Database) -> Real:
    seller = await add_seller(database, f"s-{ids.new().hex}")
    product = await add_product(
        database, seller, (f"A-{ids.new().hex}", f"B-{ids.new().hex}"), on_hand=ON_HAND
    )
    return Real(database, product, ids.new())


def wanted(deed: tuple[Any, ...]) -> dict[int, int]:
    return {variant: quantity for variant, quantity in enumerate(deed[1:]) if quantity}


def allowed(deed: str, hold: ModelHold) -> bool:
    if deed == "settle":
        return hold.held
    if deed == "extend":
        return hold.held and not hold.expired
    return not (deed == "release" and set(hold.state.values()) == {"settled"})


@lively
@given(deeds)
async def test_stock_is_what_the_model_says(
    database: Database, deeds: list[tuple[Any, ...]]
) -> None:
    real, model = await fresh(database), Model()

    for deed in deeds:
        if deed[0] == "take":
            assert await real.take(wanted(deed)) == model.take(wanted(deed))
        elif deed[0] == "worker":
            await tasks.release_expired(database)
            for hold in model.holds:
                if hold.expired:
                    model.move(hold, "released")
        elif model.holds:
            place = deed[1] % len(model.holds)
            hold = model.holds[place]
            may = allowed(deed[0], hold)
            assert await real.do(deed[0], real.holds[place]) == may
            if deed[0] == "expire":
                hold.expired = True
            elif may and deed[0] != "extend":
                model.move(hold, "released" if deed[0] == "release" else "settled")
        for variant in range(2):
            stock = await stock_now(database, real.product, variant)
            assert (stock.held, stock.sold) == (
                model.count(variant, "held"),
                model.count(variant, "settled"),
            )


@lively
@given(deeds, deeds)
async def test_stock_keeps_its_invariant_in_any_interleaving(
    database: Database, before: list[tuple[Any, ...]], at_once: list[tuple[Any, ...]]
) -> None:
    real = await fresh(database)
    for deed in before:
        if deed[0] == "take":
            await real.take(wanted(deed))
    for place, hold in enumerate(real.holds):
        if place % 2:
            await let_expire(database, hold)

    answers = await asyncio.gather(*(_deed(real, deed) for deed in at_once), return_exceptions=True)

    assert [
        answer
        for answer in answers
        if isinstance(answer, BaseException) and not isinstance(answer, AppError)
    ] == []
    await real.check()
    await tasks.release_expired(database)
    await real.check()


def _deed(real: Real, deed: tuple[Any, ...]) -> Awaitable[Any]:
    if deed[0] == "take":
        return real.take(wanted(deed))
    if deed[0] == "worker" or not real.holds:
        return tasks.release_expired(real.database)
    return real.do(deed[0], real.holds[deed[1] % len(real.holds)])

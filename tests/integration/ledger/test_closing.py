"""The books of a month close, and what was printed of it stays true."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from showfloor.identity.http import get_caller, get_person
from showfloor.kit import clock
from showfloor.ledger import rules
from showfloor.ledger.rules import periods
from tests.integration.ledger.conftest import PRICE, Shop, refund_one


async def _statement(shop: Shop, period: str) -> dict[str, Any]:
    answer: dict[str, Any] = await shop.get(f"/statements?period={period}")
    return answer


async def _statement_at(shop: Shop, period: str, moment: datetime) -> dict[str, Any]:
    with clock.use(lambda: moment):
        return await _statement(shop, period)


async def _refunded_at_the_end(shop: Shop) -> tuple[str, datetime]:
    """A sale that the books know, and a refund in the last hour of this month that they do not; the
    month, and its end.
    """
    period = f"{clock.now():%Y-%m}"
    until = rules.month(period)[1]
    with clock.use(lambda: until - timedelta(hours=1)):
        desk = await shop.buy()
        await shop.hear()
        await refund_one(desk)
    return period, until


def _kinds(answer: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in answer["statements"][0]["movements"]]


async def test_refund_that_comes_while_the_books_are_open_counts_in_its_month(shop: Shop) -> None:
    period, until = await _refunded_at_the_end(shop)

    with clock.use(lambda: until + timedelta(days=2, hours=23)):
        await shop.hear()
        month = await _statement(shop, period)

    assert "refund" in _kinds(month)
    assert not month["is_final"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_refund_that_comes_after_a_month_was_closed_changes_nothing_of_it(
    shop: Shop, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guard:
        monkeypatch.setattr(periods, "CLOSES_AFTER", timedelta(days=365))
    period, until = await _refunded_at_the_end(shop)
    following = f"{until:%Y-%m}"
    late = until + timedelta(days=4)
    with clock.use(lambda: late):
        printed = await _statement(shop, period)
        await shop.hear()

        month, next_month = await _statement(shop, period), await _statement(shop, following)

    if not guard:
        assert month != printed
        return
    assert month == printed and month["is_final"] and "refund" not in _kinds(month)
    assert _kinds(next_month) == ["refund", "platform_fee_back"]
    assert next_month["statements"][0]["opening"] == month["statements"][0]["closing"]


async def test_entry_says_when_it_happened_and_from_when_it_counts(shop: Shop) -> None:
    _, until = await _refunded_at_the_end(shop)
    late = until + timedelta(days=4)
    with clock.use(lambda: late):
        await shop.hear()
        listed = (await shop.get("/ledger/entries"))["items"]
        app = shop.counter.app
        app.dependency_overrides[get_caller] = app.dependency_overrides[get_person]
        file = await shop.counter.client.get(f"/statements/{until:%Y-%m}/entries")

    refund = next(each for each in listed if each["kind"] == "refund")
    assert datetime.fromisoformat(refund["at"]) == until - timedelta(hours=1)
    assert datetime.fromisoformat(refund["posted_at"]) == late
    assert {each["posted_at"] for each in listed if each["kind"] == "payment"} == {None}
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert (rows[0]["what"], rows[0]["amount"]) == ("refund", f"-{PRICE / 100:.2f}")
    assert {datetime.fromisoformat(row["posted_at"]) for row in rows} == {
        late.replace(microsecond=0)
    }


async def test_statement_is_final_an_hour_after_the_books_closed(shop: Shop) -> None:
    period, until = await _refunded_at_the_end(shop)
    final_at = until + timedelta(days=3, hours=1)

    found = []
    for moment in (until, final_at - timedelta(seconds=1), final_at):
        found.append(await _statement_at(shop, period, moment))

    assert {datetime.fromisoformat(each["final_at"]) for each in found} == {final_at}
    assert [each["is_final"] for each in found] == [False, False, True]

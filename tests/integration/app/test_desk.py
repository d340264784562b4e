"""The merchant's desk as a page: where it is, and what it may do."""

from __future__ import annotations

import httpx2
import pytest

BROWSER = {"Accept": "text/html"}


@pytest.mark.parametrize("path", ["/desk", "/desk/orders/ord_1"])
async def test_desk_is_a_page_that_asks_for_no_camera(
    client: httpx2.AsyncClient, path: str
) -> None:
    studio = await client.get("/studio", headers=BROWSER)
    desk = await client.get(path, headers=BROWSER)

    assert "<title>Desk" in desk.text and "showfloor-studio" in desk.text
    assert "camera=()" in desk.headers["permissions-policy"]
    assert "camera=()" not in studio.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("before", "now"),
    [("/studio/orders", "/desk"), ("/studio/orders/ord_1", "/desk/orders/ord_1")],
)
async def test_orders_are_found_where_they_stood_before(
    client: httpx2.AsyncClient, before: str, now: str
) -> None:
    answer = await client.get(before, headers=BROWSER)

    assert (answer.status_code, answer.headers["location"]) == (308, now)

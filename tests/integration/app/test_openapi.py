"""What FastAPI does not see stands in the OpenAPI document nevertheless, and every reference leads
somewhere.
"""

from __future__ import annotations

import asyncio
import json
import re

import httpx2

from tests.described import document


def test_hold_route_and_room_are_described() -> None:
    described = document()

    hold = described["paths"]["/api/v1/shows/{show_id}/holds"]["post"]
    assert hold["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/HoldIn"
    }
    assert hold["responses"]["201"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/HoldOut"
    }
    room = described["paths"]["/rooms/{show_id}/events"]["get"]["responses"]["200"]["content"]
    assert set(re.findall(r"schemas/(\w+)", json.dumps(room))) == {
        "RoomSnapshot",
        "RoomChange",
        "RoomState",
        "RoomMessage",
        "RoomMessageGone",
    }


def test_every_reference_leads_somewhere() -> None:
    described = document()

    models = described["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described))) <= set(models)
    schemes = {
        name
        for path in described["paths"].values()
        for route in path.values()
        if isinstance(route, dict)
        for need in route.get("security", [])
        for name in need
    }
    assert schemes == set(described["components"]["securitySchemes"])


def test_every_refusal_is_described_as_one() -> None:
    """A route without `refusals(…)` would promise FastAPI's own 422, which nobody sends."""
    assert "HTTPValidationError" not in document()["components"]["schemas"]


async def test_document_is_served_to_who_asks_for_it_at_once(client: httpx2.AsyncClient) -> None:
    one, other = await asyncio.gather(*[client.get("/api/v1/openapi.json") for _ in range(2)])

    assert one.content == other.content
    assert one.json()["paths"].keys() == document()["paths"].keys()

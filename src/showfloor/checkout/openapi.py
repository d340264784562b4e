"""The OpenAPI text of the hold route, which stands on plain Starlette."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from showfloor.checkout.schemas import HoldOut, HoldWish

PATH = "/api/v1/shows/{show_id}/holds"
_REF = "#/components/schemas/{model}"


def add_hold_route(document: dict[str, Any]) -> None:
    """Write the route and its models into an OpenAPI 3.1 document."""
    modes, definitions = models_json_schema([(HoldWish, "validation"), (HoldOut, "serialization")], ref_template=_REF)
    document.setdefault("components", {}).setdefault("schemas", {}).update(definitions["$defs"])
    wish, hold = modes[HoldWish, "validation"], modes[HoldOut, "serialization"]
    document["paths"].setdefault(PATH, {})["post"] = {
        "tags": ["buying"],
        "summary": "Hold Goods",
        "description": "Hold goods of a show at today's price for as long as the deadline says: all or nothing.",
        "operationId": "hold_goods",
        "security": [{}, {"HTTPBearer": []}],
        "parameters": [
            {"name": "show_id", "in": "path", "required": True, "schema": {"type": "string"}},
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 16, "maxLength": 255},
                "description": "the same key and body get the first answer again",
            },
            {
                "name": "Authorization",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": "Bearer and the token of an earlier hold of the same guest: limits count together",
            },
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": wish}}},
        "responses": {
            "201": {"description": "Held", "content": {"application/json": {"schema": hold}}},
            "400": _problem("idempotency_key_required"),
            "401": _problem("hold_token_invalid"),
            "404": _problem("show_not_found"),
            "409": _problem("sold_out, limit_reached, price_changed, not_for_sale or idempotency_conflict"),
            "422": _problem("validation_failed"),
            "503": _problem("busy"),
        },
    }


def _problem(codes: str) -> dict[str, Any]:
    return {"description": codes, "content": {"application/problem+json": {"schema": {"type": "object"}}}}

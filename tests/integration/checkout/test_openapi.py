"""The hold route stands in the OpenAPI document although FastAPI does not see it."""

from __future__ import annotations

import json
import re

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.checkout.openapi import PATH
from showfloor.checkout.schemas import HoldOut, HoldWish


def test_hold_route_is_described_and_every_reference_leads_somewhere() -> None:
    settings = Settings(database_url="postgresql://nobody@localhost/nothing", secret="s" * 40, internal_token="t" * 40)
    document = create_app(settings).openapi()

    described = document["paths"][PATH]["post"]

    assert described["requestBody"]["content"]["application/json"]["schema"] == {"$ref": f"#/components/schemas/{HoldWish.__name__}"}
    assert described["responses"]["201"]["content"]["application/json"]["schema"] == {"$ref": f"#/components/schemas/{HoldOut.__name__}"}
    assert set(described["responses"]) >= {"201", "400", "401", "404", "409", "422", "503"}
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named <= set(document["components"]["schemas"])

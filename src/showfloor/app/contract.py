"""The API's description without a running installation: the whole document, or its models alone for
the front end's types.
"""

from __future__ import annotations

from typing import Any

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.app.wiring import openapi
from showfloor.kit.openapi import Document


def document() -> Document:
    """OpenAPI 3.1; nothing is connected, the database's address is never asked."""
    return openapi(create_app(Settings(database_url="postgresql:///nothing")))


def models() -> Document:
    """An OpenAPI document of the models alone, without the titles that only repeat their names."""
    whole = document()
    components = {"schemas": _without_titles(whole["components"]["schemas"])}
    return {
        "openapi": whole["openapi"],
        "info": whole["info"],
        "paths": {},
        "components": components,
    }


def _without_titles(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_titles(item) for item in value]
    if isinstance(value, dict):
        # A property that is called `title` has a schema under that key, not a text.
        return {
            key: _without_titles(item)
            for key, item in value.items()
            if not (key == "title" and isinstance(item, str))
        }
    return value

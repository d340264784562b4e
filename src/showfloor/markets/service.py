"""Look a market up."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from showfloor.markets.errors import MarketUnknown
from showfloor.markets.types import Market


@cache
def _markets() -> dict[str, Market]:
    rows = json.loads(files("showfloor.markets").joinpath("markets.json").read_text("utf-8"))
    return {code: _market(code, row) for code, row in rows.items()}


def _market(code: str, row: dict[str, object]) -> Market:
    fields = {name: value for name, value in row.items() if name != "sources"}
    return Market(code=code, **{**fields, "languages": tuple(fields["languages"])})  # type: ignore[arg-type] # what JSON holds, a test looks at


def get_market(code: str) -> Market:
    """Raises MarketUnknown."""
    try:
        return _markets()[code]
    except KeyError:
        raise MarketUnknown(market=code) from None


def list_markets() -> list[Market]:
    return list(_markets().values())

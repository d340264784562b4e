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
    return {code: Market(code=code, **row) for code, row in rows.items()}


def get_market(code: str) -> Market:
    """Raises MarketUnknown."""
    try:
        return _markets()[code]
    except KeyError:
        raise MarketUnknown(market=code) from None


def list_markets() -> list[Market]:
    return list(_markets().values())

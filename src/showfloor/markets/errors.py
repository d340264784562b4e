"""Refusals of `markets`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class MarketUnknown(AppError):
    code = "market_unknown"
    status = 422

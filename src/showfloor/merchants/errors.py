"""Refusals of `merchants`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class OriginInvalid(AppError):
    """An origin is scheme, host and port, nothing more (RFC 6454 §4); https, or http on loopback names for trying things out."""

    code = "origin_invalid"
    status = 422

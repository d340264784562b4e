"""Wire models of `embed`: what websites and their editors are answered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class OEmbed(BaseModel):
    """oEmbed 1.0, section 2.3.4.4 "rich"; `width` and `height` in CSS pixels."""

    version: Literal["1.0"] = "1.0"
    type: Literal["rich"] = "rich"
    provider_name: str = "Showfloor"
    provider_url: str
    title: str
    width: int
    height: int
    html: str


class FrameCheck(BaseModel):
    """Why a frame stays empty; null: it does not."""

    code: Literal["show_not_found", "origin_not_allowed"] | None

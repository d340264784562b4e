"""Wire models of `shows`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Text(BaseModel):
    """The same words in every language."""

    model_config = ConfigDict(extra="forbid")
    en: str = Field(min_length=1, max_length=120)
    ar: str = Field(min_length=1, max_length=120)


class NewShow(BaseModel):
    title: Text
    market: str = Field(examples=["gb"])
    slug: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    starts_at: AwareDatetime | None = None


class ShowChange(BaseModel):
    """Only what is given changes. `cue_offset_ms` is the encoder's delay: 0 for zerolatency, about 500 for OBS with look-ahead."""

    title: Text | None = None
    starts_at: AwareDatetime | None = None
    cue_offset_ms: int | None = Field(default=None, ge=-2000, le=2000)


class ShowProduct(BaseModel):
    product_id: str


class NewCue(BaseModel):
    """`replace` ends the pins that are open at the same instant, so that the card changes without a gap."""

    kind: Literal["pin"]
    product_id: str
    replace: bool = False


class CueOut(BaseModel):
    id: str
    kind: str
    start: str
    end: str | None
    payload: dict[str, Any]


class StreamKeyOut(BaseModel):
    """The key is shown this once."""

    rtmp_url: str
    stream_key: str


class PublishQuestion(BaseModel):
    stream_key: str = Field(max_length=512)
    app: str = Field(default="", max_length=512)
    peer: str = Field(default="", max_length=128)


class IngestLine(BaseModel):
    show_id: str
    ingest_id: str
    state: Literal["publishing", "lost"]
    since: AwareDatetime
    health: dict[str, Any] | None = None


class IngestReports(BaseModel):
    ingests: list[IngestLine] = Field(max_length=1000)

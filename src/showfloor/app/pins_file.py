"""The pins file of `recording import`: when which product is shown, in seconds of the film."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from showfloor.kit import ids
from showfloor.kit.errors import ValidationFailed
from showfloor.shows.types import RecordedPin

_LONGEST = 7 * 24 * 3600.0


class PinEntry(BaseModel):
    """On screen during `[from, to)`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    product_id: str = Field(pattern=r"^prod_[0-9a-f]{32}$")
    start: float = Field(alias="from", ge=0, le=_LONGEST)
    end: float = Field(alias="to", ge=0, le=_LONGEST)

    @model_validator(mode="after")
    def _lasts(self) -> PinEntry:
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        return self


_FILE = TypeAdapter(list[PinEntry])


def read_pins(file: Path) -> list[PinEntry]:
    """Raises ValidationFailed, which says where."""
    try:
        return _FILE.validate_json(file.read_bytes())
    except ValidationError as error:
        raise _refused(
            ("/".join(map(str, item["loc"])), item["msg"])
            for item in error.errors(include_input=False)
        ) from None


def place_pins(
    pins: Sequence[PinEntry], began_at: datetime, ended_at: datetime
) -> list[RecordedPin]:
    """On the show clock of a film; what is shown at its end ends with it. Raises
    ValidationFailed.
    """
    seconds = (ended_at - began_at).total_seconds()
    late = [number for number, pin in enumerate(pins) if pin.start >= seconds]
    if late:
        raise _refused((f"{number}/from", "the film is over by then") for number in late)
    return [
        RecordedPin(
            ids.parse("prod", pin.product_id),
            began_at + timedelta(seconds=pin.start),
            min(began_at + timedelta(seconds=pin.end), ended_at),
        )
        for pin in pins
    ]


def _refused(problems: Iterable[tuple[str, str]]) -> ValidationFailed:
    fields = [{"path": path, "problem": problem} for path, problem in problems]
    return ValidationFailed(extra={"fields": fields})

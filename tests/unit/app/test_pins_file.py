"""The pins file of `recording import`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from showfloor.app.pins_file import place_pins, read_pins
from showfloor.kit.errors import ValidationFailed
from showfloor.shows.types import RecordedPin

PRODUCT = UUID(int=7)
SHOWN = f"prod_{PRODUCT.hex}"
BEGAN = datetime(2026, 11, 26, 10, tzinfo=UTC)
ENDED = BEGAN + timedelta(seconds=20)


def write(folder: Path, *pins: dict[str, object]) -> Path:
    file = folder / "pins.json"
    file.write_text(json.dumps(pins))
    return file


def test_pins_stand_on_the_show_clock_and_end_with_the_film(tmp_path: Path) -> None:
    read = read_pins(
        write(
            tmp_path,
            {"product_id": SHOWN, "from": 4, "to": 9.5},
            {"product_id": SHOWN, "from": 12, "to": 60},
        )
    )

    assert place_pins(read, BEGAN, ENDED) == [
        RecordedPin(PRODUCT, BEGAN + timedelta(seconds=4), BEGAN + timedelta(seconds=9.5)),
        RecordedPin(PRODUCT, BEGAN + timedelta(seconds=12), ENDED),
    ]


@pytest.mark.parametrize(
    ("pin", "path"),
    [
        ({"product_id": "prod_1", "from": 4, "to": 9}, "0/product_id"),
        ({"product_id": SHOWN, "from": -1, "to": 9}, "0/from"),
        ({"product_id": SHOWN, "from": 1, "to": 1e300}, "0/to"),
        ({"product_id": SHOWN, "from": float("nan"), "to": 9}, "0/from"),
        ({"product_id": SHOWN, "from": 4}, "0/to"),
        ({"product_id": SHOWN, "from": 9, "to": 9}, "0"),
        ({"product_id": SHOWN, "from": 4, "to": 9, "price": 3}, "0/price"),
    ],
)
def test_pin_that_cannot_be_is_refused_with_its_place(
    tmp_path: Path, pin: dict[str, object], path: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_pins(write(tmp_path, pin))

    assert [field["path"] for field in refused.value.extra["fields"]] == [path]  # type: ignore[index,attr-defined] # what the refusal says


def test_pin_after_the_film_is_refused(tmp_path: Path) -> None:
    read = read_pins(write(tmp_path, {"product_id": SHOWN, "from": 20, "to": 21}))

    with pytest.raises(ValidationFailed) as refused:
        place_pins(read, BEGAN, ENDED)

    assert refused.value.extra["fields"] == [
        {"path": "0/from", "problem": "the film is over by then"}
    ]

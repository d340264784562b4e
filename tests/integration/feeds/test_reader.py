"""The program that reads files, from the side of whoever starts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from showfloor.catalog.imports.program import End, Order
from showfloor.feeds.adapters import reader
from tests.waiting import bounded


async def test_program_that_ends_without_a_word_is_noted_with_its_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reader, "_MODULE", "showfloor.no_program_of_this_name")
    order = Order(str(tmp_path / "export.csv"), "auto", "GBP")

    with capture_logs() as logged:
        async with bounded():
            parts = [part async for part in reader.read_in_process(order)]

    assert parts == [End(error="file_too_complex")]
    assert [(entry["reason"], entry["status"]) for entry in logged] == [("ContractError", 1)]

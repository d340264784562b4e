"""The map of personal data is whole, and an assessment written for another one is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from showfloor.app import data_map as subject
from showfloor.app.cli import cli
from showfloor.app.data_map import data_map, fingerprint
from showfloor.kit.db import Base

ASSESSMENT = Path(__file__).parents[3] / "docs" / "privacy" / "dpia.md"


def test_every_personal_column_stands_in_the_map_with_its_eraser() -> None:
    found = {(each.table, each.column): each.eraser for each in data_map()}

    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if "personal" in column.info:
                assert found[table.name, column.name] == column.info["personal"]


def test_what_is_about_somebody_without_a_marked_column_stands_there_too() -> None:
    found = {(each.table, each.column) for each in data_map()}

    assert {("hold", "client"), ("security_event", "*")} <= found


def test_column_without_a_class_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "data_classes", lambda: ())

    with pytest.raises(ValueError, match="has no class"):
        data_map()


def test_fingerprint_follows_what_is_kept_and_not_its_order() -> None:
    entries = data_map()
    longer = [replace(entries[0], seconds=(entries[0].seconds or 0) + 1), *entries[1:]]

    assert fingerprint(entries) == fingerprint(entries[::-1])
    assert fingerprint(entries[1:]) != fingerprint(entries) != fingerprint(longer)


def test_assessment_of_other_data_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "dpia.md"
    other.write_text(f"sha256:{fingerprint(data_map()[1:])}", "utf-8")

    told = CliRunner().invoke(cli, ["privacy", "map", "--check", str(other)])
    fits = CliRunner().invoke(cli, ["privacy", "map", "--check", str(ASSESSMENT)])

    assert told.exit_code == 1 and f"sha256:{fingerprint(data_map())}" in told.stderr
    assert (fits.exit_code, fits.output) == (0, "")


def test_map_is_printed_with_its_fingerprint() -> None:
    printed = CliRunner().invoke(cli, ["privacy", "map"])

    assert "checkout.email  checkout  300 s  checkout" in printed.output
    assert printed.output.rstrip().endswith(f"sha256:{fingerprint(data_map())}")

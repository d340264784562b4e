"""`showfloor verify-drop` says in words what a log proves."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from showfloor.app.cli import cli
from showfloor.offers.types import CHECKS, Paid
from tests.unit.offers.logs import OPENS, PRICE, lines, small


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "drop.jsonl"
    file.write_bytes(b"".join(lines(small())))
    return file


def _verify(*arguments: str) -> tuple[int, list[str]]:
    """Without a database: nothing of the environment is needed."""
    result = CliRunner().invoke(
        cli, ["verify-drop", *arguments], env={"SHOWFLOOR_DATABASE_URL": ""}
    )
    return result.exit_code, result.output.splitlines()


def test_a_log_that_holds_says_so_for_each_check(log: Path) -> None:
    code, said = _verify(str(log))

    assert code == 0
    assert [line.split(":")[0] for line in said[: len(CHECKS)]] == ["Holds"] * len(CHECKS)
    assert said[len(CHECKS)] == "Released 2, sold 1; 7 requests, 5 refused."


def test_a_changed_log_ends_with_1_and_names_the_line(log: Path) -> None:
    log.write_bytes(log.read_bytes().replace(b'"amount":3600', b'"amount":3601'))

    code, said = _verify(str(log))

    assert code == 1
    assert said[0] == (
        "Does not hold: nothing in the log was changed. Line 14 is not what its hash was made of."
    )
    assert len(said) == len(CHECKS), "no figures of a log that was changed"


def test_a_log_that_was_rewritten_is_caught_by_what_it_says(log: Path) -> None:
    records = small()
    records[13] = Paid(OPENS + 900, 3, PRICE - 1)
    log.write_bytes(b"".join(lines(records)))

    code, said = _verify(str(log))

    assert code == 1
    assert [line for line in said if line.startswith("Does not hold")] == [
        "Does not hold: everybody paid the price of the drop. "
        "Line 14 is not paid at the price of the drop."
    ]


def test_a_log_with_another_head_than_was_published_ends_with_1(log: Path) -> None:
    _, said = _verify(str(log))
    head = said[-1].removeprefix("Last record: ")

    assert _verify(str(log), "--head", head)[0] == 0
    code, said = _verify(str(log), "--head", "0" * 64)
    assert code == 1
    assert said[-1].startswith("Does not hold: this is another log")


def test_a_log_with_other_terms_than_were_published_ends_with_1(log: Path) -> None:
    _, said = _verify(str(log))
    terms = said[-2].removeprefix("Sealed before opening: ")

    assert _verify(str(log), "--terms", terms)[0] == 0
    code, said = _verify(str(log), "--terms", "0" * 64)
    assert code == 1
    assert said[-1].startswith("Does not hold: this is another log")


def test_a_line_without_an_end_is_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "long"
    file.write_bytes(b"[" * 5_000_000)

    code, said = _verify(str(file))

    assert code == 1
    assert said[0].endswith("Line 1 is longer than a record can be.")

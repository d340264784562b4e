"""`showfloor verify-waiting` says in words what a log proves."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from showfloor.app.cli import cli
from showfloor.offers.types.waiting import WAITING_CHECKS
from tests.unit.offers.test_waiting_proof import honest, lines


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "waiting.jsonl"
    file.write_bytes(b"".join(lines(honest())))
    return file


def _verify(*arguments: str) -> tuple[int, list[str]]:
    """Without a database: nothing of the environment is needed."""
    result = CliRunner().invoke(
        cli, ["verify-waiting", *arguments], env={"SHOWFLOOR_DATABASE_URL": ""}
    )
    return result.exit_code, result.output.splitlines()


def test_a_log_that_holds_says_so_for_each_check(log: Path) -> None:
    code, said = _verify(str(log))

    assert code == 0
    checks = len(WAITING_CHECKS)
    assert [line.split(":")[0] for line in said[:checks]] == ["Holds"] * checks
    assert said[checks:-1] == [
        "List list, for CAP-أخضر.",
        "4 joined, 3 offers, 1 bought, 2 passed on, 1 left, 0 still wait.",
        "The list has ended.",
    ]


def test_a_changed_log_ends_with_1_and_names_the_line(log: Path) -> None:
    log.write_bytes(log.read_bytes().replace(b'"person":"b"', b'"person":"x"', 1))

    code, said = _verify(str(log))

    assert code == 1
    assert said[0] == (
        "Does not hold: nothing in the log was changed. Line 3 is not what its hash was made of."
    )
    assert len(said) == len(WAITING_CHECKS), "no figures of a log that was changed"


def test_a_log_that_goes_on_is_checked_as_far_as_it_goes(tmp_path: Path) -> None:
    file = tmp_path / "waiting.jsonl"
    file.write_bytes(b"".join(lines(honest()[:4])))

    code, said = _verify(str(file))

    assert code == 0
    assert said[len(WAITING_CHECKS) - 1].startswith("Not known: at the end")
    assert "The list goes on." in said


def test_another_log_than_the_one_that_was_published_ends_with_1(log: Path) -> None:
    code, said = _verify(str(log), "--head", "0" * 64)

    assert code == 1
    assert said[-1].startswith("Does not hold: this is another log")

"""Logs with what does not hold in them, for every program that checks one: the browser's check
(frontend/drops/verify.ts) reads the same file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from showfloor.offers.service import verify_drop
from showfloor.offers.types import Record
from tests.unit.offers.logs import lines, small
from tests.unit.offers.test_proof import BROKEN, _finish, _with_lot

FILE = Path(__file__).with_name("log_cases.json")
CASES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))


def records_of_cases() -> dict[str, list[Record]]:
    made = {"as announced": small()}
    for name, (change, _) in BROKEN.items():
        made[name] = small()
        change(made[name])
    for order in ([1, 2, 3], [2, 1, 3], [3, 1, 2]):
        made[f"a lot answered {order}"] = _finish(_with_lot(), order)
    return made


def cases() -> list[dict[str, Any]]:
    """What the file has to say."""
    logs = {name: lines(records) for name, records in records_of_cases().items()}
    return [
        {
            "name": name,
            "log": b"".join(log).decode(),
            "broken": sorted(problem.check for problem in verify_drop(log).problems),
        }
        for name, log in logs.items()
    ]


def test_file_has_the_logs_and_what_does_not_hold_in_them() -> None:
    """Where a rule changed: `python -m tests.unit.offers.test_log_cases` writes it anew."""
    assert cases() == CASES


if __name__ == "__main__":
    FILE.write_text(json.dumps(cases(), indent=1, ensure_ascii=False) + "\n", "utf-8")

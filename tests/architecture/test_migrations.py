"""Migrations are one line: two that were written at the same time must not have one number."""

from __future__ import annotations

import re

from showfloor.app.migrate import MIGRATIONS


def test_each_migration_follows_the_one_before_it() -> None:
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    found = []
    for file in files:
        text = file.read_text()
        revision = re.search(r'^revision = "(\d+)"', text, re.M)
        before = re.search(r'^down_revision = (?:"(\d+)"|None)', text, re.M)
        assert revision and before, file.name
        found.append((file.name[:4], revision[1], before[1]))

    numbers = [f"{number:04d}" for number in range(1, len(files) + 1)]
    assert found == list(zip(numbers, numbers, [None, *numbers[:-1]], strict=True))

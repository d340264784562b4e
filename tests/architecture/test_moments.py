"""A time that somebody sends is a `Moment` (kit/schemas.py): with an offset, in UTC inside, and
within the calendar.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import trees

OTHERS = {"datetime", "AwareDatetime", "NaiveDatetime", "PastDatetime", "FutureDatetime"}


def other_times(tree: ast.Module) -> Iterator[int]:
    """Lines of a model's fields that are a time and no `Moment`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and OTHERS & {
                    each.id for each in ast.walk(field.annotation) if isinstance(each, ast.Name)
                }:
                    yield field.lineno


def test_every_time_of_a_model_is_a_moment() -> None:
    schemas = {path: tree for path, tree in trees().items() if path.endswith("/schemas.py")}

    assert "shows/schemas.py" in schemas
    assert [(path, line) for path, tree in schemas.items() for line in other_times(tree)] == []


def test_another_type_is_found() -> None:
    tree = ast.parse("class NewShow:\n    at: datetime | None = None\n    until: Moment")

    assert list(other_times(tree)) == [2]

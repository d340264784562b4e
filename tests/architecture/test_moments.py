"""A time that somebody sends is a `Moment` (kit/schemas.py): with an offset, in UTC inside, and
within the calendar.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import has_wire_models, trees

OTHERS = {"datetime", "AwareDatetime", "NaiveDatetime", "PastDatetime", "FutureDatetime"}


def other_times(tree: ast.Module) -> Iterator[int]:
    """Lines of a model's fields that are a time and no `Moment`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and OTHERS & set(_names(field.annotation)):
                    yield field.lineno


def _names(annotation: ast.expr) -> Iterator[str]:
    """Also the last part of `datetime.datetime`."""
    for each in ast.walk(annotation):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr


def test_every_time_of_a_model_is_a_moment() -> None:
    schemas = {path: tree for path, tree in trees().items() if has_wire_models(path)}

    assert "shows/schemas/__init__.py" in schemas
    assert [(path, line) for path, tree in schemas.items() for line in other_times(tree)] == []


def test_another_type_is_found() -> None:
    fields = ("at: datetime | None = None", "until: Moment", "by: dt.AwareDatetime")
    tree = ast.parse("\n    ".join(["class NewShow:", *fields]))

    assert list(other_times(tree)) == [2, 4]

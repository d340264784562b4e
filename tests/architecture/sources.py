"""The project's own Python files, parsed once, for rules about how it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "showfloor"


@cache
def trees() -> dict[str, ast.Module]:
    """Path below src/showfloor -> syntax tree."""
    return {
        str(path.relative_to(SOURCE)): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }


def modules() -> list[str]:
    """The top-level packages: the rooms of the house."""
    return sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def calls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every call as `a.b.c` with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def offences(wrong: str | tuple[str, ...], *, allowed: tuple[str, ...]) -> list[str]:
    """Calls whose dotted name ends with one of `wrong`, outside of the `allowed` files."""
    return [
        f"{path}:{line} {name}"
        for path, tree in trees().items()
        if not path.startswith(allowed)
        for name, line in calls(tree)
        if name.endswith(wrong)
    ]

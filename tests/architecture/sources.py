"""The project's own Python files, parsed once, for rules about how it is written."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "showfloor"


@cache
def trees() -> dict[str, ast.Module]:
    """Path below src/showfloor -> syntax tree."""
    found = {
        str(path.relative_to(SOURCE)): ast.parse(path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    }
    # They live to the end: no look for garbage goes through them. What is garbage already goes
    # first: what is frozen is never freed.
    gc.collect()
    gc.freeze()
    return found


def modules() -> list[str]:
    """The top-level packages: the rooms of the house."""
    return sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def has_wire_models(path: str) -> bool:
    """Whether it is a file of schemas, or of a package of them."""
    return "schemas" in Path(path).with_suffix("").parts


def calls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every call as `a.b.c` with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


@cache
def _calls_by_file() -> dict[str, list[tuple[str, int]]]:
    return {path: list(calls(tree)) for path, tree in trees().items()}


def offences(wrong: str | tuple[str, ...], *, allowed: tuple[str, ...]) -> list[str]:
    """Calls whose dotted name ends with one of `wrong`, outside of the `allowed` files."""
    return [
        f"{path}:{line} {name}"
        for path, found in _calls_by_file().items()
        if not path.startswith(allowed)
        for name, line in found
        if name.endswith(wrong)
    ]

"""No regular expression doubles the readings that it tries with each letter of a text.

`re` goes back over what it has read. A repeat without end of something that itself can be read in
two ways (`(a+)+`, `(a|aa)*`) doubles the readings with each letter, on a loop that serves
everybody. What such a repeat holds is therefore of one length and without alternatives, or the
repeat is possessive (`++`, `*+`): it gives nothing back. Patterns of pydantic's fields run in
Rust's engine, which never goes back.
"""

from __future__ import annotations

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from re import _constants as codes  # type: ignore[attr-defined] # private: see PRIVATE
from re import _parser as parser  # type: ignore[attr-defined] # private: see PRIVATE
from types import ModuleType
from typing import Any

import pytest

import showfloor
from tests.architecture.sources import trees

PRIVATE = (parser.parse, parser.SubPattern, codes.MAX_REPEAT, codes.MIN_REPEAT, codes.BRANCH)
"""The standard library's own reader of patterns, which has no public name and no types. Where a
release of Python moves it, the import of this file fails, and its tests below say what it has to
find.
"""
MANY = 16
"""A repeat of at most as many has an end."""


def doubles(pattern: str | bytes, flags: int = 0) -> bool:
    """Whether a repeat without end holds something that can be read in two ways."""
    return _doubles(parser.parse(pattern, flags & ~re.DEBUG))


def _doubles(part: Any) -> bool:
    for code, argument in part:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            _, most, body = argument
            if most > MANY and not _has_one_reading(body):
                return True
        if any(_doubles(inner) for inner in _inside(argument)):
            return True
    return False


def _has_one_reading(body: Any) -> bool:
    shortest, longest = body.getwidth()
    return shortest == longest and not any(code == codes.BRANCH for code, _ in _walk(body))


def _walk(part: Any) -> Iterator[tuple[Any, Any]]:
    for code, argument in part:
        yield code, argument
        for inner in _inside(argument):
            yield from _walk(inner)


def _inside(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from _inside(each)


def _compiled() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that a module keeps, also in a tuple, a list or a table."""
    for found in pkgutil.walk_packages(showfloor.__path__, "showfloor."):
        if not found.name.endswith("__main__"):
            module: ModuleType = import_module(found.name)
            for name, value in vars(module).items():
                for pattern in _patterns(value):
                    yield f"{found.name}.{name}", pattern


def _patterns(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _patterns(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _patterns(each)


def _written() -> Iterator[tuple[str, str | bytes]]:
    """Every pattern that stands in a call of `re`."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).startswith("re.")
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str | bytes)
            ):
                yield f"{path}:{node.lineno}", node.args[0].value


def test_no_pattern_doubles_its_readings() -> None:
    kept = [(where, each.pattern, each.flags) for where, each in _compiled()]
    written = [(where, pattern, 0) for where, pattern in _written()]

    assert any(where == "showfloor.room.rules.words._EMOJI" for where, _, _ in kept)
    assert [where for where, pattern, flags in kept + written if doubles(pattern, flags)] == []


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(?:a|aa)*b", "(?:a?b?)*", "(?:(?:[ab]b?) ?)+", "x(?:(?:a*)b){0,30}"]
)
def test_patterns_that_double_are_found(pattern: str) -> None:
    assert doubles(pattern)


@pytest.mark.parametrize("pattern", ["(?:a+)++b", "[ab]*c", "(?:ab)*", "(?>(?:a|aa)*+)b", "a?b+"])
def test_patterns_that_do_not_double_pass(pattern: str) -> None:
    assert not doubles(pattern)

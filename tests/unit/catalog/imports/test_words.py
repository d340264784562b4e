"""Every code that a reader of files says has a sentence, and every sentence a code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import showfloor
from showfloor.feeds.service.pictures import _why
from showfloor.kit import messages
from showfloor.kit.outbound import Reason
from showfloor.kit.pictures import PictureRefused, PictureTooManyPixels, PictureTooSmall

SOURCES = Path(showfloor.__file__).parent
CODE = re.compile(r"[a-z]+(_[a-z]+)+")
SAY = {"say", "left_out", "Remark", "PriceUnreadable"}
REFUSE = {"Unreadable", "End", "FetchFailed", "_Failed"}


def codes(names: set[str]) -> set[str]:
    files = [*SOURCES.glob("catalog/imports/*.py"), *SOURCES.glob("feeds/**/*.py")]
    return {code for file in files for code in _said(ast.parse(file.read_text()), names)}


def _said(tree: ast.AST, names: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in names:
            for argument in (*node.args, *(each.value for each in node.keywords)):
                if isinstance(argument, ast.Constant) and CODE.fullmatch(str(argument.value)):
                    yield str(argument.value)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def keys(area: str) -> set[str]:
    return {
        key.removeprefix(f"{area}.")
        for key in messages.load().catalogs["en"]
        if key.startswith(f"{area}.")
    }


def test_every_remark_has_a_sentence() -> None:
    said = codes(SAY)

    assert said
    assert said - keys("import_row") == set()
    # The others are returned as values and said by the caller.
    text = "".join(file.read_text() for file in SOURCES.glob("catalog/imports/*.py"))
    assert [code for code in keys("import_row") - said if f'"{code}"' not in text] == []


def test_every_refusal_of_a_file_has_a_sentence() -> None:
    refused = codes(REFUSE) | {f"fetch_{reason.value}" for reason in Reason}
    pictures = (PictureRefused(), PictureTooManyPixels(), PictureTooSmall())
    refused |= {_why(picture) for picture in pictures}

    assert refused
    assert refused - keys("import_file") == set()
    assert keys("import_file") - refused == {"import_failed"}


def test_what_says_how_to_mend_belongs_to_a_remark() -> None:
    assert keys("import_mend") <= keys("import_row")

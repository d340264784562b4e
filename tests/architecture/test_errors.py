"""Every refusal has a sentence in both languages, and each code stands for one refusal."""

from __future__ import annotations

import importlib

from showfloor.kit import messages
from showfloor.kit.errors import AppError
from tests.architecture.sources import SOURCE


def _refusals() -> list[type[AppError]]:
    for path in SOURCE.glob("*/errors.py"):
        importlib.import_module(f"showfloor.{path.parent.name}.errors")
    found: list[type[AppError]] = []
    open_classes = [AppError]
    while open_classes:
        children = open_classes.pop().__subclasses__()
        found += children
        open_classes += children
    return [refusal for refusal in found if refusal.__module__.startswith("showfloor.")]


def test_every_refusal_has_words_in_both_languages() -> None:
    catalogs = messages.load().catalogs
    missing = {
        f"{lang}: error.{refusal.code}"
        for refusal in _refusals()
        for lang in catalogs
        if f"error.{refusal.code}" not in catalogs[lang]
    }

    assert missing == set()


def test_codes_are_not_shared() -> None:
    owners: dict[str, set[str]] = {}
    for refusal in _refusals():
        if "code" in vars(refusal):
            owners.setdefault(refusal.code, set()).add(f"{refusal.__module__}.{refusal.__name__}")

    assert {code: names for code, names in owners.items() if len(names) > 1} == {}

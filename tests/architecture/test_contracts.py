"""The contracts of pyproject.toml cover every room: a new one cannot be forgotten."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests.architecture.sources import ROOT, SOURCE

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
    "tool"
]["importlinter"]["contracts"]
PROCESSES = {"app", "embed", "fanout", "kit", "rtc", "streaming", "web"}
"""They have contracts of their own, or an order of their own."""
HOME = ("models", "queries", "rules")


def _rooms() -> list[str]:
    return sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def _protected(room: str) -> set[str]:
    """What only the room itself may import."""
    return {
        module
        for contract in CONTRACTS
        if contract["type"] == "protected"
        and contract["allowed_importers"] == [f"showfloor.{room}"]
        for module in contract["protected_modules"]
    }


@pytest.mark.parametrize("room", [room for room in _rooms() if room not in PROCESSES])
def test_rows_of_every_room_stay_home_and_nobody_reaches_past_its_service(room: str) -> None:
    folder = SOURCE / room
    needed = {
        f"showfloor.{room}.{name}"
        for name in HOME
        if (folder / f"{name}.py").exists() or (folder / name).is_dir()
    }
    if (folder / "service").is_dir():
        needed.add(f"showfloor.{room}.service.*")

    if (folder / "models.py").exists() or (folder / "service").is_dir():
        assert needed <= _protected(room), f"pyproject.toml: protect {needed - _protected(room)}"


def test_every_file_of_a_payment_provider_is_behind_the_port() -> None:
    folder = SOURCE / "checkout" / "adapters"
    behind = {
        f"showfloor.checkout.adapters.{path.stem}"
        for path in folder.glob("*.py")
        if path.stem not in ("__init__", "provider")
    }
    private = {
        module
        for contract in CONTRACTS
        if contract["type"] == "protected"
        and set(contract["allowed_importers"]) <= {"showfloor.app", "showfloor.checkout.adapters"}
        for module in contract["protected_modules"]
    }

    assert behind <= private, f"pyproject.toml: protect {behind - private}"


def test_every_room_has_its_files_in_layers() -> None:
    (inside,) = [
        contract for contract in CONTRACTS if contract["name"].startswith("Inside a module")
    ]

    assert inside["exhaustive"] is True
    assert {f"showfloor.{room}" for room in _rooms() if room not in PROCESSES} == set(
        inside["containers"]
    )


def test_no_contract_ignores_an_import() -> None:
    assert [contract["name"] for contract in CONTRACTS if "ignore_imports" in contract] == []

"""The registry. `app/wiring.py` fills it once at start."""

from __future__ import annotations

from showfloor.kit.db import Session
from showfloor.privacy.types import Eraser, Subject

_erasers: dict[str, Eraser] = {}


def register_eraser(eraser: Eraser) -> None:
    """Each name once: two modules cannot both claim a column."""
    if _erasers.get(eraser.name, eraser) is not eraser:
        raise ValueError(f"two erasers are called {eraser.name}")
    _erasers[eraser.name] = eraser


def list_erasers() -> list[Eraser]:
    return list(_erasers.values())


async def erase(session: Session, subject: Subject) -> dict[str, int]:
    """Every eraser in one transaction; rows touched per eraser."""
    return {eraser.name: await eraser.erase(session, subject) for eraser in list_erasers()}

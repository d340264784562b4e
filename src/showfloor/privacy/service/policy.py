"""The policies by which suspicions are decided, as they stand in the repository."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files

from showfloor.privacy.types.cases import Decision, Policy


@cache
def texts() -> dict[str, bytes]:
    """Every policy that ever held, by the name of its file. None of them is changed: a new one is a
    new file, because the evidence names the hash of the old one.
    """
    folder = files("showfloor.privacy").joinpath("policies")
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir(), key=lambda f: f.name)}


def suspicion_policy(now: datetime) -> Policy:
    """What holds now; before the first policy's day the first one does."""
    today = now.astimezone(UTC).date()
    held = [(since, policy) for since, policy in _policies() if since <= today]
    return (held or _policies())[-1 if held else 0][1]


@cache
def _policies() -> list[tuple[date, Policy]]:
    found = [_read(text) for text in texts().values()]
    return sorted(found, key=lambda each: each[0])


def _read(text: bytes) -> tuple[date, Policy]:
    said = json.loads(text)
    quiet = said["quiet_days"]
    policy = Policy(
        version=said["version"],
        mark=f"{said['version']} sha256:{sha256(text).hexdigest()}",
        decide_within=timedelta(hours=said["decide_within_hours"]),
        reasons={
            Decision(decision): {code: needs == "proof" for code, needs in codes.items()}
            for decision, codes in said["reasons"].items()
        },
        proofs=tuple(said["proofs"]),
        contact_reasons=tuple(said["contact_reasons"]),
        quiet={
            True: timedelta(days=quiet["proved"]),
            False: timedelta(days=quiet["unproved"]),
        },
    )
    return date.fromisoformat(said["since"]), policy

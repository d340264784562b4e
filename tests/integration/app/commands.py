"""The commands of an operator, as a person types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from showfloor.app.cli import cli
from tests.architecture.sources import ROOT

DEMO = ROOT / "src" / "showfloor" / "app" / "demo" / "data"
CATALOG = DEMO / "catalog.json"
AVATAR = str(DEMO / "media" / "avatars" / "loamwick.webp")
PASSWORD = "a long enough password"
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """`showfloor …` as a person types it; `typed` is what comes from standard input."""
    environment = {"SHOWFLOOR_DATABASE_URL": database_url, "SHOWFLOOR_DATA": str(tmp_path)}

    def run(command: str, *more: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli, [*command.split(), *more], env=environment, input=typed)

    return run


def add_merchants(run: Run) -> None:
    for slug, prefix in (("loamwick", "LW"), ("zafralune", "ZL")):
        options = [
            "--name",
            slug.title(),
            "--name-ar",
            "متجر",
            "--order-prefix",
            prefix,
            "--avatar",
            AVATAR,
        ]
        assert run("merchant add", slug, *options).exit_code == 0


def add_host(run: Run) -> str:
    creator = run(
        "creator add", "--name", "Lina", "--name-ar", "لينا", "--avatar", AVATAR
    ).stdout.strip()
    for slug in ("loamwick", "zafralune"):
        assert run("creator allow", creator, slug).exit_code == 0
    added = run(
        "person add host@brand.example --adult --creator",
        creator,
        "--name",
        "Lina",
        typed=f"{PASSWORD}\n",
    )
    assert added.exit_code == 0, added.output
    return creator


def scalar(url: str, statement: str) -> Any:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchone()[0]  # type: ignore[arg-type, index] # a count has a row

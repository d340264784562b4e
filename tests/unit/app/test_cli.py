"""Settings reach the servers that they are for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from showfloor.app import commands
from showfloor.app.cli import COMMANDS, OWN_COMMANDS, cli, load


async def test_visitors_behind_a_proxy_on_another_machine_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda *_, **options: started.update(options))
    environment = {
        "SHOWFLOOR_SECRET": "s" * 32,
        "SHOWFLOOR_INTERNAL_TOKEN": "t" * 32,
        "SHOWFLOOR_PROXIES": "127.0.0.1,10.0.0.0/24",
    }

    assert CliRunner().invoke(cli, ["web"], env=environment).exit_code == 0

    assert await _seen(started["forwarded_allow_ips"], proxy="10.0.0.7") == "203.0.113.9"
    assert await _seen(started["forwarded_allow_ips"], proxy="10.0.1.7") == "10.0.1.7"


async def _seen(allowed: str, *, proxy: str) -> str:
    """Whose request it is to the application."""
    seen: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    await ProxyHeadersMiddleware(app, allowed)(
        {"type": "http", "client": (proxy, 1), "headers": headers}, None, None
    )  # type: ignore[arg-type] # never called
    return seen[0]


def _loaded(code: str) -> set[str]:
    """The modules that a fresh interpreter has after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_no_command() -> None:
    code = (
        "from typer.testing import CliRunner; from showfloor.app.cli import cli;"
        "assert 'serve' in CliRunner().invoke(cli, ['--help']).output"
    )

    loaded = _loaded(code)

    assert [name for name in loaded if name.startswith("showfloor.app.commands.")] == []
    assert loaded.isdisjoint({"sqlalchemy", "fastapi", "uvicorn", "psycopg", "av"})


@pytest.mark.parametrize(
    ("name", "needed", "unneeded"),
    [
        ("web", "uvicorn", {"av", "showfloor.fanout", "alembic"}),
        (
            "streaming",
            "showfloor.streaming.server",
            {"sqlalchemy", "fastapi", "uvicorn", "psycopg"},
        ),
        ("fanout", "showfloor.fanout.server", {"sqlalchemy", "fastapi", "uvicorn", "alembic"}),
        ("worker", "sqlalchemy", {"uvicorn", "av", "alembic", "stripe"}),
    ],
)
def test_process_loads_only_what_it_runs(name: str, needed: str, unneeded: set[str]) -> None:
    loaded = _loaded(f"from showfloor.app import cli; cli.load('{name}')")

    assert needed in loaded
    assert loaded.isdisjoint(unneeded)
    assert {each for each in loaded if each.startswith("showfloor.app.commands.")} == {
        f"showfloor.app.commands.{name}"
    }


def test_every_file_of_commands_is_a_command() -> None:
    files = {path.stem for path in Path(commands.__path__[0]).glob("*.py")} - {"__init__"}

    assert {name.replace("-", "_") for name in (*COMMANDS, *OWN_COMMANDS)} == files


@pytest.mark.parametrize("name", [*COMMANDS, *OWN_COMMANDS])
def test_command_says_of_itself_what_the_list_says(name: str) -> None:
    listed = CliRunner().invoke(cli, ["--help"]).output
    own = CliRunner().invoke(cli, [name, "--help"])

    assert own.exit_code == 0
    assert (f" {name} " in listed) == (name not in OWN_COMMANDS)
    assert load(name).help.split()[0] in own.output

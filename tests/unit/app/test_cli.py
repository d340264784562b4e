"""Settings reach the servers that they are for."""

from __future__ import annotations

from typing import Any

import pytest
import uvicorn
from typer.testing import CliRunner
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from showfloor.app.cli import cli


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

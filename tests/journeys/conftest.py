"""The whole product as a newcomer starts it, and real Chromium with two sites: shop.localhost and
brand.test.

One installation and one browser for all journeys of a run; each test gets a fresh profile
(context). What is installed is the wheel, as a newcomer has it: a second demo for the test of the
wheel would cost 25 seconds of a core. Journeys run one after another in one worker while other
workers run other tests.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Frame,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from showfloor.kit import clock
from tests.architecture.sources import ROOT
from tests.journeys.networks import Networks
from tests.ports import free_ports
from tests.waiting import BOUND, until_blocking

IN_TURN = pytest.mark.xdist_group("browser")
"""Every journey has it, so that all of them share one installation and never kill each other's."""
SHOP, BRAND = "shop.localhost", "brand.test"
START_WITHIN = 4 * BOUND
"""Seconds; the demo makes a database, its pictures and five processes."""
expect.set_options(timeout=BOUND * 1000)
_UNWANTED = [
    # A renderer for the address bar of each window, which nobody sees: a third of a new tab's cost.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    # Playwright's own, of which Chromium would hear nothing: the last list counts.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
]
CHROMIUM = [
    f"--disable-features={','.join(_UNWANTED)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--autoplay-policy=no-user-gesture-required",
    # A camera with a moving picture and a microphone that beeps; nobody has to allow them.
    "--use-fake-device-for-media-stream=device-count=2",
    "--use-fake-ui-for-media-stream",
    f"--host-resolver-rules=MAP {SHOP} 127.0.0.1, MAP {BRAND} 127.0.0.1, MAP stranger.test "
    f"127.0.0.1",
    # Third-party cookies are blocked, as in the browsers of most people.
    "--test-third-party-cookie-phaseout",
]


@dataclass(frozen=True)
class Installation:
    """A running demo: its `demo.json`, its folder, its supervisor."""

    facts: dict[str, Any]
    data: Path
    supervisor: subprocess.Popen[bytes]
    port: int

    @property
    def base(self) -> str:
        return str(self.facts["base_url"])

    @property
    def brand(self) -> str:
        return str(self.facts["brand_site_url"])

    @property
    def show_page(self) -> str:
        return f"{self.base}/s/{self.facts['slug']}"

    def api(self, role: str | None = None) -> httpx2.Client:
        """The public API, as the demo's host, merchant or operator, or as nobody."""
        headers = {"Authorization": f"Bearer {self.facts['tokens'][role]}"} if role else {}
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/v1",
            headers=headers,
            timeout=BOUND,
            trust_env=False,
        )

    def await_past_show(self) -> str:
        """Its slug, once the show that is over has come in with its clips: the demo is ready before
        that.
        """
        path = f"/shows/{self.facts['past_show_id']}/clips"
        with self.api() as api:
            until_blocking(
                lambda: len(api.get(path).json().get("items", ())) >= 3,
                within=START_WITHIN,
                otherwise=lambda: (self.data / "logs" / "past-show.log").read_text(),
            )
        return str(self.facts["past_slug"])


def chromium() -> str:
    return (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("google-chrome")
        or "chromium"
    )


def tomorrow() -> str:
    """The product's clock is the machine's here, and refuses a show that starts in the past."""
    return clock.rfc3339(clock.now() + timedelta(days=1))


CHECKOUT = (sys.executable, "-m", "showfloor")


def start_demo(folder: Path, program: Sequence[str | Path] = CHECKOUT) -> Installation:
    """`showfloor demo` under two host names, ready when its demo.json is there.

    A `program` other than the checkout's has its own modules and gets none of ours.
    """
    port = free_ports(6)
    source = str(Path(__file__).parents[2] / "src") if program is CHECKOUT else ""
    environment = {
        **os.environ,
        "PYTHONPATH": source,
        "SHOWFLOOR_BASE_URL": f"http://{SHOP}:{port}",
        "SHOWFLOOR_DEMO_BRAND_URL": f"http://{BRAND}:{port + 4}",
    }
    command = [
        *program,
        "demo",
        "--data",
        str(folder),
        "--port",
        str(port),
        "--no-browser",
    ]
    log = (folder.parent / f"{folder.name}.log").open("wb")
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=folder.parent,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    facts = folder / "demo.json"
    until_blocking(
        lambda: facts.exists() or process.poll() is not None,
        within=START_WITHIN,
        otherwise=lambda: f"the demo did not start:\n{Path(log.name).read_text()[-3000:]}",
    )
    assert facts.exists(), f"the demo ended:\n{Path(log.name).read_text()[-3000:]}"
    return Installation(json.loads(facts.read_text()), folder, process, port)


def stop_demo(installation: Installation) -> None:
    installation.supervisor.send_signal(signal.SIGTERM)
    try:
        installation.supervisor.wait(BOUND)
    except subprocess.TimeoutExpired:
        installation.supervisor.kill()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of an empty environment outside the checkout, into which the wheel went.

    The dependencies are read from the environment that runs the tests, so that no network is
    needed; the checkout itself is not among them.
    """
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", folder], cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    uv = next(path for path in (ROOT / ".tool/bin/uv", ROOT / ".tool/lib/bin/uv") if path.exists())
    options = ["--offline", "--no-index", "--no-deps", "--no-cache", "--no-config", "--quiet"]
    # Otherwise each of the demo's ten processes would compile the same modules.
    options.append("--compile-bytecode")
    subprocess.run([uv, "pip", "install", *options, "--python", python, built], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "showfloor"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Installation]:
    installation = start_demo(tmp_path_factory.mktemp("demo") / "data of the demo", [wheel])
    yield installation
    stop_demo(installation)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM, headless=True)
    yield browser
    browser.close()


_networks = Networks()


def new_visitor(browser: Browser, **options: Any) -> BrowserContext:
    """A fresh profile at an address of its own.

    What one network may hold unpaid is limited, and tests leave their holds behind.
    """
    return browser.new_context(proxy={"server": _networks.new()}, **options)


@pytest.fixture(autouse=True)
def nobody_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test opened and left: its video would play on beside all tests that follow."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser: Browser = request.getfixturevalue("browser")
    before = set(browser.contexts)
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = new_visitor(browser, viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(BOUND * 1000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when a script raises, or when the content security policy or
    another origin (CORS) refuses something.
    """
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if "Content Security Policy" in message.text or "CORS policy" in message.text
            else None
        ),
    )
    yield page
    assert problems == []


def until(page: Page | Frame, expression: str, *, within: float = BOUND) -> None:
    """Wait until JavaScript says yes.

    Playwright's own `wait_for_function` needs eval, which our policy forbids.
    """
    until_blocking(
        lambda: bool(page.evaluate(expression)),
        within=within,
        otherwise=lambda: f"never became true: {expression}",
        # waits: Playwright hands events to the test only while it waits itself
        pause=lambda: page.wait_for_timeout(50),
    )


def settled(page: Page) -> None:
    """Until nothing moves any more but the video: fonts are there, transitions are over."""
    until(
        page,
        "document.fonts.status === 'loaded' && document.getAnimations().every(one => "
        "one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)",
    )

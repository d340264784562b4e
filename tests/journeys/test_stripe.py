"""Paying through Stripe in a browser: their script from their host at the checkout alone, the
bank's question over the video, on our page and in a brand's.

The script is the double's (tests/integration/provider_conformance), in a second `web` of the demo's
installation that runs in mode test: production and demo refuse such a script.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import uvicorn
from playwright.sync_api import FrameLocator, Page, expect

from showfloor.app.postgres import EmbeddedPostgres
from tests.integration.provider_conformance.stripe_server import (
    PUBLISHABLE_KEY,
    SECRET_KEY,
    WEBHOOK_SECRET,
    StripeServer,
)
from tests.journeys.conftest import IN_TURN, SHOP, Installation
from tests.journeys.test_buy import fill_details, open_product, position, say_born, watch
from tests.ports import free_ports
from tests.waiting import BOUND, until_blocking

pytestmark = [IN_TURN]


@dataclass
class Shop:
    base: str
    stripe: StripeServer


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeServer]:
    double = StripeServer()
    config = uvicorn.Config(double.app(), port=0, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until_blocking(lambda: server.started)
    double.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield double
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def shop(demo: Installation, stripe: StripeServer, tmp_path_factory: object) -> Iterator[Shop]:
    """A `web` beside the demo's, with Stripe's keys."""
    port = free_ports(1)
    urls = {
        "SHOWFLOOR_MEDIA_URL": f"http://{SHOP}:{demo.port + 1}",
        "SHOWFLOOR_ROOMS_URL": f"http://{SHOP}:{demo.port + 2}",
        "SHOWFLOOR_INTERNAL_MEDIA_URL": f"http://127.0.0.1:{demo.port + 1}",
        "SHOWFLOOR_INTERNAL_ROOMS_URL": f"http://127.0.0.1:{demo.port + 2}",
    }
    secrets = json.loads((demo.data / "secrets.json").read_text())
    base = f"http://{SHOP}:{port}"
    environment = {
        **os.environ,
        **urls,
        **{f"SHOWFLOOR_{name.upper()}": value for name, value in secrets.items()},
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        "SHOWFLOOR_MODE": "test",
        "SHOWFLOOR_DATA": str(demo.data),
        "SHOWFLOOR_DATABASE_URL": EmbeddedPostgres(demo.data / "postgres").url(),
        "SHOWFLOOR_PORT": str(port),
        "SHOWFLOOR_BASE_URL": base,
        "SHOWFLOOR_STRIPE_SECRET_KEY": SECRET_KEY,
        "SHOWFLOOR_STRIPE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
        "SHOWFLOOR_STRIPE_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "SHOWFLOOR_STRIPE_API": stripe.url,
        "SHOWFLOOR_STRIPE_SCRIPT": f"{stripe.url}/elements/script.js",
    }
    process = subprocess.Popen([sys.executable, "-m", "showfloor", "web"], env=environment)
    try:
        until_blocking(lambda: is_up(port) or process.poll() is not None)
        assert process.poll() is None
        yield Shop(base, stripe)
    finally:
        process.terminate()
        process.wait(BOUND)


def is_up(port: int) -> bool:
    try:
        answer = httpx2.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200


def type_card(root: Page | FrameLocator, label: str, number: str) -> None:
    root.frame_locator("iframe[title=Stripe]").get_by_label(label).fill(number)


def test_bank_s_question_is_answered_over_the_video_in_arabic(
    demo: Installation, shop: Shop, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    watch(page, f"{shop.base}/s/{demo.facts['slug']}?lang=ar")
    open_product(page, "وشاح")
    assert not any("/elements/" in url for url in asked), "nothing of theirs before the checkout"
    page.get_by_role("button", name="حجز ومتابعة الدفع").click()
    say_born(page)
    page.locator("#co-email").fill("noura@example.com")
    page.locator("#co-name").fill("نورة")
    page.locator("#co-line1").fill("48 Alder Street")
    page.locator("#co-city").fill("Bristol")
    page.locator("#co-postal_code").fill("BS1 4DJ")
    type_card(page, "رقم البطاقة", "4000 0025 0000 3155")
    seen_at = position(page)
    page.get_by_role("button", name="تأكيد الطلب ودفع").click()

    page.frame_locator("iframe[title=Bank]").get_by_role("button", name="Yes, pay").click()

    expect(page.get_by_role("heading", name="تمّ طلبك")).to_be_visible()
    assert position(page) > seen_at, "the video went on"
    options = page.evaluate("window.stripeDouble")
    assert (options["locale"], options["currency"]) == ("ar", "gbp")
    assert options["billing"] == {"name": "نورة", "email": "noura@example.com"}
    assert options["appearance"]["variables"]["colorPrimary"].startswith("#")
    *_, intent = shop.stripe.books.intents.values()
    assert (intent["status"], intent["amount_received"]) == ("succeeded", options["amount"])


def test_declined_card_then_a_refused_question_then_a_good_card_in_a_brand_s_page(
    demo: Installation, shop: Shop, page: Page
) -> None:
    # The demo's brand names the demo's own `web` in its policy; this one names the other.
    address = f"{shop.base}/embed/{demo.facts['slug']}?lang=en"
    style = "position:fixed;inset:0;width:100%;height:100%;border:0"
    framed = f'<iframe id="ours" src="{address}" allow="autoplay; payment" style="{style}">'
    page.route(
        f"{demo.brand}/**", lambda route: route.fulfill(body=framed, content_type="text/html")
    )
    page.goto(f"{demo.brand}/")
    frame = page.frame_locator("#ours")
    open_product(frame, "Dune Stripe Scarf")
    frame.get_by_role("button", name="Hold and check out").click()
    fill_details(frame, "declined@example.com")
    type_card(frame, "Card number", "4000 0000 0000 9995")
    frame.get_by_role("button", name="Order and pay").click()
    expect(frame.get_by_role("alert").first).to_contain_text("not enough money")

    type_card(frame, "Card number", "4000 0025 0000 3155")
    frame.get_by_role("button", name="Pay again").click()
    frame.frame_locator("iframe[title=Bank]").get_by_role("button", name="No").click()
    expect(frame.get_by_role("alert").first).to_contain_text("not told that it is you")
    assert frame.get_by_label("Email").input_value() == "declined@example.com"

    type_card(frame, "Card number", "4242 4242 4242 4242")
    frame.get_by_role("button", name="Pay again").click()
    expect(frame.get_by_role("heading", name="It is yours")).to_be_visible()
    taken = [each["amount_captured"] for each in shop.stripe.books.charges.values()]
    assert sorted(taken)[-1] > 0 and 0 not in taken

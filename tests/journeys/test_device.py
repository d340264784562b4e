"""A host with nothing but a browser: camera on, live, a dropped connection, another camera."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from tests.journeys.conftest import IN_TURN, Installation, tomorrow, until
from tests.journeys.on_air import press_go_live
from tests.journeys.test_buy import VIDEO
from tests.journeys.test_look import studio
from tests.waiting import until_blocking

pytestmark = [IN_TURN]


def test_host_goes_live_with_the_device_and_comes_back(
    demo: Installation, page: Page, context: BrowserContext
) -> None:
    uplinks: list[WebSocketRoute] = []

    def pass_on(route: WebSocketRoute) -> None:
        route.connect_to_server()
        uplinks.append(route)

    page.route_web_socket(lambda url: url.endswith("/publish"), pass_on)
    with demo.api("host") as api:
        show = api.post(
            "/shows",
            json={
                "title": {"en": "From my phone"},
                "market": "gb",
                "starts_at": tomorrow(),
            },
        ).json()
        product = next(iter(demo.facts["product_ids"].values()))
        api.post(f"/shows/{show['id']}/products", json={"product_id": product})
    studio(demo, page, "en")
    page.goto(f"{demo.base}/studio/shows/{show['id']}/device?lang=en")

    # The preview: the server has the picture, viewers do not.
    live = page.get_by_role("button", name="Go live")
    page.get_by_label("None of these").check()
    expect(live).to_have_attribute("aria-disabled", "false")
    expect(page.get_by_text("Only you see this")).to_be_visible()
    press_go_live(page, live, page.get_by_text("Viewers see this"))

    viewer = context.new_page()
    viewer.goto(f"{demo.base}/s/{show['slug']}?lang=en")
    until(viewer, f"{VIDEO}?.currentTime > 0 && {VIDEO}.videoHeight > {VIDEO}.videoWidth")
    page.get_by_role("button", name="Pin next").click()
    expect(viewer.get_by_text("On screen now").first).to_be_visible()

    # A tunnel: the socket is gone, and the device comes back by itself on the same timeline.
    uplinks[0].close()
    until_blocking(
        lambda: len(uplinks) > 1,
        # waits: Playwright hands events to the test only while it waits itself
        pause=lambda: page.wait_for_timeout(50),
    )
    expect(page.get_by_text("Viewers see this")).to_be_visible()
    seen = viewer.evaluate(f"{VIDEO}.currentTime")
    until(viewer, f"{VIDEO}.currentTime > {seen} + 4")

    # Another camera, while the show runs.
    page.get_by_role("link", name="Set-up").click()
    page.get_by_role("link", name="Go live with this device").click()
    choice = page.get_by_label("Camera", exact=True)
    expect(choice.locator("option")).to_have_count(2)
    choice.select_option(index=1)
    expect(page.get_by_text("Viewers see this")).to_be_visible()
    seen = viewer.evaluate(f"{VIDEO}.currentTime")
    until(viewer, f"{VIDEO}.currentTime > {seen} + 4")
    with demo.api("host") as api:
        health: dict[str, Any] = {}

        def is_whole() -> bool:
            ingest = api.get(f"/shows/{show['id']}/studio").json()["ingest"]
            health.update(ingest["health"] or {})
            return bool(health.get("video") and health.get("audio"))

        until_blocking(is_whole, otherwise=lambda: f"{health}")
        assert health["audio"]["codec"] == "aac"
        assert health["video"]["height"] > health["video"]["width"]
        api.post(f"/shows/{show['id']}/end")
    expect(page.get_by_text("The show has ended.").first).to_be_visible()

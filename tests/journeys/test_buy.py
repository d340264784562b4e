"""A viewer watches and buys: on our page, on a brand's page, by keyboard alone.

The video never stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from tests.journeys.conftest import IN_TURN, Installation, new_visitor, until

pytestmark = [IN_TURN]
VIDEO = "document.querySelector('video')"


def watch(page: Page, address: str) -> None:
    page.goto(address)
    until(page, f"{VIDEO}?.currentTime > 0 && !{VIDEO}.paused && {VIDEO}.videoWidth > 0")


def position(page: Page) -> float:
    value: float = page.evaluate(f"{VIDEO}.currentTime")
    return value


def say_born(
    root: Page | FrameLocator, day: str = "7", year: str = "1986", month: str = "3"
) -> None:
    """Answer the question that everybody is asked."""
    root.locator("#age-day").fill(day)
    root.locator("#age-month").select_option(month)
    root.locator("#age-year").fill(year)
    root.locator("#age-year").press("Enter")


def fill_details(root: Page | FrameLocator, email: str) -> None:
    say_born(root)
    root.get_by_label("Email").fill(email)
    root.get_by_label("Full name").fill("Sofia Marin")
    root.get_by_label("Street and number").fill("48 Alder Street")
    root.get_by_label("City").fill("Bristol")
    root.get_by_label(re.compile("Postcode|ZIP|Postal", re.I)).fill("BS1 4DJ")


def fill_card(root: Page | FrameLocator, number: str = "4242 4242 4242 4242") -> None:
    root.get_by_label("Card number").fill(number)


def open_product(root: Page | FrameLocator, name: str) -> None:
    row: Locator = root.get_by_role("listitem").filter(has_text=name)
    row.get_by_role("button").or_(row.get_by_role("link")).first.click()


def orders_of_merchant(demo: Installation) -> list[dict[str, Any]]:
    with demo.api("merchant") as api:
        found: list[dict[str, Any]] = api.get("/orders").json()["items"]
    return found


def test_viewer_buys_without_leaving_the_video(demo: Installation, page: Page) -> None:
    before = len(orders_of_merchant(demo))
    watch(page, f"{demo.show_page}?lang=en")
    page.evaluate(
        f"window.theVideo = {VIDEO}; window.pauses = 0; theVideo.addEventListener('pause', "
        f"() => window.pauses++)"
    )

    open_product(page, "Olive Grove Vase")
    page.get_by_role("button", name=re.compile("Hold and check out")).click()
    expect(page.get_by_role("dialog").get_by_role("timer")).to_be_visible()
    fill_details(page, "sofia@example.com")
    fill_card(page)
    seen_at = position(page)
    page.get_by_role("button", name=re.compile(r"Order and pay.*£52\.00")).click()
    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()

    assert position(page) > seen_at
    assert page.evaluate(f"window.theVideo === {VIDEO} && window.pauses === 0")
    after = orders_of_merchant(demo)
    assert len(after) == before + 1
    assert after[0]["total"] == {"amount": 5200, "currency": "GBP"} or after[-1]["total"] == {
        "amount": 5200,
        "currency": "GBP",
    }


def test_declined_card_keeps_the_hold_and_another_card_pays(demo: Installation, page: Page) -> None:
    watch(page, f"{demo.show_page}?lang=en")
    open_product(page, "Dune Stripe Scarf")
    page.get_by_role("button", name=re.compile("Hold and check out")).click()
    fill_details(page, "declined@example.com")
    fill_card(page, "4000 0000 0000 0002")
    page.get_by_role("button", name=re.compile("Order and pay")).click()

    expect(page.get_by_role("alert").first).to_contain_text("declined")
    expect(page.get_by_role("dialog").get_by_role("timer")).to_be_visible()
    assert page.get_by_label("Email").input_value() == "declined@example.com"

    # The network goes before the other card is tried: nobody declined that one.
    fill_card(page)
    page.context.set_offline(True)
    page.get_by_role("button", name=re.compile("Pay again")).click()
    expect(page.get_by_role("alert").first).to_contain_text("could not reach the shop")
    page.context.set_offline(False)
    again = page.get_by_role("button", name=re.compile("Order and pay"))
    expect(again).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)

    again.click()
    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()


def test_purchase_survives_a_reload_and_is_seen_in_a_second_tab(
    demo: Installation, context: BrowserContext, page: Page
) -> None:
    watch(page, f"{demo.show_page}?lang=en")
    open_product(page, "Amber Hour")
    page.get_by_role("button", name=re.compile("Hold and check out")).click()
    fill_details(page, "tunnel@example.com")
    second = context.new_page()
    watch(second, f"{demo.show_page}?lang=en")
    expect(second.get_by_role("timer").first).to_be_visible()

    page.reload()
    page.get_by_role("button", name=re.compile("^Check out")).first.click()
    expect(page.get_by_label("Email")).to_have_value("tunnel@example.com")
    fill_card(page)
    page.get_by_role("button", name=re.compile("Order and pay")).click()

    for tab in (page, second):
        expect(tab.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()
    page.get_by_role("button", name="Back to the show").last.click()
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_have_count(0)


@contextmanager
def nothing_left(demo: Installation, browser: Browser, sku: str) -> Iterator[None]:
    """Other people hold every piece that is left, each at an address of their own, and put it back:
    other journeys buy it too.
    """
    show = f"{demo.base}/api/v1/shows/{demo.facts['show_id']}"
    others: list[tuple[BrowserContext, dict[str, str]]] = []
    while True:
        other = new_visitor(browser)
        variants = [
            variant
            for product in other.request.get(show).json()["products"]
            for variant in product["variants"]
            if variant["sku"] == sku
        ]
        answer = other.request.post(
            f"{show}/holds",
            headers={"Idempotency-Key": uuid4().hex},
            data={
                "lines": [{"sku": sku, "quantity": 1}],
                "expected_total": variants[0]["price"],
            },
        )
        if answer.status != 201:
            assert answer.json()["code"] == "sold_out"
            other.close()
            break
        others.append((other, answer.json()))
    try:
        yield
    finally:
        for other, hold in others:
            headers = {"Authorization": f"Bearer {hold['token']}"}
            put_back = other.request.delete(
                f"{demo.base}/api/v1/holds/{hold['id']}", headers=headers
            )
            assert put_back.status == 204, put_back.text()
            other.close()


def test_own_hold_of_the_last_piece_is_met_again_in_every_tab(
    demo: Installation, browser: Browser, context: BrowserContext, page: Page
) -> None:
    watch(page, f"{demo.show_page}?lang=en")
    second = context.new_page()
    watch(second, f"{demo.show_page}?lang=en")
    open_product(page, "Olive Grove Vase")
    page.get_by_role("button", name=re.compile("Hold and check out")).click()
    expect(page.get_by_role("dialog").get_by_role("timer")).to_be_visible()
    fill_details(page, "closed@example.com")
    with nothing_left(demo, browser, "LW-VASE-MOSS"):
        page.close()

        reopened = context.new_page()
        watch(reopened, f"{demo.show_page}?lang=en")
        for tab in (second, reopened):
            expect(tab.get_by_role("timer").first).to_be_visible()
            open_product(tab, "Olive Grove Vase")
            product = tab.get_by_role("dialog", name="Olive Grove Vase")
            expect(product).to_contain_text("Held for you already")
            expect(product.get_by_text("is sold out")).to_have_count(0)
            product.get_by_role("button", name="Check out").click()
            say_born(tab)
            # What was typed belongs to the tab it was typed in.
            expect(tab.get_by_label("Email")).to_have_value("")
        reopened.get_by_role("button", name="Put it back on the shelf").click()
        expect(second.get_by_role("timer")).to_have_count(0)


def test_viewer_buys_inside_a_brand_s_website(demo: Installation, page: Page) -> None:
    heard: list[str] = []
    page.expose_function("heard", lambda kind: heard.append(kind))
    page.add_init_script(
        "for (const kind of ['ready', 'order']) addEventListener('showfloor:' + kind, () => "
        "window.heard(kind))"
    )
    page.goto(f"{demo.brand}/?lang=en")
    frame = page.frame_locator("showfloor-live iframe")
    expect(frame.locator("video")).to_be_visible()
    inner = next(candidate for candidate in page.frames if "/embed/" in candidate.url)
    until(inner, f"{VIDEO}?.currentTime > 0 && !{VIDEO}.paused")

    frame.get_by_role("button", name=re.compile("Open the shelf|products")).first.click()
    open_product(frame, "Nesting Bowls")
    frame.get_by_role("button", name=re.compile("Hold and check out")).click()
    fill_details(frame, "brand@example.com")
    fill_card(frame)
    frame.get_by_role("button", name=re.compile("Order and pay")).click()
    expect(frame.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()

    assert page.context.cookies(demo.base) == []
    assert heard[0] == "ready" and "order" in heard


def test_unregistered_website_may_not_frame_the_show(demo: Installation, browser: Browser) -> None:
    page = browser.new_page()
    # The brand's own page, asked for under a name that nobody registered, is another site.
    stranger = demo.brand.replace("127.0.0.1", "localhost").replace("brand.test", "stranger.test")
    codes: list[str] = []
    page.expose_function("failed", lambda code: codes.append(code))
    page.add_init_script("addEventListener('showfloor:error', e => window.failed(e.detail.code))")
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{stranger}/?lang=en")
    element = page.locator("showfloor-live")
    expect(element).to_contain_text("The show cannot be seen here right now.")

    assert codes == ["origin_not_allowed"]
    expect(element.locator("iframe")).to_have_count(0)
    box = element.locator("p").bounding_box()
    assert box is not None and box["height"] < 200
    page.close()


def test_element_follows_its_attributes_and_survives_being_moved(
    demo: Installation, page: Page
) -> None:
    page.goto(f"{demo.brand}/?lang=en")
    frame = page.frame_locator("showfloor-live iframe")
    expect(frame.locator("video")).to_be_visible()

    page.evaluate(
        "(() => { const live = document.querySelector('showfloor-live');"
        " live.setAttribute('lang', 'AR-eg'); live.remove(); document.body.append(live); })()"
    )

    expect(frame.locator("html")).to_have_attribute("lang", "ar")
    expect(frame.locator("video")).to_be_visible()


def test_frame_with_too_few_rights_shows_a_way_to_the_show(
    demo: Installation, context: BrowserContext
) -> None:
    # Without an origin browsers refuse the frame our scripts and fonts, and say so; without forms
    # every submission is dropped, and they say that, too.
    page = context.new_page()
    page.goto(f"{demo.brand}/?lang=en")

    def frame(rights: str) -> FrameLocator:
        page.evaluate(
            "([address, rights]) => { document.getElementById('poor')?.remove();"
            " const frame = document.createElement('iframe'); frame.id = 'poor';"
            " frame.sandbox = rights; frame.src = address; frame.width = 1000;"
            " frame.height = 700; document.body.prepend(frame); }",
            [f"{demo.base}/embed/{demo.facts['slug']}?lang=en", rights],
        )
        return page.frame_locator("#poor")

    expect(frame("allow-scripts").get_by_role("link", name="Open the show")).to_be_visible()

    poor = frame("allow-scripts allow-same-origin allow-popups")
    poor.get_by_role("button", name="View: Meridian Watch").first.click()
    expect(poor.get_by_role("dialog")).to_contain_text("Ordering is not possible in this window")
    expect(poor.get_by_role("button", name="Hold and check out")).to_have_count(0)
    with page.expect_popup() as opened:
        poor.get_by_role("link", name="Open the show").click()
    # What is opened from such a frame takes over what it may not do.
    opened.value.get_by_role("button", name="View: Meridian Watch").first.click()
    said = opened.value.get_by_role("dialog")
    expect(said).to_contain_text(f"{demo.base}/s/{demo.facts['slug']}")

    whole = frame("allow-scripts allow-same-origin allow-popups allow-forms")
    whole.get_by_role("button", name="View: Meridian Watch").first.click()
    expect(whole.get_by_role("button", name="Hold and check out")).to_be_visible()


def test_whole_purchase_and_its_withdrawal_by_keyboard_alone(
    demo: Installation, page: Page
) -> None:
    watch(page, f"{demo.show_page}?lang=en")

    def reach(name: str) -> None:
        """Tab until the control with this name has the focus."""
        for _ in range(80):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(() => { const at = document.activeElement; return at.ariaLabel || "
                "at.labels?.[0]?.innerText || at.innerText || '' })()"
            )
            if re.search(name, str(focused)):
                return
        raise AssertionError(f"{name} cannot be reached by keyboard")

    reach("Meridian Watch")
    page.keyboard.press("Enter")
    reach("Hold and check out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("timer")).to_be_visible()
    for label, text in [
        ("Day", "7"),
        ("Month", "March"),
        ("Year", "1986\n"),
        ("Email", "keys@example.com"),
        ("Full name", "Sofia"),
        ("Street", "48 Alder"),
        ("City", "Bristol"),
        ("Postcode", "BS1 4DJ"),
    ]:
        reach(f"^{label}")
        page.keyboard.type(text)
    reach("Card number")
    page.keyboard.type("4242424242424242")
    reach("Order and pay")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("It is yours"))).to_be_visible()
    address = page.locator('a[href^="/o/"]').get_attribute("href")

    page.goto(f"{demo.base}{address}")
    reach("Withdraw from contract here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Confirm withdrawal")).to_be_visible()
    reach("Confirm withdrawal")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("^Withdrawal received on"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("^Withdrawal received on"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Withdraw"))).to_have_count(0)


def test_arabic_viewer_buys(demo: Installation, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    watch(page, f"{demo.show_page}?lang=ar")
    assert page.locator("html").get_attribute("dir") == "rtl"

    # By role, which leaves out what is hidden: a locator that once found the hidden shelf's own
    # button would wait for that one.
    page.get_by_role("button", name=re.compile("الرفّ")).first.click()
    row = page.get_by_role("listitem").filter(has_text="كوب الفجر")
    row.get_by_role("button").or_(row.get_by_role("link")).first.click()
    page.get_by_role("button", name=re.compile("حجز ومتابعة الدفع")).click()
    say_born(page, "٧", "١٩٨٦")
    page.get_by_label("البريد الإلكتروني").fill("noura@example.com")
    page.get_by_label("الاسم الكامل").fill("نورة سالم")
    page.get_by_label("الشارع").first.fill("شارع ٤٨")
    page.get_by_label("المدينة").fill("لندن")
    page.get_by_label("الرمز البريدي").fill("N1 9GU")
    page.get_by_label("رقم البطاقة").fill("٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢")
    page.get_by_role("button", name=re.compile("تأكيد الطلب ودفع")).click()

    expect(page.get_by_role("heading", name=re.compile("تمّ طلبك"))).to_be_visible()

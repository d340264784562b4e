"""The show in other browsers than Chromium: it starts muted by itself and plays on, untouched."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import IN_TURN, SHOP, Installation
from tests.journeys.webdriver import WebDriver, firefox, lacks_firefox, lacks_webkit, webkit

pytestmark = [IN_TURN]
VIDEO = "document.querySelector('showfloor-show video')"
# The page's own words on what the player does, and how often the picture stopped.
WATCH = f"""
(() => {{
  const video = {VIDEO};
  window.unmuted = 0;
  video.addEventListener('volumechange', () => {{ if (!video.muted) window.unmuted += 1; }});
  window.from = video.currentTime;
  return true;
}})()
"""
# The player mutes again by `muted = true` and goes on by `play()`: the element does neither now.
WITHOUT_THE_GUARD = f"""
(() => {{
  const video = {VIDEO};
  const muted = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'muted');
  Object.defineProperty(video, 'muted', {{ get: () => muted.get.call(video), set: () => {{}} }});
  video.play = () => Promise.resolve();
  return true;
}})()
"""


def _play(driver: WebDriver, address: str) -> None:
    driver.goto(address)
    driver.until(f"{VIDEO} !== null && {VIDEO}.currentTime > 0")
    driver.evaluate(WATCH)


def _stays_as_nobody_touched_it(driver: WebDriver, seconds: int) -> None:
    driver.until(f"{VIDEO}.currentTime > window.from + {seconds}")
    driver.until(f"!{VIDEO}.paused && {VIDEO}.muted")
    assert driver.evaluate("document.querySelector('.stage__sound').classList.contains('muted')")


@pytest.mark.skipif(lacks_webkit() is not None, reason=f"not installed: {lacks_webkit()}")
def test_untouched_show_plays_on_muted_in_webkit(demo: Installation) -> None:
    with webkit() as driver:
        _play(driver, f"{_local(demo)}?lang=en")
        # WebKitGTK unmutes a video whose rate is written, and pauses it then.
        driver.evaluate(f"({VIDEO}.playbackRate = 1.05, true)")

        _stays_as_nobody_touched_it(driver, 5)

        # The twin: with what the guard does taken from it, the browser has its way.
        driver.evaluate(WITHOUT_THE_GUARD)
        driver.evaluate(f"({VIDEO}.playbackRate = 1.06, true)")
        driver.until(f"!{VIDEO}.muted || {VIDEO}.paused")


@pytest.mark.skipif(lacks_firefox() is not None, reason=f"not installed: {lacks_firefox()}")
def test_untouched_show_plays_in_firefox_and_its_goods_can_be_held(demo: Installation) -> None:
    with firefox() as driver:
        _play(driver, f"{_local(demo)}?lang=en")
        _stays_as_nobody_touched_it(driver, 5)

        driver.evaluate("(document.querySelector('.shelf__open').click(), true)")
        driver.until("document.querySelector('.sheet .btn-primary') !== null")
        driver.evaluate("(document.querySelector('.sheet .btn-primary').click(), true)")
        driver.until("document.querySelector('.sheet [role=timer]') !== null")


def _local(demo: Installation) -> str:
    """The show's page; every name that ends in localhost is this machine (RFC 6761)."""
    assert SHOP.endswith(".localhost")
    return demo.show_page

"""The first picture of a live show does not wait for the player's script."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import IN_TURN, Installation, until
from tests.journeys.test_buy import VIDEO

pytestmark = [IN_TURN]
FILM = ".stage__newest"
COUNT_FRAMES = """
window.frames_of_film = 0;
new MutationObserver((_, observer) => {
  const film = document.querySelector('.stage__newest');
  if (!film) return;
  observer.disconnect();
  const shown = () => { window.frames_of_film++; film.requestVideoFrameCallback(shown); };
  film.requestVideoFrameCallback(shown);
}).observe(document, { childList: true, subtree: true });
"""


def test_newest_media_move_until_the_player_has_a_picture(page: Page, demo: Installation) -> None:
    held: list[Route] = []
    page.route("**/assets/hls-*.js", lambda route: held.append(route))
    page.add_init_script(COUNT_FRAMES)

    page.goto(f"{demo.show_page}?lang=en", wait_until="commit")
    until(page, "window.frames_of_film > 1")
    # The page takes its place, and the film goes on there.
    page.locator("[data-scene=starting]").wait_for()
    expect(page.locator(f"[data-scene] {FILM}")).to_have_count(1)
    # It is over, and there is still no player: that is said.
    until(page, f"document.querySelector('{FILM}').ended")
    page.locator(".stage__state-starting").wait_for()

    for route in held:
        route.continue_()
    page.unroute("**/assets/hls-*.js")
    until(page, f"{VIDEO}.currentTime > 0 && !{VIDEO}.paused && {VIDEO}.videoWidth > 0")
    expect(page.locator(FILM)).to_have_count(0)
    expect(page.locator(".stage__state-starting")).to_have_count(0)

/** The show page, the brand's frame, and the rehearsal that a team watches. */
import { defineIsland } from "../elements/island";
import { loaded } from "../elements/load";
import type { ComponentProps } from "svelte";
import { inOtherLanguage } from "../i18n/other-language";
import Show from "../elements/show.svelte";
import { prepare } from "../player/playback";
import { savesData } from "../player/save-data";
import { pageData, type RehearsalPage, type ShowPageData } from "../page";

const page = pageData<ShowPageData | RehearsalPage>();
if (!("show" in page)) beginRehearsal(page);
else begin(page);

/** Not awaited here, as the frame of a brand below. */
function beginRehearsal(page: RehearsalPage): void {
  void loaded(() => import("../rehearsal/rehearsal.svelte")).then(({ default: Rehearsal }) =>
    defineIsland("showfloor-show", Rehearsal, () => ({ page })),
  );
}

function begin(page: ShowPageData): void {
  const other = (page.other_language_url = inOtherLanguage(page.other_language_url, location.href));
  document.querySelector("header a[hreflang]")?.setAttribute("href", other);
  // The player's chunk is evaluated beside the page, not when the stage asks for it.
  if ((page.show.state === "live" || page.show.state === "interrupted") && !savesData(page))
    void prepare().catch(() => undefined);
  if (page.embed) {
    const { theme } = page.embed;
    // Not awaited here: a chunk may import this one, which would wait for itself.
    void loaded(() => import("../embed/framed")).then(({ announce, applyTheme }) => {
      applyTheme(theme);
      define({ page, watch: announce });
    });
  } else define({ page });
}

function define(props: ComponentProps<typeof Show>): void {
  defineIsland("showfloor-show", Show, () => props);
}

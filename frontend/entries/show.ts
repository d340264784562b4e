/** The show page and the brand's frame. */
import { defineIsland } from "../elements/island";
import { loaded } from "../elements/load";
import type { ComponentProps } from "svelte";
import Show from "../elements/show.svelte";
import { prepare } from "../player/playback";
import { savesData } from "../player/save-data";
import { pageData, type ShowPageData } from "../page";

const page = pageData<ShowPageData>();
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

function define(props: ComponentProps<typeof Show>): void {
  defineIsland("showfloor-show", Show, () => props);
}

/** The show page and the brand's frame. */
import { announce } from "../embed/frame.svelte";
import { applyTheme } from "../embed/theme";
import { defineIsland } from "../elements/island";
import Show from "../elements/show.svelte";
import { prepare } from "../player/playback";
import { savesData } from "../player/save-data";
import { pageData, type ShowPageData } from "../page";

const page = pageData<ShowPageData>();
// The player's chunk is evaluated beside the page, not when the stage asks for it.
if ((page.show.state === "live" || page.show.state === "interrupted") && !savesData(page))
  void prepare().catch(() => undefined);
if (page.embed) applyTheme(page.embed.theme);
defineIsland("showfloor-show", Show, () => (page.embed ? { page, watch: announce } : { page }));

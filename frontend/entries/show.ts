/** The show page and the brand's frame. */
import { announce } from "../embed/frame.svelte";
import { applyTheme } from "../embed/theme";
import { defineIsland } from "../elements/island";
import Show from "../elements/show.svelte";
import { pageData, type ShowPageData } from "../page";

const page = pageData<ShowPageData>();
if (page.embed) applyTheme(page.embed.theme);
defineIsland("showfloor-show", Show, () => (page.embed ? { page, watch: announce } : { page }));

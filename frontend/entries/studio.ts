/** The studio: the one application. */
import { defineIsland } from "../elements/island";
import { pageData, type StudioPage } from "../page";
import Studio from "../studio/studio.svelte";

const page = pageData<StudioPage>();
defineIsland("showfloor-studio", Studio, () => ({ page }));

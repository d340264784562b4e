/** The studio: the one application. */
import { defineIsland } from "../elements/island";
import { pageData, type PageData } from "../page";
import Studio from "../studio/studio.svelte";

const page = pageData<PageData>();
defineIsland("showfloor-studio", Studio, () => ({ page }));

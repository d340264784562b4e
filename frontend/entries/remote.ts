/** A second device that pins and unpins. */
import { defineIsland } from "../elements/island";
import { pageData } from "../page";
import Remote from "../remote/remote.svelte";

const page = pageData();
defineIsland("showfloor-remote", Remote, () => ({ page }));

/** A viewer's own account. */
import Account from "../account/account.svelte";
import { defineIsland } from "../elements/island";
import { pageData, type AccountPage } from "../page";

const page = pageData<AccountPage>();
defineIsland("showfloor-account", Account, () => ({ page }));

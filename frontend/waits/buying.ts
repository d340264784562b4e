/** What is held for who waited in line goes to the purchase of this page. */
import type { Wait } from "../contract";
import type { ShowStore } from "../shop/store.svelte";
import type { Places } from "./places.svelte";

/** Whether it is in the purchase of this page then. Not where other goods are: these are finished
 *  first. */
export async function takeHeld(store: ShowStore, places: Places, wait: Wait): Promise<boolean> {
  const { buying } = store;
  // A page that was suspended does not know what another tab holds.
  buying.catchUp();
  if (buying.open) return buying.open.id === wait.held?.hold_id;
  const hold = await places.take(wait);
  // Other goods may have come meanwhile.
  if (!hold || buying.open || buying.busy) return false;
  buying.adopt(hold);
  return true;
}

/** To its purchase, or to that of other goods, which says that it is still held. Where it is not,
 *  nothing opens, and `places` says why. */
export async function buyHeld(store: ShowStore, places: Places, wait: Wait): Promise<void> {
  if ((await takeHeld(store, places, wait)) || store.buying.open) store.open("checkout");
}

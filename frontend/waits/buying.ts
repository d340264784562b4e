/** From a place in line to the purchase of what is held in it. */
import type { HeldPiece } from "../contract";
import type { ShowStore } from "../shop/store.svelte";
import type { Places } from "./places.svelte";

/** False where no purchase is open now: the place, or `buying.problem`, says why. */
export async function buyHeld(store: ShowStore, places: Places, held: HeldPiece): Promise<boolean> {
  if (await store.buyHeld(held)) return true;
  if (!store.buying.problem) places.ranOut(held);
  return false;
}

/** What a show's page loads for somebody who waits in line, or may want to. */
import type { Wait } from "../contract";
import type { ShowStore } from "../shop/store.svelte";
import { buyHeld, takeHeld } from "./buying";
import { Places, waitIn } from "./places.svelte";
import Action from "./action.svelte";
import Beside from "./beside.svelte";
import Note from "./note.svelte";
import Strip from "./strip.svelte";
import type { WaitParts } from "./types";

/** The link of a mail leads to the purchase. */
export async function openWaits(store: ShowStore): Promise<WaitParts> {
  const places = new Places(store.page.api, store.page.show.id);
  const take = (wait: Wait) => takeHeld(store, places, wait);
  const parts: WaitParts = { places, take, Action, Beside, Note, Strip };
  const token = waitIn(location.hash);
  await places.load();
  store.waits = parts;
  if (token === null) return parts;
  // Nobody finds it in the history afterwards.
  history.replaceState(history.state, "", location.pathname + location.search);
  const found = await places.open(token);
  if (found && places.isOfferedHere(found)) await buyHeld(store, places, found);
  // On a phone what became of it stands on the shelf, which is closed.
  if (store.view === "show") store.open("shelf");
  return parts;
}

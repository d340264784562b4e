/** What a show's page loads for somebody who waits in line, or may want to. */
import type { ShowStore, WaitParts } from "../shop/store.svelte";
import { buyHeld } from "./buying";
import { Places, waitIn } from "./places.svelte";
import Action from "./action.svelte";
import Note from "./note.svelte";
import Strip from "./strip.svelte";

/** The link of a mail leads to the purchase. */
export async function openWaits(store: ShowStore): Promise<WaitParts> {
  const places = new Places(store.page.api, store.page.show.id);
  const parts: WaitParts = { places, Action, Note, Strip };
  const token = waitIn(location.hash);
  await places.load();
  if (token === null) return parts;
  // Nobody finds it in the history afterwards.
  history.replaceState(history.state, "", location.pathname + location.search);
  const found = await places.open(token);
  const leadsOn = found?.held ? await buyHeld(store, places, found.held) : false;
  // On a phone what became of it stands on the shelf, which is closed.
  if (!leadsOn && store.view === "show") store.open("shelf");
  return parts;
}

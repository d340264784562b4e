/** The chat of a show page, loaded after the picture. */
import type { ShowStore } from "../shop/store.svelte";
import Lane from "./lane.svelte";
import Panel from "./panel.svelte";
import { Talk, type Chat } from "./talk.svelte";
import { Wishes } from "./wishes.svelte";

/** Takes what the room has said until now, and listens from here on. */
export function openChat(store: ShowStore): Chat {
  const talk = new Talk(store);
  talk.wishes = new Wishes(store);
  for (const event of store.said.splice(0)) talk.hear(event);
  store.hear = (event, isAgain) => talk.hear(event, isAgain);
  store.onframes.add((moment) => store.replaying && talk.recorded.frame(moment));
  return { talk, Lane, Panel };
}

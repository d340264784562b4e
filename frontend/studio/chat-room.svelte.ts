/** A show's chat by itself: for those whom its host named to moderate it, who see nothing else of
 *  the show, and for the host once the control room is closed. */
import { problemOf, type Problem } from "../api/client";
import type { Show } from "../contract";
import { listen } from "../room/connection";
import { Said, type ChatListener } from "./said";
import type { Studio } from "./session.svelte";

export class ChatRoom {
  show = $state.raw<Show | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Another number when what is asked has changed. */
  questions = $state<number | null>(null);
  readonly #said = new Said();
  #hangUp: (() => void) | null = null;
  #stopped = false;

  constructor(
    readonly studio: Studio,
    readonly showId: string,
  ) {}

  /** Whether this person runs the show, and names who moderates it. */
  readonly runs = $derived.by(() => this.#mayInTeam("show.run"));
  /** Whether this person moderates as one of the host's team, and not this show alone. */
  readonly ofTeam = $derived.by(() => this.#mayInTeam("chat.moderate"));

  #mayInTeam(right: "show.run" | "chat.moderate"): boolean {
    const session = this.studio.session;
    const host = this.show?.host.id;
    if (!session || !host) return false;
    const own = session.teams.find(({ team }) => team === host);
    return session.operator || (own?.may.includes(right) ?? false);
  }

  async start(): Promise<void> {
    try {
      const show = await this.studio.request<Show>(`/shows/${this.showId}`);
      if (this.#stopped) return;
      this.show = show;
      // Who moderates is no viewer.
      this.#hangUp = listen(`${show.playback.events_url}?watching=0`, {
        changed: (room) => {
          this.questions = room.questions;
          this.#said.set(room.entries.chat);
        },
        connected: (open) => open && this.#said.hear(null),
        said: (event) => this.#said.hear(event),
      });
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#hangUp?.();
  }

  follow = (chat: ChatListener): (() => void) => this.#said.follow(chat);
}

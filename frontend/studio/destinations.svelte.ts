/** Where a show goes besides here: the list asked for every two seconds, and each step by itself. */
import { problemOf, type Call } from "../api/client";
import type { Destination, Platform } from "../contract";
import { Part } from "./account.svelte";
import type { Studio } from "./session.svelte";

const POLL = 2000;

type Requests = Pick<Studio, "request">;

export class Destinations extends Part<Destination> {
  platforms = $state.raw<readonly Platform[]>([]);
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    studio: Requests,
    readonly showId: string,
  ) {
    super(
      studio,
      async () =>
        (await studio.request<{ items: Destination[] }>(`/shows/${showId}/destinations`)).items,
    );
  }

  start(): void {
    void this.load();
    void this.studio
      .request<{ items: Platform[] }>("/platforms")
      .then(({ items }) => (this.platforms = items))
      .catch((error: unknown) => (this.problem = problemOf(error)));
    // A step shows its own answer.
    this.#timer = setInterval(() => void (this.busy || this.load()), POLL);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  add = (platform: string, name: string, url: string, key: string) =>
    this.#send("", { method: "POST", body: { platform, name, url, key } });

  set = ({ id }: Destination, started: boolean) =>
    this.#send(`/${id}/${started ? "start" : "stop"}`, { method: "POST" });

  setKey = ({ id }: Destination, key: string) =>
    this.#send(`/${id}`, { method: "PATCH", body: { key } });

  remove = ({ id }: Destination) => this.#send(`/${id}`, { method: "DELETE" });

  #send(path: string, options: Call): Promise<unknown> {
    return this.step(`/shows/${this.showId}/destinations${path}`, options, "");
  }
}

const KINDS: Partial<Record<string, string>> = {
  waiting: "badge-good",
  sending: "badge-good",
  slow: "badge-warn",
  retrying: "badge-warn",
  refused: "badge-bad",
};

/** The badge of a destination: its colour, and which words (`destination.state.…`). */
export function badgeOf({ state, slow }: Destination): { kind: string; state: string } {
  const shown = state === "sending" && slow ? "slow" : state;
  return { kind: KINDS[shown] ?? "", state: shown };
}

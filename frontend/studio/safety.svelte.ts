/** What waits for an operator: suspicions with their deadlines, requests, and what the gate counts. */
import { Work } from "../api/work.svelte";
import type { AgeCase, Safety } from "../contract";
import type { Studio } from "./session.svelte";

const HOUR = 3600_000;
/** From here on a clock is red. */
export const SOON = 24;

export interface Closing {
  decision: "adult" | "child";
  reason: string;
  words: string;
  proof: string | null;
}

/** Whole hours until a deadline; negative when it has passed. */
export const hoursLeft = (due: string, now: string): number =>
  Math.floor((Date.parse(due) - Date.parse(now)) / HOUR);

/** The largest unit in which a time is at least one, for `safety.seconds` and its like. */
export function inWords(seconds: number): { unit: "seconds" | "minutes" | "hours"; count: number } {
  if (seconds < 60) return { unit: "seconds", count: seconds };
  if (seconds < 3600) return { unit: "minutes", count: Math.round(seconds / 60) };
  return { unit: "hours", count: Math.round(seconds / 3600) };
}

export class SafetyDesk extends Work {
  state = $state.raw<Safety | null>(null);
  /** What is open about which case. */
  open = $state.raw<{ id: string; what: "decide" | "contact" } | null>(null);
  /** A contact that was read; null for whom nobody can reach. It is in this page's memory only. */
  contact = $state.raw<{ id: string; email: string | null } | null>(null);
  /** What the person said lately, of the case that is being decided. */
  said = $state.raw<readonly string[]>([]);
  /** A message's key. */
  done = $state("");

  constructor(private readonly studio: Pick<Studio, "request">) {
    super();
  }

  load = (): Promise<boolean> => this.once(() => this.#read());

  /** From here the time that a decision takes is counted. */
  begin = (each: AgeCase): Promise<boolean> =>
    this.once(async () => {
      this.done = "";
      const { said } = await this.#post<{ said: string[] }>(`cases/${each.id}/review`);
      this.said = said;
      this.open = { id: each.id, what: "decide" };
    });

  ask = (each: AgeCase): void => {
    this.problem = this.contact = null;
    this.open = { id: each.id, what: "contact" };
  };

  leave = (): void => {
    this.problem = this.open = null;
  };

  read = (each: AgeCase, reason: string): Promise<boolean> =>
    this.once(async () => {
      const found = await this.#post<{ email: string | null }>(`cases/${each.id}/contact`, {
        reason,
      });
      this.contact = { id: each.id, email: found.email };
      this.open = null;
    });

  close = (each: AgeCase, closing: Closing): Promise<boolean> =>
    this.once(async () => {
      await this.#post(`cases/${each.id}/decision`, closing);
      this.open = this.contact = null;
      this.done = "safety.closed";
      await this.#read();
    });

  report = (email: string): Promise<boolean> =>
    this.once(async () => {
      await this.#post("reports", { email });
      this.done = "safety.reported";
      await this.#read();
    });

  async #read(): Promise<void> {
    this.state = await this.studio.request<Safety>("/safety");
  }

  #post<T = undefined>(path: string, body: object = {}): Promise<T> {
    return this.studio.request<T>(`/safety/${path}`, { method: "POST", body });
  }
}

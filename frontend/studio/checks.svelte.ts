/** What stands against going live, asked for every three seconds while somebody looks. */
import { problemOf, type Problem } from "../api/client";
import type { Check, PreflightReport } from "../contract";
import type { Language } from "../i18n/i18n";
import type { Studio } from "./session.svelte";

const POLL = 3000;

export class Preflight {
  report = $state.raw<PreflightReport | null>(null);
  problem = $state.raw<Problem | null>(null);
  #timer: ReturnType<typeof setInterval> | null = null;
  /** Measuring the sound takes a moment; one question waits for its answer. */
  #asking = false;

  constructor(
    readonly studio: Pick<Studio, "request">,
    readonly showId: string,
  ) {}

  start(): void {
    void this.ask();
    this.#timer = setInterval(() => void this.ask(), POLL);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  async ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.report = await this.studio.request<PreflightReport>(`/shows/${this.showId}/preflight`);
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.#asking = false;
    }
  }
}

export const ICONS = { ok: "check", warn: "warn", bad: "warn", unknown: "info" } as const;

/** What is wrong comes first. */
const ORDER = { bad: 0, warn: 1, unknown: 2, ok: 3 } as const;

export const inOrder = (checks: readonly Check[]): Check[] =>
  checks.toSorted((a, b) => ORDER[a.status] - ORDER[b.status]);

/** The server's media figures and the networks' rules have sentences of their own already. */
export function sentence({ t }: Language, { area, code, params }: Check): string {
  if (area === "destinations" && code !== "destinations_ready")
    return t(`destination.rule.${code}`, params);
  if (area !== "signal") return t(`preflight.${code}`, params);
  const said = t(`health.${code}`, params);
  return said === `health.${code}` ? t("health.other", { code }) : said;
}

/** What to do about it, where the sentence does not say it. */
export function remedy({ t }: Language, { code, params }: Check): string | null {
  const said = t(`preflight.${code}.fix`, params);
  return said === `preflight.${code}.fix` ? null : said;
}

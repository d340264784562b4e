/** How much of what hosts ask a seller for still waits for a yes: the bar and the first page of the desk say so. */
import { getContext, setContext } from "svelte";
import type { AskedDrops, TeamCoupons } from "../contract";
import type { Language } from "../i18n/i18n";
import type { Studio } from "../studio/session.svelte";

const planned = (each: { state: string; agreed: boolean }): boolean =>
  each.state === "planned" && !each.agreed;

export class Waiting {
  drops = $state(0);
  coupons = $state(0);
  #asked = 0;

  constructor(readonly studio: Pick<Studio, "request">) {}

  get total(): number {
    return this.drops + this.coupons;
  }

  /** A refusal or a lost answer changes nothing. */
  load = async (): Promise<void> => {
    const turn = ++this.#asked;
    try {
      const [{ drops }, { coupons }] = await Promise.all([
        this.studio.request<AskedDrops>("/drops/asked"),
        this.studio.request<TeamCoupons>("/coupons/asked"),
      ]);
      if (turn !== this.#asked) return;
      this.drops = drops.filter(planned).length;
      this.coupons = coupons.filter(planned).length;
    } catch {
      return;
    }
  };

  /** In a sentence; empty where nothing waits. */
  said({ t, list }: Pick<Language, "t" | "list">): string {
    const parts = [
      this.drops && t("desk.asked_drops", { count: this.drops }),
      this.coupons && t("desk.asked_coupons", { count: this.coupons }),
    ].filter((part) => part !== 0);
    return parts.length ? t("desk.asked", { what: list(parts) }) : "";
  }
}

const WAITING = Symbol("waiting");
export const provideWaiting = (waiting: Waiting) => setContext(WAITING, waiting);
export const useWaiting = () => getContext<Waiting | undefined>(WAITING);

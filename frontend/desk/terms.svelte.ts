/** What a seller lays down: terms, returns, privacy, each in versions. */
import { problemOf, type Problem } from "../api/client";
import type { Lang, SellerTerms, TermsKind } from "../contract";
import type { Studio } from "../studio/session.svelte";

export type WayBack = NonNullable<SellerTerms["way_back"]>;
type Requests = Pick<Studio, "request">;
export const KINDS: readonly TermsKind[] = ["terms", "returns", "privacy"];

/** What stands in a field: the words, or an address alone. */
const said = (typed: string) => {
  const text = typed.trim();
  return /^https:\/\/\S+$/.test(text) ? { text: "", url: text } : { text, url: "" };
};

export class Terms {
  /** Null until the shop has answered. */
  items = $state.raw<SellerTerms[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** Which kind was saved last. */
  saved = $state<TermsKind | null>(null);

  constructor(
    private readonly studio: Requests,
    readonly merchant: string,
  ) {}

  get path(): string {
    return `/merchants/${this.merchant}/terms`;
  }

  newest(kind: TermsKind): SellerTerms | null {
    return this.items?.find((each) => each.kind === kind) ?? null;
  }

  /** As it is typed. */
  typed(kind: TermsKind, lang: Lang): string {
    const words = this.newest(kind)?.words[lang];
    return words ? words.url || words.text : "";
  }

  async load(): Promise<void> {
    try {
      this.items = (await this.studio.request<{ items: SellerTerms[] }>(this.path)).items;
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  /** `wayBack` goes with the returns alone. */
  async save(kind: TermsKind, typed: Record<Lang, string>, wayBack?: WayBack): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.saved = this.problem = null;
    try {
      const stored = await this.studio.request<SellerTerms>(`${this.path}/${kind}`, {
        method: "PUT",
        body: {
          en: said(typed.en),
          ar: said(typed.ar),
          ...(wayBack && { way_back: { ...wayBack, address: wayBack.address.trim() } }),
        },
      });
      this.items = [...(this.items ?? []).filter((each) => each.kind !== kind), stored];
      this.saved = kind;
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.busy = false;
    }
  }
}

/** How a merchant delivers: its options, one form's worth of what is typed about them, and what a buyer sees of them. */
import { problemOf, type Problem } from "../api/client";
import type { DeliveryOption, DeliveryOptionIn, DeliveryPreview, Lang } from "../contract";
import type { Language } from "../i18n/i18n";
import type { Studio } from "../studio/session.svelte";
import { amountOf } from "./choice";
import { piecesOf } from "./products.svelte";

type Requests = Pick<Studio, "request">;
export type Done = "added" | "changed" | "removed" | null;

/** An option as it is typed: sums in the currency's own units, days as digits. */
export interface Typed {
  name: Record<Lang, string>;
  countries: string[];
  currency: string;
  /** The first is the price of the smallest order; `from` of the others is the value that it begins at. */
  steps: { from: string; price: string }[];
  free: string;
  handling: string;
  first: string;
  last: string;
}

/** As people type it, in digits that `amountOf` reads. */
export function plain(amount: number, digits: number): string {
  return (amount / 10 ** digits).toFixed(digits);
}

export function typedOf(
  option: DeliveryOption | undefined,
  currency: string,
  digits: (currency: string) => number,
): Typed {
  if (!option) {
    return {
      name: { en: "", ar: "" },
      countries: [],
      currency,
      steps: [{ from: "", price: "" }],
      free: "",
      handling: "1",
      first: "2",
      last: "4",
    };
  }
  const sum = (amount: number) => plain(amount, digits(option.currency));
  return {
    name: { en: option.name.en, ar: option.name.ar },
    countries: [...option.countries],
    currency: option.currency,
    steps: option.steps.map((step) => ({ from: sum(step.from_value), price: sum(step.price) })),
    free: option.free_from === null ? "" : sum(option.free_from),
    handling: String(option.handling_days),
    first: String(option.days_from),
    last: String(option.days_to),
  };
}

/** The working days between an order and its arrival, as a sentence of the desk. */
export function takes(
  { handling_days, days_from, days_to }: DeliveryOption,
  { t, number }: Pick<Language, "t" | "number">,
): string {
  const [first, last] = [handling_days + days_from, handling_days + days_to];
  if (first !== last) return t("ways.takes", { first: number(first), last: number(last) });
  // English has no plural form of its own for zero.
  return last === 0 ? t("ways.takes_none") : t("ways.takes_just", { count: last });
}

export type Wrong = Partial<
  Record<
    "name-en" | "name-ar" | "countries" | "steps" | "free" | "handling" | "first" | "last",
    string
  >
>;
const LONGEST_DAYS = 90;

/** What the API takes, or what is wrong, as messages by field. */
export function read(typed: Typed): { wish: DeliveryOptionIn | null; wrong: Wrong } {
  const wrong: Wrong = {};
  const days = (text: string) => {
    const found = piecesOf(text);
    return found !== null && found <= LONGEST_DAYS ? found : null;
  };
  for (const lang of ["en", "ar"] as const) {
    if (!typed.name[lang].trim()) wrong[`name-${lang}`] = "ways.field_name";
  }
  if (!typed.countries.length) wrong.countries = "ways.field_countries";
  const steps = typed.steps.map((step, at) => ({
    from_value: at === 0 ? 0 : amountOf(step.from, typed.currency),
    price: amountOf(step.price, typed.currency),
  }));
  const isRising = steps.every(
    ({ from_value, price }, at) =>
      price !== null &&
      from_value !== null &&
      (at === 0 || from_value > steps[at - 1]!.from_value!),
  );
  if (!isRising) wrong.steps = "ways.field_steps";
  const free = typed.free.trim() ? amountOf(typed.free, typed.currency) : null;
  if (typed.free.trim() && !free) wrong.free = "ways.field_free";
  const [handling, first, last] = [days(typed.handling), days(typed.first), days(typed.last)];
  if (handling === null) wrong.handling = "ways.field_days";
  if (first === null) wrong.first = "ways.field_days";
  if (last === null || (first !== null && last < first)) wrong.last = "ways.field_last";
  if (Object.keys(wrong).length) return { wish: null, wrong };
  return {
    wrong,
    wish: {
      name: { en: typed.name.en.trim(), ar: typed.name.ar.trim() },
      countries: typed.countries,
      currency: typed.currency,
      steps: steps as { from_value: number; price: number }[],
      free_from: free,
      handling_days: handling!,
      days_from: first!,
      days_to: last!,
    },
  };
}

export class Ways {
  /** Null until the shop has answered. */
  items = $state.raw<DeliveryOption[] | null>(null);
  shown = $state.raw<DeliveryPreview | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  done = $state<Done>(null);
  #asked = 0;

  constructor(
    private readonly studio: Requests,
    readonly merchant: string,
  ) {}

  get #path(): string {
    return `/merchants/${this.merchant}/delivery-options`;
  }

  async load(): Promise<void> {
    try {
      this.items = (await this.studio.request<{ items: DeliveryOption[] }>(this.#path)).items;
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  add = (wish: DeliveryOptionIn): Promise<boolean> =>
    this.#do("added", this.#path, { method: "POST", body: wish });
  change = (id: string, wish: DeliveryOptionIn): Promise<boolean> =>
    this.#do("changed", `${this.#path}/${id}`, { method: "PUT", body: wish });
  remove = (id: string): Promise<boolean> =>
    this.#do("removed", `${this.#path}/${id}`, { method: "DELETE" });

  /** What a buyer there would be offered for goods of this value; what comes late is not shown. */
  async look(market: string, country: string, amount: number): Promise<void> {
    const asked = ++this.#asked;
    const query = new URLSearchParams({ market, country, amount: String(amount) });
    try {
      const path = `/merchants/${this.merchant}/delivery-preview?${query}`;
      const shown = await this.studio.request<DeliveryPreview>(path);
      if (asked === this.#asked) this.shown = shown;
    } catch (error) {
      if (asked === this.#asked) this.problem = problemOf(error);
    }
  }

  async #do(
    done: Done,
    path: string,
    call: { method: "POST" | "PUT" | "DELETE"; body?: unknown },
  ): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = this.done = null;
    try {
      await this.studio.request(path, call);
      await this.load();
      this.done = done;
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** Where the goods go and how: what the shop says it costs, before anything is paid. Nothing is
 *  added up here. */
import { call, problemOf, type Problem } from "../api/client";
import type { Estimate, Hold, Money } from "../contract";

const AGAIN = 2000;
const LONGEST = 15_000;

export class Delivery {
  country = $state("");
  /** What the shop answered last. */
  estimate = $state.raw<Estimate | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** The chosen way, by seller; the shop takes the cheapest where none is chosen. */
  chosen = $state.raw<Record<string, string>>({});
  /** Tokens of claimed coupons, of which the shop takes off the best. */
  coupons = $state.raw<readonly string[]>([]);
  /** Which question the answer belongs to. */
  #answered = $state("");
  #asked = "";

  constructor(
    private readonly api: string,
    country: string,
  ) {
    this.country = country;
  }

  choose(seller: string, option: string): void {
    this.chosen = { ...this.chosen, [seller]: option };
  }

  /** What all of it costs, delivered; null while the shop has not answered for exactly this, or
   *  when something does not go there. */
  sumOf(hold: Hold | null): Money | null {
    const current = hold && this.#answered === this.#question(hold);
    return current && this.estimate?.sellers.every(({ delivered }) => delivered)
      ? this.estimate.total
      : null;
  }

  /** The shop has refused something by other prices or ways than the ones on screen. */
  async askAgain(hold: Hold): Promise<void> {
    this.#asked = this.#answered = "";
    await this.ask(hold);
  }

  /** Asks the shop, and again until it answers. */
  async ask(hold: Hold, pause = AGAIN): Promise<void> {
    const question = this.#question(hold);
    if (question === this.#answered || (question === this.#asked && pause === AGAIN)) return;
    this.#asked = question;
    try {
      const answer = await call<Estimate>(this.api, question, { token: hold.token });
      if (question !== this.#asked) return;
      this.estimate = answer;
      this.problem = null;
      this.#answered = question;
    } catch (error) {
      if (question !== this.#asked) return;
      this.problem = problemOf(error);
      // What is refused stays refused; what was not heard is asked again.
      if (this.problem.status >= 400 && this.problem.status < 500) return;
      setTimeout(() => {
        if (question === this.#asked) void this.ask(hold, Math.min(LONGEST, pause * 2));
      }, pause);
    }
  }

  /** The address of the question; what is held is part of it, so that another quantity is another
   *  question. */
  #question({ id, lines }: Hold): string {
    const query = new URLSearchParams({ country: this.country });
    for (const option of Object.values(this.chosen)) query.append("delivery", option);
    for (const token of this.coupons) query.append("coupon", token);
    const held = lines.map((line) => [line.sku, line.quantity, line.unit_price.amount].join("×"));
    return `/holds/${id}/quote?${query}#${held.join("+")}`;
  }
}

/** What some pieces cost if they go there, before anything is held. */
export function quoteGoods(
  api: string,
  showId: string,
  wanted: { sku: string; quantity: number; country: string },
): Promise<Estimate> {
  const query = new URLSearchParams({ ...wanted, quantity: String(wanted.quantity) });
  return call<Estimate>(api, `/shows/${showId}/quote?${query}`);
}

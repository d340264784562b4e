/** One purchase: hold, details, payment. The state is what the server answered; nothing is shown
 *  before its answer. */
import type {
  Checkout,
  Hold,
  Money,
  Payment,
  PaymentStatus,
  PlacedOrder,
  PaymentMethod,
} from "../contract";
import { call, freshKey, isUnsure, problemOf, Refused, type Problem } from "../api/client";
import type { Details } from "./form";
import { readKept, writeForm, writeKept } from "./kept";

export interface Line {
  sku: string;
  quantity: number;
}

const POLL = 1000;
const LONGEST_POLL = 15_000;
/** Pieces of one variant that the shop holds for one person; more are refused whoever else holds
 *  what. */
export const MOST_PIECES = 10;

export class Buying {
  hold = $state.raw<Hold | null>(null);
  /** What stopped the last step; null when nothing did. */
  problem = $state.raw<Problem | null>(null);
  payment = $state<PaymentStatus>("open");
  orders = $state.raw<PlacedOrder[]>([]);
  /** The last answer: what the provider wants next, why it declined. */
  answer = $state.raw<Payment | null>(null);
  busy = $state(false);
  expired = $state(false);
  /** Beginning to pay has moved the deadline. */
  extended = $state(false);
  /** What is shown was paid before this page was loaded, or in another tab, where the brand's page
   *  got its event. */
  recalled = false;
  details: Details | null = null;
  #checkout: Checkout | null = null;
  #sent = "";
  /** A payment was asked for and its answer got lost. */
  #unsure = false;
  /** The declined attempt before the one whose answer got lost. The shop may be asked more than
   *  once how that one stands. */
  #declinedBefore: string | null = null;
  /** Counts the purchases of this page, so that an answer to an earlier one is not taken for this
   *  one's. */
  #round = 0;
  /** Keys of requests whose answer got lost: the same request is asked again under the same key. */
  #keys = new Map<string, string>();

  constructor(
    private readonly api: string,
    private readonly showId: string,
  ) {
    this.#recall();
  }

  #recall(): void {
    const kept = readKept(this.showId);
    this.hold = kept?.hold ?? null;
    this.#checkout = kept?.checkout ?? null;
    this.recalled = kept?.paid ?? false;
    const over = !this.hold || Date.parse(this.hold.expires_at) <= Date.now();
    if (over || this.recalled) this.#forgetForm();
    // What was paid is not counted down while the server is asked what became of it.
    if (this.recalled) this.payment = "pending";
  }

  /** Holds goods at the price that was on screen, together with what is held already. Answers true
   *  when they are held. Under one `key` they are held once, however often it is asked for. */
  async reserve(
    lines: Line[],
    expected: Money,
    deliver_to?: string,
    key?: string,
  ): Promise<boolean> {
    this.catchUp();
    if (this.underWay) return false;
    return this.#step(async () => {
      const before = this.open;
      if (!before) return this.adopt(await this.#ask(lines, expected, deliver_to, key));
      const total = { ...expected, amount: expected.amount + before.total.amount };
      const wanted = merge(before.lines, lines);
      try {
        this.#changed(await this.#exchange(before, wanted, total));
      } catch (error) {
        const problem = problemOf(error);
        if (isOfOwnHold(problem, before, lines))
          throw new Refused({ ...problem, code: "already_held" });
        // By the server's clock nothing is held any more: the goods are asked for anew.
        if (problem.code !== "hold_expired") throw error;
        this.adopt(await this.#ask(wanted, total, deliver_to));
      }
    });
  }

  /** Holds pieces of a drop at its price. What is held already is paid for or given back first. */
  async take(drop_id: string, line: Line, price: Money): Promise<boolean> {
    this.catchUp();
    if (this.open) return false;
    const expected_total = { ...price, amount: price.amount * line.quantity };
    return this.#step(async () =>
      this.adopt(await this.#post<Hold>(this.#holds, { lines: [line], expected_total, drop_id })),
    );
  }

  /** Another tab may hold goods, or more of them, and a page that was suspended got no event of it.
   *  Without storage this page's own hold stays, and so it does in the middle of a step. */
  catchUp(): void {
    const kept = this.busy ? null : readKept(this.showId);
    if (!kept || kept.paid) return;
    if (this.open && this.payment !== "open") return;
    if (Date.parse(kept.hold.expires_at) <= Date.now()) return;
    if (kept.hold.id === this.hold?.id) return this.#followLines(kept.hold);
    this.#startOver();
    this.#recall();
  }

  /** Other lines on the hold of this page; the same ones stay as they are shown here. */
  #followLines(hold: Hold): void {
    const goods = (of: Hold) => JSON.stringify(of.lines.map(lineOf));
    if (this.open && goods(this.open) !== goods(hold)) this.hold = hold;
  }

  /** Pieces of a variant that this buyer holds now. */
  heldOf(sku: string): number {
    return this.open?.lines.find((line) => line.sku === sku)?.quantity ?? 0;
  }

  /** The hold while it can still be paid. */
  get open(): Hold | null {
    return this.expired || this.payment === "paid" ? null : this.hold;
  }

  /** The bank has a payment for what is held: it is finished first, before anything is added or
   *  given back. */
  get underWay(): boolean {
    return this.payment === "pending" || this.payment === "needs_confirmation";
  }

  /** Another quantity of what is held; none takes the line away. The hold stays as it is when the
   *  shop refuses. */
  async change(sku: string, quantity: number): Promise<void> {
    const before = this.open;
    if (!before || this.busy || this.underWay) return;
    const wanted = before.lines
      .map((line) => (line.sku === sku ? { ...line, quantity } : line))
      .filter((line) => line.quantity > 0);
    if (!wanted.length) return this.release();
    const amount = wanted.reduce((sum, line) => sum + line.unit_price.amount * line.quantity, 0);
    await this.#step(async () =>
      this.#changed(await this.#exchange(before, wanted.map(lineOf), { ...before.total, amount })),
    );
  }

  /** Other lines on the same hold, all or nothing, at the price of the held ones. */
  #exchange({ id, token }: Hold, lines: Line[], expected_total: Money): Promise<Hold> {
    // Doing so twice is fine, so a lost answer is asked for again.
    return call<Hold>(this.api, `/holds/${id}`, {
      method: "PATCH",
      body: { lines, expected_total },
      token,
      key: freshKey(),
    });
  }

  /** A checkout that was opened on the hold has changed with it. */
  #changed(hold: Hold): void {
    this.hold = hold;
    this.#keep();
  }

  #ask(lines: Line[], expected_total: Money, deliver_to?: string, key?: string): Promise<Hold> {
    const to = deliver_to ? { deliver_to } : {};
    return this.#post<Hold>(this.#holds, { lines, expected_total, ...to }, key);
  }

  get #holds(): string {
    return `/shows/${this.showId}/holds`;
  }

  /** A purchase of what the server holds begins; also of what was held for who waited in line. What
   *  was held besides is paid for or given back first. */
  adopt(hold: Hold): void {
    this.#startOver();
    this.hold = hold;
    this.#keep();
  }

  #keep(): void {
    writeKept(
      this.showId,
      this.hold && { hold: this.hold, checkout: this.#checkout, paid: this.payment === "paid" },
    );
  }

  /** After a reload in the middle of paying: asks how far it has come. */
  async resume(): Promise<void> {
    if (this.#checkout) await this.#poll();
  }

  /** Another tab of this browser held, paid or gave back; this one follows, unless it is in the
   *  middle of a step or says thanks. */
  async reloadKept(): Promise<void> {
    if (this.busy || this.payment === "paid") return;
    this.#startOver();
    this.#recall();
    await this.resume();
  }

  /** The network is back. A step whose answer got lost may have had its effect. */
  async reconnected(): Promise<void> {
    if (this.busy) return;
    if (this.problem?.code === "unreachable") this.problem = null;
    if (this.#unsure) await this.resume();
  }

  /** The same goods once more, after the hold has ended; pieces of a drop from that drop. */
  async holdAgain(): Promise<boolean> {
    const before = this.hold;
    if (!before) return false;
    return this.#step(async () => {
      try {
        const lines = before.lines.map(lineOf);
        const { drop_id, total: expected_total } = before;
        this.adopt(
          drop_id
            ? await this.#post<Hold>(this.#holds, { lines, expected_total, drop_id })
            : await this.#ask(lines, expected_total),
        );
      } catch (error) {
        this.#showNewPrice(problemOf(error));
        throw error;
      }
    });
  }

  /** What the goods cost now, to be agreed to by the next press. */
  #showNewPrice({ code, total, lines: changed = [] }: Problem): void {
    if (code !== "price_changed" || !total || !this.hold) return;
    const now = new Map(changed.map((line) => [line.sku, line]));
    const lines = this.hold.lines.map((line) => ({
      ...line,
      unit_price: now.get(line.sku)?.unit_price ?? line.unit_price,
      total: now.get(line.sku)?.total ?? line.total,
    }));
    // The refusal's own sum may have delivery in it, which is no part of what is held.
    const amount = lines.reduce((sum, line) => sum + line.total.amount, 0);
    this.hold = { ...this.hold, total: { ...total, amount }, lines };
  }

  async release(): Promise<void> {
    const hold = this.hold;
    if (this.busy || this.payment === "pending" || this.#unsure || !hold) return;
    await this.#step(async () => {
      try {
        await call(this.api, `/holds/${hold.id}`, { method: "DELETE", token: hold.token });
      } catch (error) {
        // Another tab is paying for it. Whatever else fails, the hold ends by itself.
        if (problemOf(error).code === "payment_in_progress") {
          if (this.#checkout) this.#findOut();
          throw error;
        }
      }
      this.clear();
    });
  }

  async pay(details: Details, method: PaymentMethod, expected: Money): Promise<void> {
    this.details = details;
    await this.#step(async () => {
      const checkout = await this.#open(details);
      await this.#settle(`/checkouts/${checkout.id}/pay`, {
        payment_method: method,
        expected_total: expected,
      });
    });
  }

  async confirm(): Promise<void> {
    await this.#step(() => this.#settle(`/checkouts/${this.#checkout?.id}/confirm`, {}));
  }

  /** Money may have moved although the answer says otherwise or does not come: then the shop is
   *  asked how it stands. */
  async #settle(path: string, body: unknown): Promise<void> {
    try {
      this.#take(await this.#post<Payment>(path, body));
    } catch (error) {
      const problem = problemOf(error);
      this.#showNewPrice(problem);
      if (isUnsure(problem) || problem.code === "payment_in_progress") this.#findOut();
      throw error;
    }
  }

  /** Nobody here knows how the payment stands, until the shop says so. */
  #findOut(): void {
    this.#unsure = true;
    if (this.answer?.status === "declined") this.#declinedBefore = this.answer.payment_id;
    void this.#poll();
  }

  /** The hold's time is over by the server's clock. A payment under way, or one whose answer was
   *  lost, decides by itself. */
  expire(): void {
    if (!this.#unsure && (this.payment === "open" || this.payment === "declined")) this.#runOut();
  }

  #runOut(): void {
    this.expired = true;
    this.#forgetForm();
  }

  /** In the browser's storage; an open page keeps what stands in its fields. */
  #forgetForm(): void {
    writeForm(this.showId, null);
  }

  /** The order is looked at in a page of its own, where it may change: no other page of the show
   *  begins with what it was. */
  forgetPaid(): void {
    if (this.payment === "paid") writeKept(this.showId, null);
  }

  clear(): void {
    this.hold = null;
    this.#keep();
    this.#forgetForm();
    this.#startOver();
  }

  #startOver(): void {
    this.#round += 1;
    this.#unsure = false;
    this.#declinedBefore = null;
    this.#checkout = null;
    this.#sent = "";
    this.problem = null;
    this.expired = false;
    this.extended = false;
    this.recalled = false;
    this.payment = "open";
    this.answer = null;
    this.orders = [];
  }

  /** A checkout carries the details it was opened with; other details replace them until it is
   *  paid. */
  async #open(details: Details): Promise<Checkout> {
    const body = { hold_id: this.hold!.id, ...details };
    const text = JSON.stringify(body);
    if (this.#checkout && this.#sent === text) return this.#checkout;
    this.#checkout = await this.#post<Checkout>("/checkouts", body);
    this.#sent = text;
    this.#follow(this.#checkout.expires_at);
    this.#keep();
    return this.#checkout;
  }

  #take(payment: Payment): void {
    this.payment = this.#isOld(payment) ? "open" : payment.status;
    this.answer = payment;
    this.#unsure = false;
    if (this.payment !== "open") this.problem = null;
    if (payment.status === "expired") this.#runOut();
    if (payment.expires_at) this.#follow(payment.expires_at);
    if (payment.status === "paid") {
      this.orders = payment.orders;
      this.#keep();
      this.#forgetForm();
    }
    if (payment.status === "pending") this.#pollIn(POLL);
  }

  /** A later attempt, whose answer was lost, never came: the shop knows of this one alone. */
  #isOld({ status, payment_id }: Payment): boolean {
    return status === "declined" && payment_id === this.#declinedBefore;
  }

  #pollIn(pause: number): void {
    const round = this.#round;
    setTimeout(() => round === this.#round && void this.#poll(pause), pause);
  }

  async #poll(pause = POLL): Promise<void> {
    const round = this.#round;
    try {
      const payment = await call<Payment>(this.api, `/checkouts/${this.#checkout?.id}`, {
        token: this.hold?.token,
      });
      if (round === this.#round) this.#take(payment);
    } catch (error) {
      if (round !== this.#round) return;
      // A purchase that the shop does not know is none; anything else may be over in a moment.
      if (UNKNOWN.has(problemOf(error).status)) this.clear();
      else this.#pollIn(Math.min(LONGEST_POLL, pause * 2));
    }
  }

  /** The clock on screen follows the server: starting to pay extends the hold once, a payment that
   *  is declined takes that back. */
  #follow(expires_at: string): void {
    if (!this.hold) return;
    const later = Date.parse(expires_at) - Date.parse(this.hold.expires_at);
    if (!later) return;
    this.hold = { ...this.hold, expires_at };
    this.extended = later > 0;
    this.#keep();
  }

  async #post<T>(path: string, body: unknown, own?: string): Promise<T> {
    const request = path + JSON.stringify(body);
    // The earlier request may have had its effect: another key would have it twice.
    const key = this.#keys.get(request) ?? own ?? freshKey();
    this.#keys.set(request, key);
    try {
      const answer = await call<T>(this.api, path, {
        method: "POST",
        body,
        token: this.hold?.token,
        key,
      });
      this.#keys.delete(request);
      return answer;
    } catch (error) {
      if (!isUnsure(problemOf(error))) this.#keys.delete(request);
      throw error;
    }
  }

  async #step(run: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await run();
      return true;
    } catch (error) {
      this.#refuse(problemOf(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  #refuse(problem: Problem): void {
    // Who may not buy leaves nothing in the browser.
    if (problem.status === 403) this.#forgetForm();
    if (problem.code === "hold_expired") this.#runOut();
    else this.problem = problem;
  }
}

/** Answers to a question about somebody's purchase that say: there is none. */
const UNKNOWN: ReadonlySet<number> = new Set([401, 403, 404]);

/** More of what is held was refused only because it is held: nothing has sold out, no other buyer is
 *  in the way. */
const SHORT: ReadonlySet<string> = new Set(["sold_out", "limit_reached", "network_limit_reached"]);

function isOfOwnHold(problem: Problem, hold: Hold, added: Line[]): boolean {
  const held = new Set(hold.lines.map(({ sku }) => sku));
  const short = problem.lines ?? added;
  return SHORT.has(problem.code) && short.every(({ sku }) => held.has(sku));
}

const lineOf = ({ sku, quantity }: Line): Line => ({ sku, quantity });

/** Both lists as one, a SKU once. */
export function merge(held: Line[], added: Line[]): Line[] {
  const pieces = new Map(held.map(({ sku, quantity }) => [sku, quantity]));
  for (const { sku, quantity } of added) pieces.set(sku, (pieces.get(sku) ?? 0) + quantity);
  return [...pieces].map(([sku, quantity]) => ({ sku, quantity }));
}

/** The books of the person's own accounts: what each has, a month's statement, and every entry. */
import { problemOf, type Problem } from "../api/client";
import type {
  Balance,
  LedgerAccount,
  LedgerEntry,
  Page,
  Payout,
  Statement,
  Statements,
} from "../contract";
import type { Studio } from "../studio/session.svelte";
import type { Asking } from "./order.svelte";

export const ENTRIES = 50;

/** `2026-11`, as statements are named. */
export const monthOf = (moment: Date): string => moment.toISOString().slice(0, 7);

/** So many months after this one, or before it. */
export function monthsAfter(month: string, months: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return monthOf(new Date(Date.UTC(year, number - 1 + months, 1)));
}

/** Accounts are told apart by what they are and whose; a person with one needs no names. */
export const accountKey = ({ holder, id }: LedgerAccount): string => id ?? holder;

/** What an order did to the books, for who may read them: nobody else asks. The order's page says itself when nothing
 *  can be had. */
export async function entriesOf(
  studio: Pick<Studio, "request" | "session">,
  order: string,
): Promise<LedgerEntry[]> {
  if (!studio.session?.may.includes("money.read")) return [];
  const path = `/ledger/entries?order_id=${order}&limit=100`;
  const page = await studio.request<Page<LedgerEntry>>(path).catch(() => null);
  return page?.items ?? [];
}

export class Books {
  balances = $state.raw<Balance[] | null>(null);
  payouts = $state.raw<Payout[]>([]);
  statements = $state.raw<Statement[] | null>(null);
  /** When the statements shown stop to change, and whether they did. */
  closing = $state.raw<Pick<Statements, "final_at" | "is_final"> | null>(null);
  entries = $state.raw<LedgerEntry[] | null>(null);
  next = $state<string | null>(null);
  month = $state("");
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  constructor(
    private readonly studio: Asking,
    readonly now: Date = new Date(),
  ) {
    this.month = monthOf(now);
  }

  get isNewest(): boolean {
    return this.month >= monthOf(this.now);
  }

  async load(): Promise<void> {
    try {
      type Answer = { balances: Balance[]; payouts: Payout[] };
      const found = await this.studio.request<Answer>("/ledger/balances");
      this.balances = found.balances;
      this.payouts = found.payouts;
    } catch (error) {
      this.problem = problemOf(error);
      return;
    }
    await Promise.all([this.choose(this.month), this.more()]);
  }

  /** What comes late for a month that was left is not shown. */
  async choose(month: string): Promise<void> {
    this.month = month;
    this.problem = null;
    try {
      const path = `/statements?period=${month}`;
      const found = await this.studio.request<Statements>(path);
      if (month !== this.month) return;
      this.statements = found.statements;
      this.closing = found;
    } catch (error) {
      if (month === this.month) this.problem = problemOf(error);
    }
  }

  async more(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const cursor = this.next ? `&cursor=${this.next}` : "";
      const path = `/ledger/entries?limit=${ENTRIES}${cursor}`;
      const page = await this.studio.request<Page<LedgerEntry>>(path);
      this.entries = [...(this.entries ?? []), ...page.items];
      this.next = page.next_cursor;
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.busy = false;
  }
}

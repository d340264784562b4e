/** What a drop's log proves: the twin of `offers/rules/proof.py`, which says why. The logs of
 *  tests/unit/offers/log_cases.json hold both to the same results. */
import { bytesOf, linesOf, readLine, sha256, type Entry, type Value } from "./log";

export const CHECKS = ["chain", "terms", "units", "limits", "order", "payments", "end"] as const;
export type Check = (typeof CHECKS)[number];

export interface Proof {
  /** The checks that do not hold. */
  broken: ReadonlySet<Check>;
  /** The log could be read to its end. */
  known: boolean;
  sold: number;
  arrivals: number;
  /** The hash of the terms, which is published when the countdown begins, and of the last record. */
  sealed: string | null;
  head: string | null;
}

const RELEASES: readonly Value[] = ["expired", "given_back", "declined"];

/** Reads a log to its end. */
export async function verify(bytes: Uint8Array<ArrayBuffer>): Promise<Proof> {
  let replay: Replay | null = null;
  let last: Entry | null = null;
  let sealed: string | null = null;
  for (const line of linesOf(bytes)) {
    last = await readLine(line, last);
    if (!last) return proofOf(replay, sealed, null, "chain");
    if (replay) await replay.take(last);
    else if (last.kind === "terms") [replay, sealed] = [new Replay(last.members), last.hash];
    else return proofOf(null, null, null, "terms");
  }
  if (!replay || !last) return proofOf(null, null, null, "chain");
  return proofOf(replay, sealed, last.hash, replay.ended ? null : "end");
}

function proofOf(
  replay: Replay | null,
  sealed: string | null,
  head: string | null,
  also: Check | null,
): Proof {
  const broken = new Set(replay?.broken);
  if (also) broken.add(also);
  const { sold = 0, arrivals = 0 } = replay ?? {};
  return { broken, known: replay !== null && also !== "chain", sold, arrivals, sealed, head };
}

interface Arrival {
  person: string;
  pieces: number;
}

class Replay {
  readonly broken = new Set<Check>();
  ended = false;
  sold = 0;
  arrivals = 0;
  #units: number;
  #each: number;
  #price: number;
  #opens: number;
  #closes: number;
  #lotUntil: number;
  #seed: string;
  #asked = new Map<number, Arrival>();
  /** Who waits, the next one first, and who waits for the lot. */
  #queue: number[] = [];
  #pool: number[] = [];
  #turnedAway = new Map<number, string>();
  #held = new Map<number, number>();
  #ofPerson = new Map<string, number>();
  #waiting = new Set<string>();
  #inHolds = 0;
  #at: number;
  #drawn: boolean;
  #closed = false;

  constructor(terms: Entry["members"]) {
    const of = (name: string) => terms[name] as number;
    this.#units = of("units");
    this.#each = of("per_person");
    this.#price = of("price");
    this.#opens = of("opens");
    this.#closes = of("closes");
    this.#lotUntil = this.#opens + (of("window") ? of("window") + of("press") : 0);
    this.#seed = terms.seed_sha256 as string;
    this.#at = of("at");
    this.#drawn = !of("window");
    this.#check("terms", mayBeAnnounced(terms));
  }

  #check(check: Check, holds: boolean): void {
    if (!holds) this.broken.add(check);
  }

  get #free(): number {
    return this.#units - this.sold - this.#inHolds;
  }

  async take({ n, kind, at, prev, members }: Entry): Promise<void> {
    this.#check("order", at >= this.#at);
    this.#at = Math.max(this.#at, at);
    this.#check("end", !this.ended);
    const arrival = members.arrival as number;
    if (kind === "terms") this.#check("terms", false);
    else if (kind === "arrival") this.#arrive(n, at, members as unknown as Arrival);
    else if (kind === "lot") await this.#draw(at, prev, members.seed as string);
    else if (kind === "held") this.#hold(arrival);
    else if (kind === "refused") this.#refuse(arrival, members.reason as string);
    else if (kind === "paid") this.#pay(arrival, members.amount as number);
    else if (kind === "released") this.#release(arrival, members.reason!);
    else if (kind === "closed") this.#close(at);
    else this.#end(at, members.sold as number, members.returned as number);
  }

  #arrive(n: number, at: number, { person, pieces }: Arrival): void {
    this.arrivals += 1;
    this.#asked.set(n, { person, pieces });
    this.#check("units", pieces > 0);
    if (at < this.#opens) this.#turnedAway.set(n, "early");
    else if (this.#closed || at >= this.#closes) this.#turnedAway.set(n, "closed");
    else if (this.#waiting.has(person)) this.#turnedAway.set(n, "repeat");
    else {
      this.#waiting.add(person);
      (at < this.#lotUntil ? this.#pool : this.#queue).push(n);
    }
  }

  async #draw(at: number, prev: string, seed: string): Promise<void> {
    this.#check("order", !this.#drawn && at >= this.#lotUntil);
    const sealed = /^[0-9a-f]{64}$/.test(seed) && (await sha256(bytesOf(seed))) === this.#seed;
    this.#check("order", sealed);
    if (sealed) {
      this.#queue.unshift(...(await drawn(this.#pool, seed, prev)));
      this.#pool = [];
    }
    this.#drawn = true;
  }

  /** An arrival waits no longer; null where there is none to answer. */
  #answer(n: number, reason: string | null): Arrival | null {
    const asked = this.#asked.get(n);
    if (!asked || this.#held.has(n)) {
      this.#check("order", false);
      return null;
    }
    const must = this.#turnedAway.get(n);
    if (must !== undefined) {
      this.#turnedAway.delete(n);
      this.#check("order", reason === must);
      return asked;
    }
    this.#check("order", this.#drawn && this.#queue[0] === n);
    this.#check("order", this.#isRight(asked, reason));
    this.#queue = this.#queue.filter((one) => one !== n);
    this.#pool = this.#pool.filter((one) => one !== n);
    this.#waiting.delete(asked.person);
    return asked;
  }

  #isRight({ person, pieces }: Arrival, reason: string | null): boolean {
    if (reason === "sold_out") return pieces > this.#free;
    if (reason === "limit") return (this.#ofPerson.get(person) ?? 0) + pieces > this.#each;
    return reason === null;
  }

  #hold(n: number): void {
    const asked = this.#answer(n, null);
    if (!asked) return;
    const has = (this.#ofPerson.get(asked.person) ?? 0) + asked.pieces;
    this.#check("units", asked.pieces <= this.#free);
    this.#check("limits", has <= this.#each);
    this.#ofPerson.set(asked.person, has);
    this.#held.set(n, asked.pieces);
    this.#inHolds += asked.pieces;
  }

  #refuse(n: number, reason: string): void {
    if (this.#answer(n, reason)) this.#asked.delete(n);
  }

  #pay(n: number, amount: number): void {
    const pieces = this.#held.get(n);
    this.#check("payments", pieces !== undefined);
    if (pieces === undefined) return;
    this.#held.delete(n);
    this.#asked.delete(n);
    this.#inHolds -= pieces;
    this.sold += pieces;
    this.#check("payments", amount === pieces * this.#price);
  }

  #release(n: number, reason: Value): void {
    const pieces = this.#held.get(n);
    this.#check("units", pieces !== undefined && RELEASES.includes(reason));
    if (pieces === undefined) return;
    const { person } = this.#asked.get(n)!;
    this.#held.delete(n);
    this.#asked.delete(n);
    this.#inHolds -= pieces;
    this.#ofPerson.set(person, this.#ofPerson.get(person)! - pieces);
  }

  #close(at: number): void {
    this.#check("terms", !this.#closed && at < this.#closes);
    this.#closed = true;
  }

  #end(at: number, sold: number, returned: number): void {
    this.ended = true;
    this.#check("end", this.#closed || at >= this.#closes || this.sold === this.#units);
    this.#check("end", this.#asked.size === 0);
    this.#check("end", sold === this.sold && returned === this.#units - this.sold);
  }
}

/** The lowest SHA-256(seed || prev || n in 8 bytes, big-endian) is first. */
async function drawn(pool: readonly number[], seed: string, prev: string): Promise<number[]> {
  const tickets = new Map<number, string>();
  for (const n of pool)
    tickets.set(n, await sha256(bytesOf(seed + prev + n.toString(16).padStart(16, "0"))));
  return [...pool].sort((a, b) => (tickets.get(a)! < tickets.get(b)! ? -1 : 1));
}

/** As `offers/rules/terms.py`. */
function mayBeAnnounced(terms: Entry["members"]): boolean {
  const of = (name: string) => terms[name] as number;
  const countdown = of("opens") - of("at");
  const runs = of("closes") - of("opens");
  const each = of("per_person");
  if (of("version") !== 1 || !of("units") || each < 1 || each > of("units")) return false;
  if (!of("price") || !/^[A-Z]{3}$/.test(terms.currency as string)) return false;
  if (countdown < 10_000 || countdown > 300_000) return false;
  if (runs < 60_000 || runs > 1_200_000) return false;
  if (!of("window")) return !of("press") && !terms.seed_sha256;
  const presses = of("press") >= 1 && of("press") <= 3000;
  return of("window") <= 3000 && presses && /^[0-9a-f]{64}$/.test(terms.seed_sha256 as string);
}

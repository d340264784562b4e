/** The bytes of a drop's log, as `offers/rules/chain.py` reads them: the canonical form of RFC 8785, a
 *  record a line, each with the hash of the one before it. */

export type Value = string | number;

export interface Entry {
  /** Of the record, from 0. */
  n: number;
  kind: string;
  at: number;
  /** The hash of the record before. */
  prev: string;
  hash: string;
  members: Readonly<Record<string, Value>>;
}

/** Bytes with the line feed. */
const LONGEST_LINE = 1000;
const FIRST = "0".repeat(64);
const TEXT = "text";
const NUMBER = "number";
const KINDS: Readonly<Record<string, Readonly<Record<string, typeof TEXT | typeof NUMBER>>>> = {
  terms: {
    at: NUMBER,
    version: NUMBER,
    drop: TEXT,
    sku: TEXT,
    units: NUMBER,
    per_person: NUMBER,
    price: NUMBER,
    currency: TEXT,
    opens: NUMBER,
    closes: NUMBER,
    window: NUMBER,
    press: NUMBER,
    seed_sha256: TEXT,
  },
  arrival: { at: NUMBER, person: TEXT, pieces: NUMBER },
  lot: { at: NUMBER, seed: TEXT },
  held: { at: NUMBER, arrival: NUMBER },
  refused: { at: NUMBER, arrival: NUMBER, reason: TEXT },
  paid: { at: NUMBER, arrival: NUMBER, amount: NUMBER },
  released: { at: NUMBER, arrival: NUMBER, reason: TEXT },
  closed: { at: NUMBER },
  ended: { at: NUMBER, sold: NUMBER, returned: NUMBER },
};

export const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Members sorted, no blanks; what JavaScript writes of texts and whole numbers is what the
 *  specification takes its form from. */
const canonical = (members: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Lines with their line feeds; the last one may lack it. */
export function linesOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const lines = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(10, start);
    const next = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.subarray(start, next));
    start = next;
  }
  return lines;
}

/** The record of a line, or null where it is not the one that follows `last`. */
export async function readLine(
  line: Uint8Array<ArrayBuffer>,
  last: Entry | null,
): Promise<Entry | null> {
  if (line.length > LONGEST_LINE) return null;
  const found = parse(line);
  if (!found) return null;
  const { n, prev, hash, kind, ...members } = found;
  const needed = typeof kind === "string" && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!needed || Object.keys(members).length !== Object.keys(needed).length) return null;
  const fits = Object.entries(needed).every(([name, type]) => isOf(type, members[name]));
  const previous = last?.hash ?? FIRST;
  if (!fits || n !== (last ? last.n + 1 : 0) || prev !== previous) return null;
  const made = await sha256(new TextEncoder().encode(canonical({ ...members, kind, n, prev })));
  if (hash !== made) return null;
  const values = members as Record<string, Value>;
  return {
    n,
    kind: kind as string,
    at: values.at as number,
    prev: previous,
    hash: made,
    members: values,
  };
}

/** An object that is written as it has to be. */
function parse(line: Uint8Array<ArrayBuffer>): Record<string, unknown> | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
    const found: unknown = JSON.parse(text);
    if (typeof found !== "object" || found === null || Array.isArray(found)) return null;
    const members = found as Record<string, unknown>;
    return `${canonical(members)}\n` === text ? members : null;
  } catch {
    return null;
  }
}

const isOf = (type: string, value: unknown): boolean =>
  type === TEXT
    ? typeof value === "string" && !/\p{Surrogate}/u.test(value)
    : Number.isSafeInteger(value) && (value as number) >= 0;

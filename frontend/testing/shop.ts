/** The shop at the other end of `fetch`: it answers in turn, and remembers what was asked. */
import { afterEach, beforeEach, vi } from "vitest";
import type { Hold } from "../contract";

export interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown> | null;
  /** Idempotency-Key. */
  key: string | null;
  token: string | null;
  csrf: string | null;
  language: string | null;
}

/** `answers` are given one a request, the first first; an `Error` is a network that is away. A
 *  request that nobody foresaw is refused as 500, so that no test waits for it. */
export interface Shop {
  asked: Asked[];
  answers: (Response | Error)[];
}

/** For a whole file of tests: a new one for each test, under a clock that runs by itself. */
export function standInShop(): Shop {
  const shop: Shop = { asked: [], answers: [] };
  beforeEach(() => {
    shop.asked = [];
    shop.answers = [];
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
    vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
      const headers = (init.headers ?? {}) as Record<string, string>;
      shop.asked.push({
        method: init.method ?? "GET",
        path,
        body: typeof init.body === "string" ? JSON.parse(init.body) : null,
        key: headers["Idempotency-Key"] ?? null,
        token: headers["Authorization"] ?? null,
        csrf: headers["X-CSRF-Token"] ?? null,
        language: headers["Accept-Language"] ?? null,
      });
      const answer = shop.answers.shift() ?? refusal("unforeseen", 500);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  return shop;
}

export const ok = (body: unknown, status = 200) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status });
export const refusal = (code: string, status = 409, more = {}) =>
  ok({ code, status, ...more }, status);
/** What `fetch` throws when no answer comes. */
export const lost = new TypeError("network");

/** The browser's storage, shared by its tabs. */
export function storage(): Map<string, string> {
  const kept = new Map<string, string>();
  const stub = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
  vi.stubGlobal("localStorage", stub);
  vi.stubGlobal("sessionStorage", stub);
  return kept;
}

/** The cookies of a browser at /account: a value by name, which ends by itself. */
export function cookies(protocol = "http:") {
  const kept = new Map<string, { value: string; ends: number; written: string }>();
  vi.stubGlobal("location", { protocol, pathname: "/account", search: "" });
  vi.stubGlobal("document", {
    documentElement: { lang: "en" },
    get cookie() {
      const good = [...kept].filter(([, { ends }]) => ends > Date.now());
      return good.map(([name, { value }]) => `${name}=${value}`).join("; ");
    },
    set cookie(written: string) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(written) ?? [];
      const [, seconds = "Infinity"] = /Max-Age=(\d+)/.exec(written) ?? [];
      kept.set(name, { value, ends: Date.now() + Number(seconds) * 1000, written });
    },
  });
  return kept;
}

export const pounds = (amount: number) => ({ amount, currency: "GBP" });
export const later = () => new Date(Date.now() + 400_000).toISOString();

/** Each piece costs a pound, whatever `total` says. */
export const hold = (
  id: string,
  lines: { sku: string; quantity: number }[],
  total: number,
): Hold => ({
  id,
  drop_id: null,
  waited_s: null,
  token: `${id}-token`,
  expires_at: new Date(Date.now() + 300_000).toISOString(),
  total: pounds(total),
  lines: lines.map((line) => ({
    ...line,
    unit_price: pounds(100),
    total: pounds(100 * line.quantity),
  })),
});

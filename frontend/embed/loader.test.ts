import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** As much of a page as the element touches: it makes elements, listens, and is told of messages. */
class FakeElement extends EventTarget {
  readonly style: Record<string, string> = {};
  readonly attributes = new Map<string, string>();
  children: (FakeElement | string)[] = [];
  isConnected = false;
  contentWindow = {};
  [key: string]: unknown;

  constructor(readonly tag = "showfloor-live") {
    super();
  }
  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }
  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }
  setAttribute(name: string, value: string): void {
    const before = this.getAttribute(name);
    this.attributes.set(name, value);
    if (
      (
        this.constructor as typeof FakeElement & { observedAttributes?: string[] }
      ).observedAttributes?.includes(name)
    )
      (this as unknown as Live).attributeChangedCallback(name, before, value);
  }
  closest(): FakeElement | null {
    return this.around;
  }
  around: FakeElement | null = null;
  append(...children: (FakeElement | string)[]): void {
    this.children.push(...children);
  }
  replaceChildren(...children: (FakeElement | string)[]): void {
    this.children = children;
  }
}

interface Live extends FakeElement {
  connectedCallback(): void;
  disconnectedCallback(): void;
  attributeChangedCallback(name: string, before: string | null, now: string | null): void;
}

const HOME = "https://live.example";
let ShowfloorLive: new () => Live;
let page: EventTarget;
let heard: { type: string; detail: unknown }[];
let check: () => Promise<unknown>;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  page = new EventTarget();
  heard = [];
  check = () => Promise.resolve({ code: null });
  vi.stubGlobal("HTMLElement", FakeElement);
  vi.stubGlobal("location", { origin: "https://brand.example", search: "" });
  vi.stubGlobal("document", {
    currentScript: { src: `${HOME}/embed.js` },
    createElement: (tag: string) => new FakeElement(tag),
  });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("customElements", {
    get: () => undefined,
    define: (_name: string, kind: new () => Live) => (ShowfloorLive = kind),
  });
  vi.stubGlobal("fetch", async (_url: string, { signal }: { signal: AbortSignal }) => {
    const found = await check();
    if (signal.aborted) throw new DOMException("", "AbortError");
    return { json: async () => found };
  });
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await import("./loader");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** An element of the brand's page, as it is after the page was read. */
async function put(attributes: Record<string, string>, around: FakeElement | null = null) {
  const live = new ShowfloorLive();
  live.around = around;
  for (const name of ["ready", "resize", "state", "pin", "order", "error"])
    live.addEventListener(`showfloor:${name}`, (event) =>
      heard.push({ type: name, detail: (event as CustomEvent).detail }),
    );
  for (const [name, value] of Object.entries(attributes)) live.setAttribute(name, value);
  live.isConnected = true;
  live.connectedCallback();
  await settled();
  return live;
}
const settled = () => vi.advanceTimersByTimeAsync(0);
const frame = (live: Live) => live.children[0] as FakeElement;
const address = (live: Live) => new URL(frame(live).src as string);

function say(
  live: Live,
  message: object,
  { origin = HOME, source = frame(live).contentWindow } = {},
) {
  page.dispatchEvent(
    Object.assign(new Event("message"), {
      origin,
      source,
      data: { source: "showfloor", version: 1, ...message },
    }),
  );
}
const ready = { type: "ready", show: "slow-morning", title: "The slow morning edit" };

async function load(live: Live): Promise<void> {
  frame(live).dispatchEvent(new Event("load"));
  await vi.advanceTimersByTimeAsync(4000);
}

test("the frame is of our site and knows the page around it", async () => {
  const live = await put({ show: "slow morning/1" });

  expect(address(live).origin + address(live).pathname).toBe(`${HOME}/embed/slow%20morning%2F1`);
  expect(address(live).searchParams.get("parent")).toBe("https://brand.example");
  for (const right of ["autoplay", "fullscreen", "clipboard-write", "web-share"])
    expect(frame(live).allow).toContain(right);
  expect(live.style).toMatchObject({ display: "block", aspectRatio: "9 / 16", maxHeight: "864px" });
});

test("colours, corners and font are handed on under the names of the address", async () => {
  const live = await put({ show: "a", accent: "1f4b49", "accent-dark": "b9d8c8", corners: "0" });
  const query = address(live).searchParams;

  expect([query.get("accent"), query.get("accent_dark"), query.get("corners")]).toEqual([
    "1f4b49",
    "b9d8c8",
    "0",
  ]);
  expect(query.has("font")).toBe(false);
});

test.each([
  [{ lang: "AR-eg" }, null, "ar"],
  [{}, "ar", "ar"],
  [{ lang: "en" }, "ar", "en"],
  [{ lang: "fr" }, null, null],
  [{}, null, null],
] as const)("with %o inside a page in %s the frame speaks %s", async (own, around, lang) => {
  const outer = new FakeElement("html");
  if (around) outer.attributes.set("lang", around);
  const live = await put({ show: "a", ...own }, outer);

  expect(address(live).searchParams.get("lang")).toBe(lang);
});

test("the frame knows by whose link the reader of the brand's page came", async () => {
  const { location } = globalThis as unknown as { location: { search: string } };
  location.search = "?page=2&via=SOFIA";

  const [found, own] = [await put({ show: "mugs" }), await put({ show: "mugs", via: "MAHA" })];
  location.search = "";
  const none = await put({ show: "mugs" });

  expect([found, own, none].map((live) => address(live).searchParams.get("via"))).toEqual([
    "SOFIA",
    "MAHA",
    null,
  ]);
});

test("what a framework sets in one go makes one frame", async () => {
  const made = vi.spyOn(document, "createElement");
  await put({ show: "a", accent: "1f4b49", ground: "f2f5ee", lang: "en" });

  expect(made).toHaveBeenCalledTimes(1);
});

test("another show, colour or language makes a new frame, the same value does not", async () => {
  const live = await put({ show: "a" });
  const first = frame(live);
  live.setAttribute("show", "a");
  await settled();
  expect(frame(live)).toBe(first);

  live.setAttribute("show", "b");
  await settled();

  expect(address(live).pathname).toBe("/embed/b");
});

test("a new title is written on the frame that there is", async () => {
  const live = await put({ show: "a" });
  const first = frame(live);
  expect(first.title).toBe("Live shopping show");

  say(live, ready);
  expect(first.title).toBe("The slow morning edit");
  live.setAttribute("title", "Our show");
  say(live, ready);

  expect(first.title).toBe("Our show");
  expect(frame(live)).toBe(first);
});

test("what the frame says becomes an event without the envelope", async () => {
  const live = await put({ show: "a" });

  say(live, ready);
  say(live, { type: "state", state: "live" });

  expect(heard).toEqual([
    { type: "ready", detail: { show: "slow-morning", title: "The slow morning edit" } },
    { type: "state", detail: { state: "live" } },
  ]);
});

test.each([
  ["another site", ready, { origin: "https://evil.example" }],
  ["another frame", ready, { source: {} }],
  ["another version", { ...ready, version: 2 }, {}],
  ["another program", { ...ready, source: "analytics" }, {}],
  ["nothing", { type: undefined }, {}],
])("a message of %s is not heard", async (_who, message, from) => {
  const live = await put({ show: "a" });

  say(live, message, from);

  expect(heard).toEqual([]);
  expect(frame(live).title).toBe("Live shopping show");
});

test.each([
  [684, "684px"],
  [1, "200px"],
  [99_999, "4000px"],
])("a frame that wants %d pixels gets %s", async (height, given) => {
  const live = await put({ show: "a" });

  say(live, { type: "resize", height });

  expect(live.style).toMatchObject({ height: given, aspectRatio: "", maxHeight: "" });
});

test("with fill the size is the brand's own, and back", async () => {
  const live = await put({ show: "a", fill: "" });
  say(live, { type: "resize", height: 700 });
  expect(live.style).toMatchObject({ height: "", aspectRatio: "", maxHeight: "" });

  live.attributes.delete("fill");
  live.attributeChangedCallback("fill", "", null);

  expect(live.style.height).toBe("700px");
});

test("a frame that speaks in time is left alone", async () => {
  const live = await put({ show: "a" });
  say(live, ready);

  await load(live);

  expect(frame(live).tag).toBe("iframe");
  expect(heard.map(({ type }) => type)).toEqual(["ready"]);
});

test.each([
  ["origin_not_allowed", `${HOME}/s/a`],
  ["show_not_found", null],
] as const)("a frame that stays silent because of %s says so", async (code, link) => {
  check = () => Promise.resolve({ code });
  const live = await put({ show: "a" });

  await load(live);

  const text = frame(live);
  expect([text.tag, text.role ?? text.getAttribute("role")]).toEqual(["p", "status"]);
  expect(text.textContent).toBe("The show cannot be seen here right now.");
  const anchor = text.children[1] as FakeElement | undefined;
  expect(anchor?.href ?? null).toBe(link);
  expect(heard).toEqual([{ type: "error", detail: { code } }]);
  expect(live.style).toMatchObject({ height: "", aspectRatio: "" });
});

test.each([
  ["cannot be asked", () => Promise.reject(new TypeError("offline"))],
  ["knows no reason", () => Promise.resolve({ code: null })],
])("a server that %s is unreachable", async (_why, answer) => {
  check = answer;
  const live = await put({ show: "a", lang: "ar" });

  await load(live);

  expect(heard).toEqual([{ type: "error", detail: { code: "unreachable" } }]);
  expect(frame(live)).toMatchObject({ dir: "rtl", lang: "ar" });
  expect(frame(live).textContent).toBe("لا يمكن مشاهدة العرض هنا الآن.");
});

test("a frame that speaks while the reason is asked for stays", async () => {
  let answer: (value: unknown) => void = () => undefined;
  check = () => new Promise((resolve) => (answer = resolve));
  const live = await put({ show: "a" });
  await load(live);

  say(live, ready);
  answer({ code: "origin_not_allowed" });
  await settled();

  expect(frame(live).tag).toBe("iframe");
  expect(heard.map(({ type }) => type)).toEqual(["ready"]);
});

test("an element without a show says so at once", async () => {
  const live = await put({});

  expect(heard).toEqual([{ type: "error", detail: { code: "show_missing" } }]);
  expect(frame(live).tag).toBe("p");

  live.setAttribute("show", "a");
  await settled();
  expect(frame(live).tag).toBe("iframe");
});

test("an element that was taken away hears and says nothing more", async () => {
  const live = await put({ show: "a" });
  const gone = frame(live);
  live.isConnected = false;
  live.disconnectedCallback();

  say(live, ready);
  gone.dispatchEvent(new Event("load"));
  await vi.advanceTimersByTimeAsync(60_000);
  live.setAttribute("show", "b");
  await settled();

  expect(heard).toEqual([]);
  expect(frame(live)).toBe(gone);
});

test("an element that was moved begins anew and hears again", async () => {
  const live = await put({ show: "a" });
  live.disconnectedCallback();
  live.connectedCallback();
  await settled();

  say(live, ready);

  expect(heard.map(({ type }) => type)).toEqual(["ready"]);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Cue, Hold, Product, Show } from "../contract";
import type { Language } from "../i18n/i18n";
import type { ShowPageData } from "../page";
import { empty, type Room } from "../room/fold";
import { ShowStore } from "./store.svelte";

const T = Date.parse("2026-11-23T10:00:00.000Z");
const at = (seconds: number) => new Date(T + seconds * 1000).toISOString();
const product = (id: string): Product =>
  ({
    id,
    name: { en: id, ar: id },
    merchant: { id: "mer", name: { en: "Loamwick", ar: "لوم ويك" } },
    variants: [{ sku: `${id}-1` }],
  }) as unknown as Product;
const pin = (id: string, start: number, end: number | null = null): Cue => ({
  id,
  kind: "pin",
  start: at(start),
  end: end === null ? null : at(end),
  payload: { product_id: id, name: null, price: { amount: 2000, currency: "GBP" } },
});
const words = { pick: ({ en }: { en: string }) => en } as unknown as Language;
const mug = product("mug");
const vase = product("vase");

function room(entries: object, more: Partial<Room> = {}): Room {
  return { ...empty, seq: 1, clockOffset: 0, ...more, entries: entries as Room["entries"] };
}
const onShelf = {
  show: { state: "live" },
  "product/mug": mug,
  "product/vase": vase,
};

let store: ShowStore;
let steps: string[];

beforeEach(() => {
  steps = [];
  vi.stubGlobal("history", {
    pushState: () => steps.push("push"),
    back: () => steps.push("back"),
  });
  vi.stubGlobal("document", { activeElement: null, querySelector: () => null });
  vi.stubGlobal("HTMLElement", class {});
  vi.stubGlobal("window", { scrollTo: () => undefined });
  const playback = { rewind_url: null };
  const show = { id: "show_1", state: "live", products: [mug, vase], playback } as unknown as Show;
  store = new ShowStore(
    { show, stock: { "mug-1": 5 }, api: "/api/v1" } as unknown as ShowPageData,
    words,
  );
});
afterEach(() => vi.unstubAllGlobals());

test("before the first frame the newest open pin is on screen", () => {
  store.roomChanged(room({ ...onShelf, "cue/mug": pin("mug", 1), "cue/vase": pin("vase", 2) }));

  expect(store.onScreen).toBe("vase");
  expect(store.featured?.id).toBe("vase");
});

test("a frame shows exactly the pins that contain it, whatever the room said since", () => {
  store.roomChanged(room({ ...onShelf, "cue/mug": pin("mug", 1, 5) }));

  store.frameShown(T + 500);
  expect(store.onScreen).toBeNull();
  store.frameShown(T + 1000);
  expect(store.onScreen).toBe("mug");
  store.roomChanged(room({ ...onShelf, "cue/vase": pin("vase", 8) }));
  expect(store.onScreen).toBe("mug");
  store.frameShown(T + 5000);
  expect(store.onScreen).toBeNull();
});

test("the card keeps the last pin until another comes", () => {
  store.cuesHeard([pin("mug", 1, 2)]);

  store.frameShown(T + 1500);
  store.frameShown(T + 3000);

  expect(store.featuredNow).toBe(false);
  expect(store.featured?.id).toBe("mug");
});

test("with sound alone there is no frame to wait for", () => {
  store.frameShown(T);
  store.cuesHeard([pin("mug", 9)]);
  expect(store.onScreen).toBeNull();

  store.soundOnlyChanged(true);

  expect(store.onScreen).toBe("mug");
});

test("an ended show has nothing on screen", () => {
  store.cuesHeard([pin("mug", 1)]);
  expect(store.onScreen).toBe("mug");

  store.roomChanged(room({ ...onShelf, show: { state: "ended" }, "cue/mug": pin("mug", 1) }));

  expect(store.onScreen).toBeNull();
});

test("the room's stock goes over the page's", () => {
  expect(store.stock).toEqual({ "mug-1": 5 });

  store.roomChanged(room(onShelf, { stock: { "mug-1": 2, "vase-1": 7 } }));

  expect(store.stock).toEqual({ "mug-1": 2, "vase-1": 7 });
});

test("the last piece is not gone for the buyer who holds it", () => {
  store.roomChanged(room(onShelf, { stock: { "mug-1": 0, "vase-1": 0 } }));
  store.buying.hold = { id: "h1", lines: [{ sku: "mug-1", quantity: 1 }] } as unknown as Hold;

  expect(store.forMe).toEqual({ "mug-1": 1, "vase-1": 0 });
  expect([store.holds(mug), store.holds(vase)]).toEqual([true, false]);
});

test("what left the shelf stays known to who holds it", () => {
  store.roomChanged(room({ show: { state: "live" }, "product/vase": vase }));

  expect(store.show.products.map(({ id }) => id)).toEqual(["vase"]);
  expect(store.sellerOf("mug-1")).toBe("Loamwick");
});

test("opening and closing keep one entry in the browser's history", () => {
  store.open("shelf");
  store.open("product", "mug");
  expect(store.product?.id).toBe("mug");
  store.close();
  expect(store.view).toBe("shelf");
  store.close();

  expect(store.view).toBe("show");
  expect(steps).toEqual(["push", "back"]);
});

test("the browser's Back closes a sheet without another step back", () => {
  store.open("product", "mug");

  store.wentBack();

  expect(store.view).toBe("show");
  expect(steps).toEqual(["push"]);
});

test("the sheet of a product that leaves the shelf closes, and another's stays", () => {
  store.roomChanged(room(onShelf));
  store.open("shelf");
  store.open("product", "mug");

  store.roomChanged(room({ show: { state: "live" }, "product/mug": mug }));
  expect([store.view, store.product?.id]).toEqual(["product", "mug"]);
  store.roomChanged(room({ show: { state: "live" }, "product/vase": vase }));

  expect(store.view).toBe("shelf");
});

test("a checkout without anything held closes", () => {
  store.open("checkout");

  store.leaveEmptySheet();

  expect([store.view, steps]).toEqual(["show", ["push", "back"]]);
});

test("a problem belongs to the sheet it came up in", () => {
  store.open("product", "mug");
  store.buying.problem = { code: "sold_out", status: 409 } as never;

  store.open("product", "vase");

  expect(store.buying.problem).toBeNull();
});

test("the picture was seen once it played, whatever comes after", () => {
  expect(store.scene).toBe("starting");

  store.statusChanged("playing");
  store.statusChanged("waiting");

  expect(store.scene).toBe("live");
});

const showing = (page: object) =>
  new ShowStore(
    {
      show: { id: "show_1", state: "live", products: [] },
      stock: {},
      api: "",
      ...page,
    } as unknown as ShowPageData,
    words,
  );

test("the picture starts by itself, and for who saves data when it is asked for", () => {
  expect([showing({}).mayPlay, showing({}).scene]).toEqual([true, "starting"]);

  const saving = showing({ save_data: true });
  expect([saving.mayPlay, saving.scene]).toEqual([false, "tap"]);
  saving.askToPlay();
  expect(saving.mayPlay).toBe(true);
});

test("what is not the picture comes after it, and for who saves data once they watch", () => {
  const saving = showing({ save_data: true });
  expect([showing({}).mayLoad, saving.mayLoad]).toEqual([false, false]);

  saving.askToPlay();
  saving.statusChanged("playing");
  expect(saving.mayLoad).toBe(true);
});

test("a show that begins waits for a tap, too, where the browser saves data", () => {
  vi.stubGlobal("navigator", { connection: { saveData: true } });
  const saving = showing({ show: { id: "show_1", state: "scheduled", products: [] } });

  saving.roomChanged(room({ show: { state: "live" } }));

  expect([saving.mayPlay, saving.scene]).toEqual([false, "tap"]);
});

test("in a recording the card says what the product cost when it was shown", () => {
  store.roomChanged(room(onShelf));
  store.cuesHeard([pin("mug", 0)]);
  store.frameShown(Date.parse(at(1)));
  expect(store.priceThen).toBeNull();

  store.beginReplay();
  store.frameShown(Date.parse(at(1)));

  expect(store.priceThen).toEqual({ amount: 2000, currency: "GBP" });
});

test("a label is on the picture from the frame on that it holds for", () => {
  const label = (start: number, end: number | null): Cue => ({
    ...pin("partner", start, end),
    kind: "disclosure",
    payload: { disclosure: "paid_partnership" },
  });
  store.roomChanged(room(onShelf));
  store.cuesHeard([label(2, null)]);
  expect(store.disclosures).toEqual(["paid_partnership"]);

  store.frameShown(Date.parse(at(1)));
  expect(store.disclosures).toEqual([]);
  store.frameShown(Date.parse(at(2)));
  expect(store.disclosures).toEqual(["paid_partnership"]);
  store.cuesHeard([label(2, 3)]);
  store.frameShown(Date.parse(at(3)));

  expect(store.disclosures).toEqual([]);
});

test("an announcement stands on the frames of its time, and on none of a recording", () => {
  const said = {
    ...pin("said", 2),
    kind: "announcement",
    payload: { text: { en: "Free delivery", ar: "توصيل مجاني" }, until: at(4) },
  } as unknown as Cue;
  const frames = (seconds: number[]) =>
    seconds.map((second) => {
      store.frameShown(Date.parse(at(second)));
      return store.announcement?.id ?? null;
    });
  store.cuesHeard([said]);

  expect(frames([1, 2, 3.9, 4])).toEqual([null, said.id, said.id, null]);

  // Without a picture it is over by the server's clock.
  expect(frames([3])).toEqual([said.id]);
  store.soundOnlyChanged(true);
  expect(store.announcement).toBeNull();

  store.roomChanged(room({ ...onShelf, show: { state: "ended", replay: READY } }));
  expect(frames([3])).toEqual([null]);
});

function stall(times: number): void {
  for (let count = 0; count < times; count++) {
    store.statusChanged("waiting");
    store.statusChanged("playing");
  }
}

test("a picture that keeps stopping gives way to the sound", () => {
  store.statusChanged("playing");

  stall(3);
  expect(store.audioOnly).toBeNull();
  stall(1);
  expect(store.audioOnly).toBe("slow");

  store.showPicture();
  stall(9);
  expect(store.audioOnly).toBeNull();
});

test("a camera that is away is no reason to listen only", () => {
  store.statusChanged("playing");
  store.roomChanged(room({ ...onShelf, show: { state: "interrupted" } }));

  stall(9);

  expect(store.audioOnly).toBeNull();
});

test("who saves data may listen at once, with sound", () => {
  const saving = showing({ save_data: true });

  saving.listen();

  expect([saving.mayPlay, saving.audioOnly, saving.muted]).toEqual([true, "asked", false]);
});

test("a show without sound goes back to its picture and offers no listening", () => {
  expect(store.offersAudio).toBe(true);
  store.listen();

  store.statusChanged("unplayable");

  expect([store.audioOnly, store.offersAudio, store.status]).toEqual([null, false, "starting"]);
});

test("a show can be watched from its beginning once it has one, and goes on live", () => {
  const live = (went_live_at: string) => ({ ...onShelf, show: { state: "live", went_live_at } });
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  store.roomChanged(room(live(minutesAgo(0.5))));
  expect(store.rewindUrl).toBeNull();
  store.roomChanged(room(live(minutesAgo(5))));
  expect(store.rewindUrl).toContain("/rewind.m3u8");

  store.beginRewind();
  store.cuesHeard([pin("mug", 0, 2)]);
  store.frameShown(Date.parse(at(1)));
  expect([store.replaying, store.onScreen]).toEqual([true, "mug"]);
  store.endRewind();

  expect([store.rewound, store.replaying, store.stretches]).toEqual([false, false, []]);
});

const READY = { state: "ready", duration_s: 90 };
test.each([
  ["a show on the air", { state: "live" }, {}, true],
  ["a show whose camera is away", { state: "interrupted" }, {}, true],
  ["one to come", { state: "scheduled" }, {}, false],
  ["one that is over", { state: "ended", replay: null }, {}, false],
  ["a recording", { state: "ended", replay: READY }, {}, true],
  ["a clip", { state: "ended", replay: READY }, { clip: { duration_s: 14 } }, false],
  ["a frame without it", { state: "live" }, { chat: false }, false],
])("%s keeps a place for the chat or does not, before and while it plays", (_, show, page, has) => {
  const playback = { rewind_url: null };
  store = new ShowStore(
    {
      show: { id: "show_1", products: [], playback, ...show },
      api: "/api/v1",
      chat: true,
      ...page,
    } as unknown as ShowPageData,
    words,
  );
  expect(store.chats).toBe(has);

  if (store.recorded) store.beginReplay();
  expect(store.chats).toBe(has);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Wait } from "../contract";
import ProductSheet from "../elements/product-sheet.svelte";
import { maybeSignedIn, writeSignedIn } from "../shop/kept";
import { arabic, english } from "../testing/rendered";
import { htmlOf, show, storeOf, VASE, words } from "../testing/show";
import { later, ok, refusal, standInShop, storage } from "../testing/shop";
import Action from "./action.svelte";
import Beside from "./beside.svelte";
import Note from "./note.svelte";
import { Places } from "./places.svelte";
import Strip from "./strip.svelte";

const shop = standInShop();
const HELD = { hold_id: "hold_1", until: later() };
const wait = (more: Partial<Wait> = {}): Wait => ({
  id: "wait_1",
  show_id: "show_1",
  slug: "kiln",
  product_id: "vase",
  sku: "vase-moss",
  product: words("The vase", "المزهرية"),
  choice: words("Moss", "أخضر"),
  state: "waiting",
  number: 3,
  joined_at: "2026-11-28T10:00:00Z",
  held: null,
  log_url: "/api/v1/waiting-lists/wtl_1/log",
  record: 1,
  ...more,
});
const offered = wait({ state: "offered", number: null, held: HELD });
const moss = VASE.variants[0]!;
let places: Places;

const take = () => Promise.resolve(false);
const partsOf = (known: Places) => ({ places: known, take, Action, Beside, Note, Strip });

beforeEach(() => {
  storage();
  writeSignedIn(true);
  vi.stubGlobal("document", { visibilityState: "visible", documentElement: { lang: "en" } });
  places = new Places("/api/v1", "show_1");
});
afterEach(() => places.stop());

async function known(...waits: Wait[]): Promise<Places> {
  shop.answers = [ok({ waits })];
  await places.load();
  return places;
}

test("joining is one request in the session's name, and says the number", async () => {
  shop.answers = [ok({ csrf: "c1" }), ok(wait())];

  expect(await places.join("vase-moss")).toMatchObject({ number: 3 });

  expect(shop.asked[1]).toMatchObject({
    method: "POST",
    path: "/api/v1/shows/show_1/waits",
    body: { sku: "vase-moss" },
    csrf: "c1",
  });
  expect(places.of("vase", "vase-moss")?.number).toBe(3);
  expect(places.of("vase", "vase-blush")).toBeNull();
});

test("a refusal is shown, and nothing has changed", async () => {
  shop.answers = [ok({ csrf: "c1" }), refusal("still_in_stock", 409, { available: 2 })];

  expect(await places.join("vase-moss")).toBeNull();

  expect([places.problem?.code, places.list, places.busy]).toEqual(["still_in_stock", [], false]);
});

test("whose session has ended signs in first", async () => {
  shop.answers = [refusal("not_authenticated", 401)];

  await places.join("vase-moss");

  expect([places.signedIn, places.problem, maybeSignedIn()]).toEqual([false, null, false]);
});

test("a guest's page asks nothing", async () => {
  writeSignedIn(false);
  const other = new Places("/api/v1", "show_1");

  await other.load();

  expect(shop.asked).toEqual([]);
});

test("who waits is asked for again until something is held, and after that until it is over", async () => {
  await known(wait());
  shop.answers = [ok({ waits: [offered] }), ok({ waits: [] })];

  await vi.advanceTimersByTimeAsync(15_000);
  expect(places.of("vase", "vase-moss")?.held).toEqual(HELD);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(places.list).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);

  expect(shop.asked.length).toBe(3);
});

test("leaving is one request, and the place is gone", async () => {
  await known(wait());
  shop.answers = [ok({ csrf: "c1" }), ok(null, 204)];

  await places.leave(wait());

  expect(shop.asked.at(-1)).toMatchObject({ method: "DELETE", path: "/api/v1/waits/wait_1" });
  expect(places.list).toEqual([]);
});

test("whose session has ended elsewhere still waits, and reads that it did", async () => {
  await known(wait());
  shop.answers = [refusal("not_authenticated", 401)];

  expect(await places.leave(wait())).toBeNull();

  expect(shop.asked.at(-1)).toMatchObject({ method: "GET", path: "/api/v1/viewer/session" });
  expect([places.problem?.code, places.signedIn, places.list]).toEqual([
    "not_authenticated",
    false,
    [],
  ]);
  const store = storeOf(show(), { stock: { "vase-moss": 0 } });
  expect(htmlOf(Strip, store, { places })).toContain("You were signed out");
  await places.leave(wait());
  expect(shop.asked.at(-1)?.method).toBe("GET");
});

async function opened(...answers: Response[]): Promise<void> {
  shop.answers = answers;
  await places.open("T/1");
}

test("the place of a mail is left by its token, whoever is signed in", async () => {
  const own = wait({ id: "wait_2", number: 1 });
  await known(own);
  await opened(ok(offered), ok(null, 204));
  expect(places.list.map(({ id }) => id)).toEqual(["wait_2", "wait_1"]);

  expect(await places.leave(offered)).toBe(true);

  expect(shop.asked.at(-1)).toMatchObject({
    method: "POST",
    path: "/api/v1/waits/leave",
    body: { token: "T/1" },
    csrf: null,
  });
  expect(places.list).toEqual([own]);
  shop.answers = [ok({ csrf: "c1" }), ok(null, 204)];
  await places.leave(own);
  expect(shop.asked.at(-1)).toMatchObject({ method: "DELETE", path: "/api/v1/waits/wait_2" });
});

test("the place of a mail stays in the list of who is signed in, until it is over", async () => {
  const own = wait({ id: "wait_2", sku: "vase-blush" });
  await opened(ok(offered));
  shop.answers = [ok({ waits: [own] }), ok(offered)];
  await places.load();
  expect(places.list).toEqual([offered, own]);

  shop.answers = [ok({ waits: [own] }), refusal("wait_not_found", 404)];
  await places.load();

  expect(places.list).toEqual([own]);
});

test("who is signed out keeps the place of the mail, and no other", async () => {
  await known(wait({ id: "wait_2", sku: "vase-blush" }));
  await opened(ok(offered));
  shop.answers = [refusal("not_authenticated", 401)];

  await places.load();

  expect([places.list, places.signedIn]).toEqual([[offered], false]);
});

test("while it is paid for nothing is given up, and the strip says so", async () => {
  await known(offered);
  shop.answers = [ok({ csrf: "c1" }), refusal("wait_paying", 409)];

  expect(await places.leave(offered)).toBeNull();

  expect(places.list).toEqual([offered]);
  const html = htmlOf(Strip, storeOf(), { places });
  expect(html).toContain("A payment for it is under way");
});

test.each([english, arabic])("the sheet says where one stands, $lang", async (by) => {
  const store = storeOf(show(), { stock: { "vase-moss": 0 } }, by);
  const props = { product: VASE, variant: moss, gone: true };

  const asks = htmlOf(Note, store, { places: await known(), ...props });
  const waits = htmlOf(Note, store, { places: await known(wait()), ...props });
  const has = htmlOf(Note, store, { places: await known(offered), ...props });
  const lost = wait({ state: "passed", number: null });
  const over = htmlOf(Note, store, { places: await known(lost), ...props });

  const choice = by.list([by.pick(wait().product), by.pick(wait().choice)], "comma");
  expect(asks).toContain(by.t("wait.ask_text"));
  expect(waits).toContain(by.t("wait.joined", { number: by.number(3), choice }));
  expect(waits).toContain(by.t("wait.leave"));
  expect(has).toContain(by.t("wait.held", { choice, time: by.time(HELD.until) }));
  expect(has).toContain(by.t("wait.decline"));
  expect(over).toContain(by.t("wait.passed", { choice }));
});

test("the button of a sold-out choice waits for it, buys what is held, or leads to signing in", async () => {
  const store = storeOf(show(), { stock: { "vase-moss": 0 } });
  const props = { product: VASE, variant: moss };

  expect(htmlOf(Action, store, { places: await known(), ...props })).toContain(
    "Tell me when one is available</button>",
  );
  expect(htmlOf(Action, store, { places: await known(offered), ...props })).toContain("Buy it now");
  expect(htmlOf(Action, store, { places: await known(wait()), ...props })).toContain("Sold out");
  writeSignedIn(false);
  expect(htmlOf(Action, store, { places: new Places("", "show_1"), ...props })).toContain(
    'id="wait-ask" href="/account?lang=en#wait=show_1%20vase-moss"',
  );
});

test("the sheet has both once their code has come", async () => {
  const store = storeOf(show(), { stock: { "vase-moss": 0, "vase-blush": 0 } });
  store.takesOrders = true;
  store.waits = partsOf(await known(wait()));

  const html = htmlOf(ProductSheet, store, { product: { ...VASE, pictures: [] } });

  expect(html).toContain("You are number 3");
  expect(html).toContain("Leave the line");
});

test("in a show that sells nothing nobody is asked to wait, and what is held can be bought", async () => {
  const store = storeOf(show({ state: "scheduled" }), {
    stock: { "vase-moss": 0, "vase-blush": 0 },
  });
  store.takesOrders = true;
  const sheet = async (...waits: Wait[]) => {
    store.waits = partsOf(await known(...waits));
    return htmlOf(ProductSheet, store, { product: { ...VASE, pictures: [] } });
  };

  const nobody = await sheet();
  expect(nobody).not.toContain("Tell me when one is available");
  expect(nobody).not.toContain("Wait in line");
  expect(await sheet(offered)).toContain("Buy it now");
});

test("above the products stands what concerns this show alone", async () => {
  const store = storeOf();
  const other = wait({ id: "wait_2", product_id: "elsewhere", sku: "x" });

  const html = htmlOf(Strip, store, { places: await known(wait(), other) });
  const held = htmlOf(Strip, store, { places: await known(offered) });

  expect(html.match(/<li/g)?.length).toBe(1);
  expect(html).toContain("You are number 3");
  expect(held).toContain("Buy it now");
  const lost = wait({ state: "passed", number: null });
  expect(htmlOf(Strip, store, { places: await known(lost) })).toContain("or you gave it back");
  expect(htmlOf(Strip, store, { places: await known() })).not.toContain("<li");
});

test("each button of the strip says of which piece it is", async () => {
  const store = storeOf();
  const mug = { id: "wait_2", product_id: "mug", product: words("The mug"), choice: words("") };
  const both = await known(offered, { ...offered, ...mug, sku: "mug-only" });

  const html = htmlOf(Strip, store, { places: both });

  for (const action of ["Buy it now", "No, thank you"])
    for (const choice of ["The vase, Moss", "The mug"])
      expect(html).toContain(`aria-label="${action}: ${choice}"`);
});

import { expect, test } from "vitest";
import { Refused, type Call, type Problem } from "../api/client";
import type { DeskProduct } from "../contract";
import { limitOf, ProductDesk } from "./product.svelte";

const both = (text: string) => ({ en: text, ar: `«${text}»` });
const PRODUCT = {
  id: "prod_1",
  name: both("Mug"),
  summary: both("A mug"),
  description: both("Good."),
  variants: [{ sku: "MUG-1", in_stock: 9, held: 2, version: 41 }],
} as unknown as DeskProduct;
const lost: Problem = { code: "unreachable", status: 0 };
const conflict: Problem = { code: "stock_version_old", status: 409 };

/** Answers each step as it is told to, once each; afterwards it says yes. */
function server(answers: Record<string, (Problem | Promise<unknown>)[]> = {}) {
  const asked: { step: string; body: unknown; key: string | undefined; file: Blob | undefined }[] =
    [];
  const request = async <T>(path: string, options: Call = {}): Promise<T> => {
    const step = `${options.method ?? "GET"} ${path}`;
    asked.push({ step, body: options.body, key: options.key, file: options.file });
    const answer = answers[step]?.shift();
    if (answer instanceof Promise) await answer;
    else if (answer) throw new Refused(answer);
    if (step === "GET /catalog/prod_1") return PRODUCT as T;
    if (step.endsWith("/prices")) return { prices: [{ at: "" }] } as T;
    return { changes: [{ at: "" }, { at: "" }] } as T;
  };
  return { asked, request, posted: () => asked.filter(({ step }) => !step.startsWith("GET")) };
}
const STOCK = "POST /products/prod_1/stock";
const READ = ["GET /catalog/prod_1", "GET /products/prod_1/prices", "GET /products/prod_1/stock"];

async function loaded(api: ReturnType<typeof server>): Promise<ProductDesk> {
  const desk = new ProductDesk(api, "prod_1");
  await desk.load();
  api.asked.length = 0;
  return desk;
}

test("a product comes with its prices and what happened to its pieces", async () => {
  const desk = await loaded(server());

  expect([desk.product?.id, desk.history.length, desk.changes.length]).toEqual(["prod_1", 1, 2]);
});

test("a product that does not come says why", async () => {
  const desk = new ProductDesk(server({ "GET /catalog/prod_1": [lost] }), "prod_1");

  await desk.load();

  expect([desk.product, desk.problem?.code]).toEqual([null, "unreachable"]);
});

test("what was stored is said, its panel closes, and the product is read anew", async () => {
  const api = server();
  const desk = await loaded(api);
  desk.show({ what: "price", sku: "MUG-1" });

  expect(await desk.price("MUG-1", 1950, "GBP")).toBe(true);

  expect([desk.open, desk.done, desk.busy]).toEqual([null, "price", false]);
  expect(api.asked[0]).toMatchObject({
    step: "POST /products/prod_1/prices",
    body: { sku: "MUG-1", price: { amount: 1950, currency: "GBP" } },
  });
  expect(api.asked.slice(1).map(({ step }) => step)).toEqual(READ);
});

test("only what was changed of the words is sent, in both languages", async () => {
  const api = server();
  const desk = await loaded(api);
  const { name, description } = PRODUCT;

  await desk.words({ name, summary: { ...PRODUCT.summary, ar: "كوب" }, description });

  expect(api.posted()[0]?.body).toEqual({ summary: { en: "A mug", ar: "كوب" } });
});

test("a refusal keeps the panel open over the product as it is now", async () => {
  const api = server({ [STOCK]: [conflict] });
  const desk = await loaded(api);
  desk.show({ what: "stock", sku: "MUG-1" });

  expect(await desk.stock("MUG-1", "counted", 4, "")).toBe(false);

  expect([desk.open, desk.problem?.code, desk.done]).toEqual([
    { what: "stock", sku: "MUG-1" },
    "stock_version_old",
    null,
  ]);
  expect(api.asked.map(({ step }) => step)).toEqual([STOCK, ...READ]);
});

test("a refusal for another reason than its age reads nothing anew", async () => {
  const api = server({ [STOCK]: [{ code: "invalid_request", status: 422 }] });
  const desk = await loaded(api);

  await desk.stock("MUG-1", "arrived", 4, "");

  expect(api.asked).toHaveLength(1);
});

test("pieces whose answer got lost arrive once, under the same key", async () => {
  const api = server({ [STOCK]: [lost] });
  const desk = await loaded(api);

  await desk.stock("MUG-1", "arrived", 4, "");
  expect(desk.problem?.code).toBe("unreachable");
  await desk.stock("MUG-1", "arrived", 4, "");
  await desk.stock("MUG-1", "arrived", 4, "");

  const [first, again, more] = api.posted().map(({ key }) => key);
  expect(again).toBe(first);
  expect(more).not.toBe(first);
});

test("a press in between does not take the key of pieces that are under way", async () => {
  let lose = (_: Error) => {};
  const api = server({ [STOCK]: [new Promise((_, reject) => (lose = reject))] });
  const desk = await loaded(api);

  const underWay = desk.stock("MUG-1", "arrived", 4, "");
  expect(await desk.stock("MUG-1", "damaged", 1, "")).toBe(false);
  lose(new Refused(lost));
  expect(await underWay).toBe(false);
  await desk.stock("MUG-1", "arrived", 4, "");

  const keys = api.posted().map(({ key }) => key);
  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
});

test("pictures go one after the other, and the first that is none stops the rest", async () => {
  const api = server();
  const desk = await loaded(api);
  const image = (name: string) => new File(["x"], name, { type: "image/png" });
  const text = new File(["x"], "notes.txt", { type: "text/plain" });

  expect(await desk.pictures([image("1.png"), text, image("2.png")])).toBe(false);

  expect(api.posted().map(({ file }) => (file as File).name)).toEqual(["1.png"]);
  expect(desk.wrongPicture).not.toBeNull();

  expect(await desk.pictures([image("2.png")])).toBe(true);
  expect([desk.wrongPicture, desk.done]).toEqual([null, "picture"]);
});

test("the order of pictures is sent whole", async () => {
  const api = server();
  const desk = await loaded(api);

  await desk.arrange(["/b", "/a"]);

  expect(api.posted()[0]).toMatchObject({
    step: "PUT /products/prod_1/pictures",
    body: { urls: ["/b", "/a"] },
  });
});

test("another panel forgets what was said in the one before", async () => {
  const desk = await loaded(server({ [STOCK]: [conflict] }));
  await desk.stock("MUG-1", "counted", 4, "");

  desk.show({ what: "variant" });

  expect([desk.problem, desk.done, desk.open]).toEqual([null, null, { what: "variant" }]);
});

test("the kind of goods is stored as the exception that it is, and taken back as none", async () => {
  const api = server();
  const desk = await loaded(api);

  await desk.kind("perishable");
  expect(desk.done).toBe("kind");
  await desk.kind(null);

  expect(api.posted().map(({ step, body }) => [step, body])).toEqual([
    ["PUT /products/prod_1/withdrawal-exception", { exception: "perishable" }],
    ["PUT /products/prod_1/withdrawal-exception", { exception: null }],
  ]);
});

test("a limit of pieces is what was typed, in either digits, and nothing is none", async () => {
  expect(["3", " ٣ ", "10000"].map(limitOf)).toEqual([3, 3, 10_000]);
  expect(["", "  "].map(limitOf)).toEqual([null, null]);
  expect(["0", "10001", "2.5", "two", "-1"].map(limitOf)).toEqual(Array(5).fill(undefined));
  const api = server();
  const desk = await loaded(api);

  await desk.limit("MUG-1", null);

  expect(api.posted()).toMatchObject([
    { step: "PUT /products/prod_1/buyer-limit", body: { sku: "MUG-1", buyer_limit: null } },
  ]);
  expect(desk.done).toBe("limit");
});

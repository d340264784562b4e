import { expect, test, vi } from "vitest";
import type { ProductImport } from "../contract";
import {
  countOf,
  firstKind,
  formOf,
  isRunning,
  LARGEST,
  linesPath,
  missing,
  percent,
  picturesOf,
  picturesPath,
  send,
  type ImportFields,
} from "./imports";

const file = new File(["Handle,Title"], "products.csv", { type: "text/csv" });
const fields: ImportFields = { file, url: "", format: "auto", currency: "GBP", merchant: "mer_1" };
const found = (values: Partial<ProductImport>): ProductImport =>
  ({
    state: "compared",
    created: 0,
    changed: 0,
    left_out: 0,
    notes: 0,
    ...values,
  }) as ProductImport;

test("a form says what is missing before anything is sent", () => {
  expect(missing({ ...fields, file: null, currency: "" })).toEqual({
    file: "imports.field_file",
    currency: "imports.field_currency",
  });
  const large = Object.defineProperty(new File([], "a.csv"), "size", { value: LARGEST + 1 });
  expect(missing({ ...fields, file: large })).toEqual({ file: "imports.too_large" });
  expect(missing(fields)).toEqual({});
});

test("a form carries the file and what was chosen", () => {
  const form = formOf(fields);

  expect(form.get("currency")).toBe("GBP");
  expect(form.get("merchant")).toBe("mer_1");
  expect((form.get("file") as File).name).toBe("products.csv");
});

test("each sending has a key of its own, so that a repeated request is one import", async () => {
  const request = vi.fn().mockResolvedValue(found({}));

  await send({ request }, fields);
  await send({ request }, fields);

  const keys = request.mock.calls.map(([, options]) => (options as { key: string }).key);
  expect(new Set(keys).size).toBe(2);
});

test("an address stands for a file, and has to be one of the web", async () => {
  const request = vi.fn().mockResolvedValue(found({}));
  const byUrl = { ...fields, file: null, url: " https://shop.example/feed.xml " };

  await send({ request }, byUrl);

  expect(missing(byUrl)).toEqual({});
  expect(missing({ ...byUrl, url: "feed.xml" })).toEqual({ file: "imports.field_url" });
  const options = request.mock.calls[0]?.[1] as { body: object; form?: FormData };
  expect(options.body).toEqual({
    url: "https://shop.example/feed.xml",
    format: "auto",
    currency: "GBP",
    merchant: "mer_1",
  });
  expect(options.form).toBeUndefined();
});

test("pictures that failed are dealt with, too", () => {
  const pictures = { waiting: 3, done: 4, failed: 2 };
  expect(picturesOf(found({ pictures }))).toEqual({ done: 6, all: 9 });
  expect(picturesPath("imp_1")).toBe("/imports/imp_1/pictures?state=failed&limit=20");
});

test("progress is a share where it is known how much there is", () => {
  expect(percent(found({ handled: 31, expected: 50 }))).toBe(62);
  expect(percent(found({ handled: 60, expected: 50 }))).toBe(100);
  expect(percent(found({ handled: 3, expected: null }))).toBeNull();
});

test("an import runs from the moment it waits", () => {
  expect((["waiting", "running"] as const).every((state) => isRunning(found({ state })))).toBe(
    true,
  );
  expect(
    (["compared", "done", "failed"] as const).some((state) => isRunning(found({ state }))),
  ).toBe(false);
});

test("what changes is shown before what is new, and that before what is left out", () => {
  expect(firstKind(found({ changed: 1, created: 9, left_out: 9 }))).toBe("changed");
  expect(firstKind(found({ created: 1, left_out: 9 }))).toBe("created");
  expect(firstKind(found({ left_out: 1 }))).toBe("left_out");
  expect(firstKind(found({ notes: 1 }))).toBe("note");
  expect(countOf(found({ notes: 4 }), "note")).toBe(4);
});

test("a list goes on where it ended", () => {
  expect(linesPath("imp_1", "changed", null)).toBe("/imports/imp_1/lines?kind=changed&limit=50");
  expect(linesPath("imp_1", "note", "7")).toContain("&cursor=7");
});

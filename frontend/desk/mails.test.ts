import { expect, test } from "vitest";
import { OwnMails } from "./mails.svelte";

test("a choice is loaded and stored for one seller", async () => {
  const asked: unknown[] = [];
  const request = (path: string, options: { method?: string; body?: unknown } = {}) => {
    asked.push([path, options.method ?? "GET", options.body]);
    return Promise.resolve(options.body ?? { wanted: true, language: "en" });
  };
  const mails = new OwnMails({ request } as never, "mer_1");

  await mails.load();
  expect(mails.choice).toEqual({ wanted: true, language: "en" });
  expect(mails.isSaved).toBe(false);

  await mails.save({ wanted: false, language: "ar" });

  expect(mails.choice).toEqual({ wanted: false, language: "ar" });
  expect(mails.isSaved).toBe(true);
  expect(asked).toEqual([
    ["/merchants/mer_1/own-mails", "GET", undefined],
    ["/merchants/mer_1/own-mails", "PUT", { wanted: false, language: "ar" }],
  ]);
});

test("what is refused is said, and is not taken for stored", async () => {
  const mails = new OwnMails(
    {
      request: (_: string, options: { body?: unknown } = {}) =>
        options.body
          ? Promise.reject(Object.assign(new Error(), { code: "role_missing", status: 403 }))
          : Promise.resolve({ wanted: true, language: "en" }),
    } as never,
    "mer_1",
  );
  await mails.load();

  await mails.save({ wanted: false, language: "en" });

  expect(mails.problem).not.toBeNull();
  expect(mails.isSaved).toBe(false);
  expect(mails.choice?.wanted).toBe(true);
});

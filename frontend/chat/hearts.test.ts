import { expect, test, vi } from "vitest";
import { arabic, english } from "../testing/rendered";
import { htmlOf, said, show, storeOf } from "../testing/show";
import { ok, refusal, standInShop } from "../testing/shop";
import HeartButton from "./heart-button.svelte";
import { Hearts, MOST_HEARTS } from "./hearts.svelte";
import type { Stage } from "./stage";

const shop = standInShop();

function heartsOf(more: Partial<Stage> = {}): Hearts {
  return new Hearts({
    page: { api: "", show: { id: "show_1" } },
    show: { state: "live" },
    entries: {},
    buying: { orders: [] },
    replaying: false,
    hearts: 7,
    questions: null,
    moment: null,
    ...more,
  });
}

test("what is pressed within a second is one request, and is shown at once", async () => {
  const hearts = heartsOf();
  shop.answers.push(ok(null, 204));
  for (let pressed = 0; pressed < 3; pressed++) expect(hearts.press()).toBe(true);
  expect(hearts.total).toBe(10);
  await vi.advanceTimersByTimeAsync(1000);

  expect(shop.asked.map(({ path, body }) => [path, body])).toEqual([
    ["/shows/show_1/hearts", { count: 3 }],
  ]);
  expect(hearts.total).toBe(10);
});

test("more than the server counts is not shown either", () => {
  const hearts = heartsOf();
  const counted = Array.from({ length: MOST_HEARTS + 3 }, () => hearts.press());

  expect(counted.filter(Boolean)).toHaveLength(MOST_HEARTS);
  expect(hearts.total).toBe(7 + MOST_HEARTS);
});

test("what was not counted is taken back", async () => {
  const hearts = heartsOf();
  shop.answers.push(refusal("rate_limited", 429));
  hearts.press();
  await vi.advanceTimersByTimeAsync(1000);

  expect(hearts.total).toBe(7);
});

test.each([{ replaying: true }, { show: { state: "ended" } }] as Partial<Stage>[])(
  "nobody sends hearts to a recording, %o",
  async (more) => {
    const hearts = heartsOf(more);
    expect(hearts.press()).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);

    expect(shop.asked).toEqual([]);
  },
);

test.each([
  [english, "Send a heart", "Hearts: 1,234"],
  [arabic, "إرسال قلب", "القلوب: 1,234"],
] as const)("the button says what it does and how many there are", (words, label, total) => {
  const store = storeOf(show(), {}, words);
  const hearts = heartsOf({ hearts: 1234 });

  expect(htmlOf(HeartButton, store, { hearts })).toContain(`aria-label="${label}"`);
  expect(said(HeartButton, store, { hearts })).toContain(total);
});

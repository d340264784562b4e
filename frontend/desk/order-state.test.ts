import { expect, test } from "vitest";
import type { Order } from "../contract";
import { arabic, english, markup, textOf } from "../testing/rendered";
import OrderState from "./order-state.svelte";

const BY = "2020-01-15T00:00:00Z";
const order = (more: object = {}) =>
  ({
    fulfilment: "to_send",
    send_by: null,
    is_late: false,
    withdrawn_at: null,
    ...more,
  }) as unknown as Order;
const shown = (more: object, words = english) =>
  markup(OrderState, { order: order(more) }, { words });

test.each([english, arabic])(
  "an order that is late says since when and not only by colour",
  (words) => {
    const html = shown({ send_by: BY, is_late: true }, words);

    expect(html).toContain("badge-bad");
    expect(textOf(html)).toMatch(/1[45]/);
    expect(textOf(html)).not.toContain(words.t("desk.state.to_send"));
  },
);

test("an order that is not late says how far it is and by when it goes", () => {
  const html = shown({ send_by: BY });

  expect(html).not.toContain("badge-bad");
  expect(textOf(html)).toContain(english.t("desk.state.to_send"));
  expect(textOf(html)).toMatch(/1[45] January/);
});

test("a withdrawal goes before everything else: nothing is to be sent", () => {
  const html = shown({ send_by: BY, is_late: true, withdrawn_at: BY });

  expect(textOf(html)).toBe(english.t("orders.withdrawn_short"));
  expect(html).toContain("badge-warn");
});

test.each(["part_sent", "sent", "delivered", "cancelled"])(
  "%s is said in both languages",
  (state) => {
    for (const words of [english, arabic]) {
      const text = textOf(shown({ fulfilment: state }, words));

      expect(text).toBe(words.t(`desk.state.${state}`));
      expect(text).not.toContain("desk.state");
    }
  },
);

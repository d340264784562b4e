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
    owed: null,
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

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const withdrawn = (more: object = {}) => ({
  send_by: null,
  withdrawn_at: BY,
  owed: {
    now: pounds(0),
    withheld: pounds(0),
    by: BY,
    is_overdue: false,
    send_back_by: null,
    ...more,
  },
});

test("what is still to be sent beside what was withdrawn from is said too", () => {
  const html = shown({ ...withdrawn({ now: pounds(1700) }), send_by: BY, is_late: true });

  expect(html).toContain("badge-warn");
  expect(html).toContain("badge-bad");
});

test.each([english, arabic])(
  "what the buyer keeps is not withdrawn, and says how far it is",
  (words) => {
    const text = textOf(
      shown({ ...withdrawn(), is_part_withdrawn: true, fulfilment: "delivered" }, words),
    );

    expect(text).toContain(words.t("orders.part_withdrawn_short"));
    expect(text).toContain(words.t("desk.state.delivered"));
  },
);

test("a withdrawal goes before everything else: nothing is to be sent", () => {
  const html = shown(withdrawn());

  expect(textOf(html)).toBe(english.t("orders.withdrawn_short"));
  expect(html).toContain("badge-warn");
});

test.each([english, arabic])("money that is due says how much and by when", (words) => {
  const html = shown(withdrawn({ now: pounds(1700) }), words);

  expect(html).toContain("badge-warn");
  expect(textOf(html)).toContain("17");
  expect(textOf(html)).toMatch(/1[45]/);
});

test.each([english, arabic])("overdue money is red, and not by colour alone", (words) => {
  const html = shown(withdrawn({ now: pounds(1700), is_overdue: true }), words);

  expect(html).toContain("badge-bad");
  expect(textOf(html)).toMatch(/15.*17/);
});

test.each([english, arabic])("goods that are not back say until when they may come", (words) => {
  const html = shown(withdrawn({ withheld: pounds(1700), send_back_by: BY }), words);

  expect(html).toContain("badge-warn");
  expect(textOf(html)).toMatch(/1[45]/);
  expect(textOf(html)).not.toContain("desk.");
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

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { Delivery, Session, Webhook } from "../contract";
import { provideStudio } from "../studio/context";
import type { Studio } from "../studio/session.svelte";
import { arabic, english, markup, namesIn, textOf } from "../testing/rendered";
import DevelopersPage from "./developers-page.svelte";
import WebhookForm from "./webhook-form.svelte";
import WebhookRow from "./webhook-row.svelte";
import { EVENTS, missing, Webhooks } from "./webhooks.svelte";

const MOMENT = "2026-11-26T09:00:00Z";
const webhook: Webhook = {
  id: "hook_1",
  merchant_id: "mer_1",
  url: "https://erp.example/showfloor",
  events: ["order.paid", "product.sold_out"],
  state: "on",
  created_at: MOMENT,
  waiting: 0,
  failing_since: null,
  both_sign_until: null,
};
const delivery: Delivery = {
  id: "del_1",
  message_id: "msg_1",
  type: "order.paid",
  about: "LW-1",
  state: "delivered",
  attempts: 1,
  made_at: MOMENT,
  status: 204,
  reason: null,
  took_ms: 12,
  tried_at: MOMENT,
  next_at: null,
};
const onItsWay: Delivery = {
  ...delivery,
  id: "del_2",
  type: "webhook.test",
  about: "",
  state: "waiting",
  attempts: 0,
  status: null,
};
const log = (deliveries: Delivery[], next_cursor: string | null = null) => ({
  deliveries,
  next_cursor,
});
const LIST = "GET /webhooks";
const LOG = "GET /webhooks/hook_1/deliveries?limit=10";

/** A server that remembers what it was asked. An array is one answer after another, the last for good. */
function server(answers: Record<string, unknown>, refuse: Record<string, string> = {}) {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const request = <T>(path: string, { method = "GET", body }: Call = {}): Promise<T> => {
    const step = `${method} ${path}`;
    asked.push(step);
    if (method !== "GET") bodies.push(body);
    if (refuse[step]) return Promise.reject(new Refused({ code: refuse[step], status: 409 }));
    const answer = answers[step];
    if (!Array.isArray(answer)) return Promise.resolve(answer as T);
    return Promise.resolve((answer.length > 1 ? answer.shift() : answer[0]) as T);
  };
  return { asked, bodies, request };
}
const lists = { [LIST]: { webhooks: [webhook] }, [LOG]: log([delivery]) };
const reads = (asked: string[]) => asked.filter((step) => step.includes("/deliveries")).length;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a form says what is missing before anything is sent", () => {
  expect(missing({ url: "  ", events: [] })).toEqual({
    url: "hooks.field_url",
    events: "hooks.field_events",
  });
  expect(missing({ url: webhook.url, events: ["order.paid"] })).toEqual({});
});

test("a new webhook is the chosen merchant's, and its secret stands with it", async () => {
  const api = server({ ...lists, "POST /webhooks": { ...webhook, secret: "whsec_new" } });
  const webhooks = new Webhooks(api);
  const fields = { url: webhook.url, events: webhook.events, merchant_id: "mer_2" };

  expect(await webhooks.add(fields)).toBe(true);

  expect(api.bodies).toEqual([fields]);
  expect(api.asked).toEqual(["POST /webhooks", LIST]);
  expect(webhooks.secret).toEqual({ id: "hook_1", value: "whsec_new" });
  expect(webhooks.part.done).toBe("hooks.added");
});

test("a refused address is said, and there is neither secret nor success", async () => {
  const api = server(lists, { "POST /webhooks": "webhook_url_invalid" });
  const webhooks = new Webhooks(api);

  expect(await webhooks.add({ url: "http://inside", events: ["order.paid"] })).toBe(false);

  expect([webhooks.part.problem?.code, webhooks.part.done, webhooks.secret]).toEqual([
    "webhook_url_invalid",
    "",
    null,
  ]);
});

test("a change says address and events, and no merchant", async () => {
  const api = server({ ...lists, "PATCH /webhooks/hook_1": webhook });
  const fields = { url: "https://new.example", events: EVENTS.slice(0, 1), merchant_id: "mer_2" };

  expect(await new Webhooks(api).change(webhook, fields)).toBe(true);

  expect(api.bodies).toEqual([{ url: "https://new.example", events: ["order.paid"] }]);
});

test("a secret stays while a test is sent, and goes with its webhook", async () => {
  const webhooks = new Webhooks(
    server({
      ...lists,
      "POST /webhooks/hook_1/secret": { secret: "whsec_2", both_sign_until: MOMENT },
      "POST /webhooks/hook_1/test": { delivery_id: "del_1" },
    }),
  );

  await webhooks.rotate(webhook);
  await webhooks.test(webhook);
  expect(webhooks.secret).toEqual({ id: "hook_1", value: "whsec_2" });
  expect(await webhooks.remove(webhook)).toBe(true);

  expect([webhooks.secret, webhooks.part.done]).toEqual([null, "hooks.removed"]);
});

test("a webhook that could not be removed keeps its secret", async () => {
  const refused = { "DELETE /webhooks/hook_1": "webhook_not_found" };
  const webhooks = new Webhooks(server(lists, refused));
  webhooks.secret = { id: "hook_1", value: "whsec_1" };

  expect(await webhooks.remove(webhook)).toBe(false);

  expect(webhooks.secret?.value).toBe("whsec_1");
});

test("the log is read until a test has come to something, and no longer", async () => {
  const api = server({
    [LIST]: [{ webhooks: [{ ...webhook, waiting: 1 }] }, { webhooks: [webhook] }],
    "POST /webhooks/hook_1/test": { delivery_id: "del_2" },
    [LOG]: [log([onItsWay]), log([onItsWay]), log([{ ...onItsWay, state: "delivered" }])],
  });
  const webhooks = new Webhooks(api);

  await webhooks.test(webhook);
  expect(webhooks.logs.hook_1?.deliveries[0]?.state).toBe("waiting");
  expect(webhooks.part.items?.[0]?.waiting).toBe(1);
  await vi.runAllTimersAsync();

  expect(webhooks.logs.hook_1?.deliveries[0]?.state).toBe("delivered");
  expect(webhooks.part.items?.[0]?.waiting).toBe(0);
  expect(reads(api.asked)).toBe(3);
});

test("a test that nobody takes, and a page that was left, are not asked about for ever", async () => {
  const answers = { ...lists, "POST /webhooks/hook_1/test": {}, [LOG]: log([onItsWay]) };
  const [stays, leaves] = [server(answers), server(answers)];
  const left = new Webhooks(leaves);

  await new Webhooks(stays).test(webhook);
  await left.test(webhook);
  left.leave();
  await vi.runAllTimersAsync();

  expect([reads(stays.asked), reads(leaves.asked)]).toEqual([5, 1]);
});

test("one delivery is sent again, or all that failed", async () => {
  const api = server({ ...lists, "POST /webhooks/hook_1/replay": { count: 1 } });
  const webhooks = new Webhooks(api);

  await webhooks.replay(webhook, delivery);
  await webhooks.replayFailed(webhook);

  expect(api.bodies).toEqual([
    { deliveries: ["del_1"] },
    { failed_since: expect.stringMatching(/^20.*Z$/) as string },
  ]);
});

test("a webhook is switched off and on", async () => {
  const api = server({ ...lists, "PATCH /webhooks/hook_1": webhook });
  const webhooks = new Webhooks(api);

  await webhooks.turn(webhook, false);
  expect(webhooks.part.done).toBe("hooks.turned_off");
  await webhooks.turn(webhook, true);

  expect(api.bodies).toEqual([{ on: false }, { on: true }]);
  expect(webhooks.part.done).toBe("hooks.turned_on");
});

test("earlier deliveries come on request and stay when the log is read again", async () => {
  const longer = "GET /webhooks/hook_1/deliveries?limit=100";
  const api = server({ [LOG]: log([delivery], "del_1"), [longer]: log([delivery], "del_1") });
  const webhooks = new Webhooks(api);

  await webhooks.readLog("hook_1");
  expect(webhooks.logs.hook_1?.more).toBe(true);
  await webhooks.readMore("hook_1");
  await webhooks.readLog("hook_1");

  expect(webhooks.logs.hook_1?.more).toBe(false);
  expect(api.asked).toEqual([LOG, longer, longer]);
});

test("a log that comes late does not replace a newer one", async () => {
  const answers: ((value: unknown) => void)[] = [];
  const webhooks = new Webhooks({
    request: <T>() => new Promise<T>((resolve) => answers.push(resolve as (v: unknown) => void)),
  });

  const [first, second] = [webhooks.readLog("hook_1"), webhooks.readLog("hook_1")];
  answers[1]!(log([delivery]));
  answers[0]!(log([]));
  await Promise.all([first, second]);

  expect(webhooks.logs.hook_1?.deliveries).toHaveLength(1);
});

function row(
  shown: Webhook,
  deliveries: Delivery[],
  words = english,
  seller: string | null = null,
) {
  const webhooks = new Webhooks(server({}));
  webhooks.logs = { hook_1: { deliveries, more: false } };
  return markup(
    WebhookRow,
    { webhook: shown, webhooks, seller, removed: () => undefined },
    { words },
  );
}

test.each([english, arabic])("a row says where, what about, and what was answered", (words) => {
  const failed: Delivery = { ...delivery, id: "del_3", state: "failed", status: 500 };
  const html = row(
    webhook,
    [delivery, failed],
    words,
    words.t("imports.seller_number", { number: 2 }),
  );
  const text = textOf(html);

  expect(text).toContain("https://erp.example/showfloor");
  expect(text).toContain(words.t("hooks.event.product.sold_out"));
  expect(text).toContain(words.t("hooks.answered", { status: "500" }));
  expect(text).toContain(words.t("imports.seller_number", { number: 2 }));
  expect(text).toContain(words.t("hooks.replay_failed"));
  expect(text).not.toMatch(/hooks\./);
  expect(namesIn(html)).toContain(
    words.t("hooks.replay_named", { type: "order.paid", about: "LW-1" }),
  );
});

test.each([english, arabic])("every event, state and reason has words", (words) => {
  // Records, so that the compiler finds one that is missing.
  const every: Record<NonNullable<Delivery["reason"]>, true> = {
    url_invalid: true,
    address_forbidden: true,
    name_unknown: true,
    unreachable: true,
    tls_failed: true,
    timed_out: true,
    broken: true,
    too_large: true,
  };
  const each: Record<Webhook["state"], true> = { on: true, off: true, gone: true, failing: true };
  const reasons = Object.keys(every) as (keyof typeof every)[];
  const states = Object.keys(each) as (keyof typeof each)[];
  const deliveries = reasons.map((reason): Delivery => ({
    ...delivery,
    id: reason,
    state: "failed",
    status: null,
    reason,
  }));
  const texts = states.map((state) =>
    textOf(row({ ...webhook, state, events: [...EVENTS] }, [...deliveries, onItsWay], words)),
  );

  for (const text of texts) expect(text).not.toMatch(/hooks\./);
  for (const reason of reasons) expect(texts[0]).toContain(words.t(`hooks.reason.${reason}`));
});

test("what is switched off can be switched on, and sends nothing", () => {
  const text = textOf(row({ ...webhook, state: "gone" }, [{ ...delivery, state: "failed" }]));

  expect(text).toContain("(410)");
  expect(text).toContain("Switch on");
  expect(text).not.toContain("Send a test");
  expect(text).not.toContain("Send again");
});

test("a row says since when nothing was taken, what waits and until when both secrets sign", () => {
  const text = textOf(
    row({ ...webhook, failing_since: MOMENT, waiting: 3, both_sign_until: MOMENT }, []),
  );

  expect(text).toContain("has taken nothing since");
  expect(text).toContain("3 messages are still to be delivered");
  expect(text).toContain("signs, too, until");
  expect(text).toContain("Nothing was sent yet");
});

test("only a delivery that was tried and waits has a next try", () => {
  const next = { ...onItsWay, next_at: MOMENT };

  expect(textOf(row(webhook, [next]))).not.toContain("next try");
  expect(textOf(row(webhook, [{ ...next, attempts: 2, status: 503 }]))).toContain("next try");
});

test("a secret is shown with its own webhook alone, where the keyboard can go", () => {
  const webhooks = new Webhooks(server({}));
  webhooks.secret = { id: "hook_1", value: "whsec_new" };
  const shown = (id: string) =>
    markup(WebhookRow, { webhook: { ...webhook, id }, webhooks, removed: () => undefined });

  expect(textOf(shown("hook_1"))).toContain("whsec_new");
  expect(shown("hook_1")).toMatch(/role="group" aria-label="The signing secret" tabindex="-1"/);
  expect(shown("hook_2")).not.toContain("whsec_new");
});

const form = (props: { webhook?: Webhook; merchants?: string[] }, words = english) =>
  markup(
    WebhookForm,
    { busy: false, save: () => Promise.resolve(true), close: () => undefined, ...props },
    { words },
  );

test.each([english, arabic])("who sells for several says for whom", (words) => {
  const several = form({ merchants: ["mer_1", "mer_2"] }, words);

  expect(several).toContain('<option value="mer_2"');
  expect(textOf(several)).toContain(words.t("imports.seller_number", { number: 2 }));
  expect(textOf(several)).not.toMatch(/hooks\.|imports\./);
  expect(form({ merchants: ["mer_1"] }, words)).not.toContain("<select");
});

test("a new webhook begins with every event, a change with what it has", () => {
  const checked = (html: string) => html.match(/<input type="checkbox"[^>]* checked/g)?.length;

  expect(checked(form({ merchants: ["mer_1"] }))).toBe(EVENTS.length);
  expect(checked(form({ webhook }))).toBe(webhook.events.length);
  expect(form({ webhook })).toContain(`value="${webhook.url}"`);
});

test.each([english, arabic])("the page has webhooks and keys", (words) => {
  const studio = { session: { merchants: ["mer_1"] } as unknown as Session } as unknown as Studio;
  const provide = () => void provideStudio(studio, {} as never);

  const text = textOf(markup(DevelopersPage, {}, { words, provide }));

  expect(text).toContain(words.t("hooks.title"));
  expect(text).toContain(words.t("hooks.webhooks"));
  expect(text).toContain(words.t("account.keys"));
});

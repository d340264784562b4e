/** What a viewer's account says: the sign-in step by step, orders, sessions, data. */
import { expect, test } from "vitest";
import type { AccountPage } from "../page";
import type { Language } from "../i18n/i18n";
import { arabic, english, markup, namesIn, textOf } from "../testing/rendered";
import { pounds } from "../testing/shop";
import type { KeptAddress } from "../contract";
import AddressFields from "../elements/address-fields.svelte";
import { emptyForm } from "../shop/form";
import AddressesPart from "./addresses-part.svelte";
import { OwnAddresses } from "./addresses.svelte";
import DataPart from "./data-part.svelte";
import OrdersPart from "./orders-part.svelte";
import { OwnOrders } from "./orders.svelte";
import { OwnDataRequests } from "./own-data.svelte";
import { Account } from "./session.svelte";
import SessionsPart from "./sessions-part.svelte";
import { Sessions } from "./sessions.svelte";
import SignIn from "./sign-in.svelte";

const both = [english, arabic];
const at = "2020-01-02T12:00:00Z";

function signIn(account: Account, words = english, mails = true): string {
  return markup(SignIn, { account, page: { mails } as AccountPage }, { words });
}

test.each(both)("the birth date is asked for before the address, $lang", (words) => {
  const html = signIn(new Account(""), words);

  expect(textOf(html)).toContain(words.t("age.before_account"));
  expect(html).not.toContain("vw-email");
});

test.each(both)("who is refused can watch, and is asked for nothing, $lang", (words) => {
  const html = signIn(new Account("", { refused: true }), words);

  expect(textOf(html)).toContain(words.t("age.watch_account"));
  expect(html).not.toContain("<input");
});

test("the address is a field that a password manager fills in, written from left to right", () => {
  const account = new Account("");
  account.admit("a");
  const html = signIn(account, arabic);

  expect(html).toMatch(/<label[^>]*for="vw-email"/);
  const [field] = html.match(/<input[^>]*id="vw-email"[^>]*>/) ?? [""];
  expect(field).toContain('autocomplete="username"');
  expect(field).toContain("input-ltr");
});

test("a shop that sends no mail says so before anybody waits for one", () => {
  const account = new Account("");
  account.admit("a");

  expect(textOf(signIn(account, english, false))).toContain(english.t("viewer.no_mail"));
  expect(textOf(signIn(account))).not.toContain(english.t("viewer.no_mail"));
});

test("the code's form says where the mail went, in the address's own direction", () => {
  const account = new Account("");
  account.step = "code";
  account.email = "sofia@example.com";
  const html = signIn(account, arabic);

  expect(html).toContain("\u2068sofia@example.com\u2069");
  expect(html).toContain('autocomplete="one-time-code"');
});

test("a link that is over has a way on, and one that may work has none yet", () => {
  const account = new Account("", { link: "L" });
  const over = english.t("viewer.link_over");
  expect(textOf(signIn(account))).not.toContain(over);

  account.problem = { code: "sign_in_over", status: 410 };
  const text = textOf(signIn(account));

  expect(text).toContain(over);
  expect(text).toContain(english.t("error.sign_in_over"));
});

const order = (more: object = {}) => ({
  id: "ord_1",
  number: "LW-1",
  placed_at: at,
  seller: { en: "Loamwick", ar: "لوم ويك" },
  total: pounds(4000),
  items: [{ quantity: 2, picture_url: null }, { quantity: 1 }],
  fulfilment: "sent",
  withdrawn_at: null,
  page: "/o/token",
  ...more,
});

function ordersPart(prepare: (orders: OwnOrders, account: Account) => void, words = english) {
  const account = new Account("");
  const orders = new OwnOrders(account);
  prepare(orders, account);
  return markup(OrdersPart, { orders, account }, { words });
}
const shown = (items: object[]) => (orders: OwnOrders) => (orders.items = items as never);

test.each(both)("an order says its pieces, its seller and where it is, $lang", (words) => {
  const html = ordersPart(shown([order()]), words);
  const text = textOf(html);

  expect(html).toContain('href="/o/token"');
  expect(text).toContain(words.t("order.pieces", { count: 3 }));
  expect(text).toContain(words.pick(order().seller));
  expect(text).toContain(words.t("viewer.order_state.sent"));
});

test("a withdrawn order is called so, wherever its parcels are", () => {
  const text = textOf(ordersPart(shown([order({ withdrawn_at: at })])));

  expect(text).toContain(english.t("viewer.order_state.withdrawn"));
  expect(text).not.toContain(english.t("viewer.order_state.sent"));
});

test.each([english, arabic])("an order of which something stays is not withdrawn", (words) => {
  const shownOrder = order({ withdrawn_at: at, is_part_withdrawn: true });

  const text = textOf(ordersPart(shown([shownOrder]), words));

  expect(text).toContain(words.t("viewer.order_state.part_withdrawn"));
});

test("no orders is said only once the shop has answered", () => {
  const none = english.t("viewer.no_orders");

  expect(textOf(ordersPart(() => undefined))).not.toContain(none);
  expect(textOf(ordersPart(shown([])))).toContain(none);
});

test("older orders are offered while there are some", () => {
  const more = english.t("viewer.more_orders");

  expect(textOf(ordersPart(shown([order()])))).not.toContain(more);
  expect(textOf(ordersPart((orders) => (orders.next = "c")))).toContain(more);
});

test("a guest's order is asked about, and named once it is in the account", () => {
  const asked = textOf(ordersPart((_, account) => (account.claim = "T")));
  expect(asked).toContain(english.t("viewer.claim_title"));

  const done = textOf(ordersPart((orders) => (orders.claimed = "LW-1")));
  expect(done).not.toContain(english.t("viewer.claim_title"));
  expect(done).toContain(english.t("viewer.claimed", { number: "LW-1" }));
});

const session = (id: string, more: object = {}) => ({
  id,
  browser: "Firefox",
  created_at: at,
  current: false,
  ...more,
});

function sessionsPart(items: object[] | null, words: Language = english): string {
  const sessions = new Sessions(new Account(""));
  sessions.items = items as never;
  return markup(SessionsPart, { sessions }, { words });
}

test.each(both)(
  "each other place has a button that names it, this one has none, $lang",
  (words) => {
    const here = session("vses_1", { current: true });
    const html = sessionsPart([here, session("vses_2"), session("vses_3", { browser: "" })], words);

    expect(namesIn(html)).toEqual([
      words.t("viewer.end_named", { browser: "Firefox" }),
      words.t("viewer.end_named", { browser: words.t("viewer.unknown_browser") }),
    ]);
    expect(textOf(html)).toContain(words.t("viewer.here"));
    expect(textOf(html)).toContain(words.t("viewer.end_others"));
  },
);

test("with one other place there is no button for all, without one it is said", () => {
  const here = session("vses_1", { current: true });
  const all = english.t("viewer.end_others");

  expect(textOf(sessionsPart([here, session("vses_2")]))).not.toContain(all);
  expect(textOf(sessionsPart([here]))).toContain(english.t("viewer.only_here"));
  expect(textOf(sessionsPart(null))).not.toContain(english.t("viewer.only_here"));
});

function dataPart(prepare: (own: OwnDataRequests) => void, words = english): string {
  const own = new OwnDataRequests(new Account(""));
  prepare(own);
  return markup(DataPart, { own, api: "/api/v1" }, { words });
}

test.each(both)("erasing asks first, and says what stays, $lang", (words) => {
  const html = dataPart((own) => own.begin("erase"), words);
  const text = textOf(html);

  expect(text).toContain(words.t("viewer.erase_title"));
  expect(text).toContain(words.t("viewer.erase_keep"));
  expect(text).toContain(words.t("viewer.erased_chat"));
  expect(html).not.toContain("data.zip");
});

test("what is to be corrected has to be written, what is objected to need not", () => {
  const correct = dataPart((own) => own.begin("correct"));
  expect(correct).toMatch(/<textarea[^>]*required/);
  expect(correct).toContain('for="own-text"');

  expect(dataPart((own) => own.begin("object"))).not.toMatch(/<textarea[^>]*required/);
});

test("what is known is shown in words, without what is empty", () => {
  const rows = [{ country: "GB", line2: null, placed_at: at }];
  const data = {
    holdings: [
      { name: "orders", rows },
      { name: "viewers", rows: [] },
    ],
  };
  const text = textOf(dataPart((own) => (own.data = data as never)));

  expect(text).toContain("United Kingdom");
  expect(text).toContain("Thu, 2 January 2020");
  expect(text).not.toContain(english.t("viewer.known.line2"));
  expect(text).toContain(english.t("viewer.data_empty"));
});

const HOME = {
  name: "Sofia",
  line1: "48 Alder Street",
  line2: null,
  city: "Dublin",
  postal_code: null,
  country: "IE",
};

test.each(both)("each address is named by its buttons, the first as filled in, $lang", (words) => {
  const addresses = new OwnAddresses(new Account(""));
  addresses.items = ["adr_1", "adr_2"].map((id): KeptAddress => ({ id, ...HOME }));
  const html = markup(AddressesPart, { addresses, countries: ["IE"] }, { words });

  expect(textOf(html).split(words.t("address.first"))).toHaveLength(2);
  expect(namesIn(html).filter((name) => name.includes("48 Alder Street"))).toHaveLength(4);
  expect(html).not.toContain("<form");
});

test("no country is chosen for somebody who keeps no address yet", () => {
  const props = { prefix: "adr", lines: emptyForm(""), wrong: {}, countries: ["IE", "GB"] };
  const html = markup(AddressFields, { ...props, postalCodeNeeded: false });

  expect(html.match(/<option[^>]*>/g)).toHaveLength(3);
});

test("whoever keeps no address is told where one can be kept", () => {
  const addresses = new OwnAddresses(new Account(""));
  addresses.items = [];

  expect(textOf(markup(AddressesPart, { addresses, countries: [] }))).toContain(
    english.t("address.none"),
  );
});

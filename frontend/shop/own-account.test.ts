import { beforeEach, expect, test, vi } from "vitest";
import { english } from "../testing/rendered";
import { ok, refusal, standInShop, storage } from "../testing/shop";
import { emptyForm } from "./form";
import { maybeSignedIn, writeSignedIn } from "./kept";
import { addressLine, isBlank, linesOf, OwnAccount, standsIn } from "./own-account.svelte";

const shop = standInShop();
const HOME = {
  id: "adr_1",
  name: "Sofia",
  line1: "48 Alder Street",
  line2: null,
  city: "Dublin",
  postal_code: null,
  country: "IE",
};
const VIEWER = ok.bind(null, { email: "sofia@example.com", csrf: "C" });

beforeEach(() => {
  storage();
  writeSignedIn(true);
});

test("whoever is signed in has an admission, a mail address and addresses", async () => {
  const own = new OwnAccount("");
  shop.answers = [VIEWER(), ok({ addresses: [HOME] }), ok({ admission: "A" })];

  expect(await own.load("IE")).toBe("A");

  expect([own.email, own.addresses]).toEqual(["sofia@example.com", [HOME]]);
  expect(shop.asked[2]).toMatchObject({
    path: "/viewer/admissions",
    csrf: "C",
    body: { door: "guest_checkout", country: "IE" },
  });
});

test("a guest's page asks nothing", async () => {
  writeSignedIn(false);

  expect(await new OwnAccount("").load("IE")).toBeNull();

  expect(shop.asked).toEqual([]);
});

test("of a session that has ended nothing is asked again", async () => {
  shop.answers = [refusal("not_authenticated", 401), refusal("not_authenticated", 401)];

  expect(await new OwnAccount("").load("IE")).toBeNull();

  expect(maybeSignedIn()).toBe(false);
});

test("who may not buy is told so, and their addresses are not filled in", async () => {
  const own = new OwnAccount("");
  shop.answers = [VIEWER(), ok({ addresses: [HOME] }), refusal("age_refused", 403)];

  expect(await own.load("GB")).toBe("refused");

  expect([own.email, own.addresses]).toEqual([null, []]);
});

test("a shop that stumbles lets one buy as a guest, and the account is asked the next time", async () => {
  shop.answers = [refusal("internal_error", 400), refusal("internal_error", 400)];

  expect(await new OwnAccount("").load("GB")).toBeNull();

  expect(maybeSignedIn()).toBe(true);
});

test("an address that cannot be kept disturbs nobody", async () => {
  shop.answers = [refusal("too_many_addresses", 409)];

  new OwnAccount("").keep(HOME);
  await Promise.resolve();

  expect(shop.asked[0]).toMatchObject({ method: "POST", path: "/viewer/addresses" });
});

test("goods that go elsewhere need what the account says for that country", async () => {
  const own = new OwnAccount("");
  shop.answers = [
    VIEWER(),
    ok({ addresses: [HOME] }),
    ok({ admission: "A" }),
    ok({ admission: "B" }),
  ];
  await own.load("GB");

  expect([await own.admit("IE"), own.admittedTo]).toEqual(["B", "IE"]);
  expect([await own.admit("AE"), own.admittedTo]).toEqual([null, "IE"]);
});

test("whoever it is not signs out, and nothing of the account stays in this tab", async () => {
  const kept = storage();
  writeSignedIn(true);
  kept.set("showfloor.form.show_1", "{}");
  vi.stubGlobal("sessionStorage", {
    ...Object.fromEntries(kept),
    removeItem: (slot: string) => kept.delete(slot),
  });
  const own = new OwnAccount("");
  shop.answers = [VIEWER(), ok({ addresses: [HOME] }), ok({ admission: "A" }), ok(null, 204)];
  await own.load("GB");

  expect(await own.signOut()).toBe(true);

  expect([own.email, own.addresses, maybeSignedIn()]).toEqual([null, [], false]);
  expect(shop.asked.at(-1)).toMatchObject({ method: "DELETE", path: "/viewer/session", csrf: "C" });
  expect([...kept.keys()]).toEqual([]);
});

test("an account that cannot be left is still shown as whose it is", async () => {
  const own = new OwnAccount("");
  shop.answers = [VIEWER(), ok({ addresses: [HOME] }), ok({ admission: "A" }), refusal("x", 503)];
  await own.load("GB");

  expect([await own.signOut(), own.email]).toEqual([false, "sofia@example.com"]);
});

test("a kept address fills the form, and is known again in it", () => {
  const form = { ...emptyForm("GB"), ...linesOf(HOME) };

  expect(form).toMatchObject({ line2: "", postal_code: "", country: "IE", email: "" });
  expect("id" in linesOf(HOME)).toBe(false);
  expect([standsIn(form, HOME), standsIn({ ...form, city: "Cork" }, HOME)]).toEqual([true, false]);
  expect([isBlank(emptyForm("GB")), isBlank(form)]).toEqual([true, false]);
  expect(addressLine(english, HOME).replace(/[⁨⁩]/g, "")).toBe("48 Alder Street, Dublin, Ireland");
});

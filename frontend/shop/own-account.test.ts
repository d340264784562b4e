import { beforeEach, expect, test } from "vitest";
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
  const own = new OwnAccount("", "IE");
  shop.answers = [VIEWER(), ok({ addresses: [HOME] }), ok({ admission: "A" })];

  expect(await own.load()).toBe("A");

  expect([own.email, own.addresses]).toEqual(["sofia@example.com", [HOME]]);
  expect(shop.asked[2]).toMatchObject({
    path: "/viewer/admissions",
    csrf: "C",
    body: { door: "guest_checkout", country: "IE" },
  });
});

test("a guest's page asks nothing", async () => {
  writeSignedIn(false);

  expect(await new OwnAccount("", "IE").load()).toBeNull();

  expect(shop.asked).toEqual([]);
});

test("of a session that has ended nothing is asked again", async () => {
  shop.answers = [refusal("not_authenticated", 401), refusal("not_authenticated", 401)];

  expect(await new OwnAccount("", "IE").load()).toBeNull();

  expect(maybeSignedIn()).toBe(false);
});

test("who may not buy is told so, and their addresses are not filled in", async () => {
  const own = new OwnAccount("", "GB");
  shop.answers = [VIEWER(), ok({ addresses: [HOME] }), refusal("age_refused", 403)];

  expect(await own.load()).toBe("refused");

  expect([own.email, own.addresses]).toEqual([null, []]);
});

test("a shop that stumbles lets one buy as a guest, and the account is asked the next time", async () => {
  shop.answers = [refusal("internal_error", 400), refusal("internal_error", 400)];

  expect(await new OwnAccount("", "GB").load()).toBeNull();

  expect(maybeSignedIn()).toBe(true);
});

test("an address that cannot be kept disturbs nobody", async () => {
  shop.answers = [refusal("too_many_addresses", 409)];

  new OwnAccount("", "GB").keep(HOME);
  await Promise.resolve();

  expect(shop.asked[0]).toMatchObject({ method: "POST", path: "/viewer/addresses" });
});

test("a kept address fills the form, and is known again in it", () => {
  const form = { ...emptyForm("GB"), ...linesOf(HOME) };

  expect(form).toMatchObject({ line2: "", postal_code: "", country: "IE", email: "" });
  expect("id" in linesOf(HOME)).toBe(false);
  expect([standsIn(form, HOME), standsIn({ ...form, city: "Cork" }, HOME)]).toEqual([true, false]);
  expect([isBlank(emptyForm("GB")), isBlank(form)]).toEqual([true, false]);
  expect(addressLine(english, HOME).replace(/[⁨⁩]/g, "")).toBe("48 Alder Street, Dublin, Ireland");
});

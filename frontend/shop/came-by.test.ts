import { expect, test } from "vitest";
import { cameBy, linkOf } from "./came-by";
import { emptyForm } from "./form";

const form = emptyForm("GB");

test.each([
  ["", "", {}],
  ["?lang=ar&via=VERA10", "", { via: "VERA10" }],
  ["?via=VERA10", " wim-10 ", { via: "VERA10", code: "wim-10" }],
  [`?via=${"A".repeat(61)}`, "", {}],
])("the address %j and what was typed, %j, say %j", (search, code, said) => {
  expect(cameBy(search, { ...form, code })).toEqual(said);
});

test("a form from before there were codes says nothing", () => {
  expect(cameBy("", form)).toEqual({});
});

test("a link keeps what else the address says", () => {
  expect(linkOf("https://shop.example/s/pots?lang=ar&via=OLD", "VERA10")).toBe(
    "https://shop.example/s/pots?lang=ar&via=VERA10",
  );
});

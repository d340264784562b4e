import { expect, test } from "vitest";
import { cardNumber, emptyForm, problemsIn, toDetails, wrongIn, type Form } from "./form";

const filled: Form = {
  ...emptyForm("GB"),
  email: " sofia@example.com ",
  admission: "ADULT.GB.1.mac",
  name: "Sofia Marin",
  line1: "48 Alder Street",
  city: "London",
  postal_code: "N1 9GU",
  number: "4242 4242 4242 4242",
};

test("an empty form misses everything that is needed, in the order of the page", () => {
  expect(Object.keys(problemsIn(emptyForm("GB")))).toEqual([
    "email",
    "name",
    "line1",
    "city",
    "postal_code",
    "number",
  ]);
  expect(problemsIn(filled)).toEqual({});
  expect(problemsIn({ ...filled, postal_code: "" }, false)).toEqual({});
});

test("details are trimmed and an empty second line is left out", () => {
  expect(toDetails(filled)).toEqual({
    email: "sofia@example.com",
    admission: "ADULT.GB.1.mac",
    address: {
      name: "Sofia Marin",
      line1: "48 Alder Street",
      city: "London",
      postal_code: "N1 9GU",
      country: "GB",
    },
  });
});

test("marks that came with a paste are neither refused nor sent", () => {
  const pasted = {
    ...filled,
    email: "\u202asofia@example.com\u202c",
    name: "\u200fSofia  Marin",
    postal_code: "\u202an1\u00a0 9gu\u202c",
    number: "\u200e4242\u20134242 4242 4242",
  };

  expect(problemsIn(pasted)).toEqual({});
  expect(toDetails(pasted)).toEqual(toDetails(filled));
  expect(cardNumber(pasted)).toBe("4242424242424242");
});

test("a name of which nothing is seen is missing", () => {
  expect(problemsIn({ ...filled, name: "\u200b\u3164" })).toEqual({ name: "field.name" });
});

test("a line that is too long is to be shortened, and is not called missing", () => {
  const long = "N".repeat(201);

  expect(problemsIn({ ...filled, name: long, line2: long })).toEqual({
    name: "field.line2",
    line2: "field.line2",
  });
  expect(problemsIn({ ...filled, name: ` ${"N".repeat(200)} `, line2: "" })).toEqual({});
});

test("a card typed in Arabic digits is sent in European ones", () => {
  expect(cardNumber({ ...filled, number: "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢" })).toBe("4242424242424242");
});

test("what the server finds wrong stands beside its field", () => {
  expect(wrongIn({ code: "payment_method_invalid", status: 422 })).toEqual({
    number: "field.number",
  });
  expect(
    wrongIn({
      code: "validation_failed",
      status: 422,
      fields: [{ path: "body/address/postal_code", problem: "postal_code_invalid" }],
    }),
  ).toEqual({ postal_code: "field.postal_code" });
  expect(
    wrongIn({
      code: "validation_failed",
      status: 422,
      fields: [{ path: "body/hold_id", problem: "missing" }],
    }),
  ).toBeNull();
  expect(wrongIn({ code: "sold_out", status: 409 })).toBeNull();
  expect(wrongIn(null)).toBeNull();
});

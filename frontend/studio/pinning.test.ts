import { expect, test } from "vitest";
import type { Pin, Product } from "../contract";
import { commandFor, nextProduct, pinNext, toggle, unpinNewest } from "./pinning";

const products = ["a", "b", "c"].map((id) => ({ id }) as Product);
const cue = (id: string, product_id: string) => ({ id, payload: { product_id } }) as Pin;
const key = (code: string, more = {}) =>
  commandFor({ code, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

test("next follows the shelf and starts over after the last", () => {
  expect(nextProduct(products, null)?.id).toBe("a");
  expect(nextProduct(products, "a")?.id).toBe("b");
  expect(nextProduct(products, "c")?.id).toBe("a");
  expect(nextProduct([], null)).toBeNull();
});

test("pin next replaces what is open", () => {
  expect(pinNext(products, "b")).toEqual({ do: "pin", productId: "c", replace: true });
});

test("a digit pins beside the others and unpins its own", () => {
  expect(toggle(products, [cue("x", "a")], 1)).toEqual({
    do: "pin",
    productId: "b",
    replace: false,
  });
  expect(toggle(products, [cue("x", "a")], 0)).toEqual({ do: "unpin", cueId: "x" });
  expect(toggle(products, [], 7)).toEqual({ do: "nothing" });
});

test("unpin takes the newest", () => {
  expect(unpinNewest([cue("new", "a"), cue("old", "b")])).toEqual({ do: "unpin", cueId: "new" });
  expect(unpinNewest([])).toEqual({ do: "nothing" });
});

test("keys count by their place on the board, and not with a modifier", () => {
  expect([key("KeyN"), key("KeyU"), key("KeyZ"), key("Digit1"), key("Numpad9")]).toEqual([
    "next",
    "unpin",
    "undo",
    0,
    8,
  ]);
  expect([
    key("KeyZ", { ctrlKey: true }),
    key("KeyN", { repeat: true }),
    key("Digit0"),
    key("KeyA"),
  ]).toEqual([null, null, null, null]);
});

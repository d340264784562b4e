import { expect, test } from "vitest";
import { atShow, close, open, wentBack, type Navigation } from "./navigation";

const shelf = open(atShow, "shelf", null).to;
const productFromShelf = open(shelf, "product", "mug").to;
const productFromShow = open(atShow, "product", "mug").to;

test("what opens first has one entry in the history, what follows shares it", () => {
  expect(open(atShow, "shelf", null).history).toBe("push");
  expect(open(shelf, "product", "mug").history).toBeNull();
  expect(open(productFromShelf, "checkout", "mug").history).toBeNull();
});

test("a product goes back to the shelf it was found on, or to the show", () => {
  expect(close(productFromShelf).to.view).toBe("shelf");
  expect(close(productFromShow).to.view).toBe("show");
});

test("only the way back to the show takes the entry away", () => {
  expect(close(productFromShelf)).toMatchObject({ history: null, to: { inHistory: true } });
  expect(close(shelf, "show")).toMatchObject({ history: "back", to: { inHistory: false } });
});

test("the checkout closes to the show, wherever the product was found", () => {
  const checkout = open(productFromShelf, "checkout", "mug").to;

  expect(checkout.from).toBe("shelf");
  expect(close(checkout).to.view).toBe("show");
});

test("the browser's Back closes what is open, and leaves the history as it is", () => {
  expect(wentBack(productFromShow)).toMatchObject({ history: null, to: { view: "show" } });
});

test("the browser's Back from a product on the shelf opens the shelf with an entry of its own", () => {
  expect(wentBack(productFromShelf)).toMatchObject({
    history: "push",
    to: { view: "shelf", inHistory: true },
  });
});

test("Back with nothing open is not ours", () => {
  const elsewhere: Navigation = { ...atShow, view: "show" };

  expect(wentBack(elsewhere)).toBeNull();
});

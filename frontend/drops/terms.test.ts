import { expect, test } from "vitest";
import { dropCue } from "../testing/show";
import { noteTerms, termsOf } from "./terms";

test("the terms of a drop are those that the page was first given", () => {
  const [first, other] = ["a", "b"].map((digit) => digit.repeat(64));
  expect(termsOf("drop_1")).toBeNull();
  noteTerms(dropCue({ terms_sha256: null }).payload);
  noteTerms(dropCue({ terms_sha256: first! }).payload);
  noteTerms(dropCue({ terms_sha256: other! }).payload);

  expect(termsOf("drop_1")).toBe(first);
});

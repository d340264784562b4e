import { expect, test } from "vitest";
import breakpoints from "../styles/breakpoints.css?raw";
import { fittingHeight } from "./frame.svelte";

const NAME_LINE = 44;
const TALL = 9 / 16;
const WIDE = 16 / 9;

test("a tall picture fills a narrow frame, up to a phone's height", () => {
  expect(fittingHeight(360, TALL)).toBe(640 + NAME_LINE);
  expect(fittingHeight(600, TALL)).toBe(820 + NAME_LINE);
});

test("a wide frame is as high as a shelf beside the picture needs", () => {
  expect(fittingHeight(720, TALL)).toBe(720 + NAME_LINE);
  expect(fittingHeight(1200, WIDE)).toBe(720 + NAME_LINE);
});

test("under a wide picture there is room for the goods, and the picture is shown whole", () => {
  expect(fittingHeight(360, WIDE)).toBe(203 + 420 + NAME_LINE);
  expect(fittingHeight(800, WIDE)).toBe(978 + NAME_LINE);
});

test("the frame counts with the breakpoints of the style sheets", () => {
  expect(breakpoints).toContain("--beside (min-width: 45rem)");
  expect(breakpoints).toContain("--desk (min-width: 60rem)");
});

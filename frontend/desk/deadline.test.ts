import { expect, test } from "vitest";
import { language } from "../i18n/i18n";
import { lastMoment } from "./deadline";

test("a deadline is shown as the last day on which it is kept", () => {
  const midnight = new Date(2020, 11, 17).toISOString();
  const { day } = language("en", {});

  expect(day(lastMoment(midnight))).toContain("16 December");
  expect(day(midnight)).toContain("17 December");
});

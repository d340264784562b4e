import { expect, test } from "vitest";
import { dropCue } from "../testing/show";
import { isAnnounced, noteTerms } from "./terms";

const [ONE, OTHER] = ["a".repeat(64), "b".repeat(64)] as const;
const drop = (drop_id: string, terms_sha256: string | null) =>
  dropCue({ drop_id, terms_sha256 }).payload;
const OPENS = Date.parse(drop("any", null).opens_at);

test("a log is known again by the terms that the page was first given in the countdown", () => {
  noteTerms(drop("seen", null), OPENS - 2);
  noteTerms(drop("seen", ONE), OPENS - 1);
  noteTerms(drop("seen", OTHER), OPENS - 1);

  expect(isAnnounced("seen", ONE)).toBe(true);
  expect(isAnnounced("seen", OTHER)).toBe(false);
  expect(isAnnounced("seen", null)).toBeNull();
});

test("who comes when a drop has opened does not know what was announced", () => {
  noteTerms(drop("late", ONE), OPENS);

  expect(isAnnounced("late", ONE)).toBeNull();
  expect(isAnnounced("never", ONE)).toBeNull();
});

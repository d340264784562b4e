import { expect, test } from "vitest";
import { sceneOf, type Scene, type Signs } from "./scene";

const watching: Signs = {
  state: "live",
  online: true,
  status: "playing",
  played: true,
  replay: "none",
  roomOpen: true,
};

test.each<[string, Partial<Signs>, Scene]>([
  ["a picture that runs", {}, "live"],
  ["a person's own pause", { status: "paused" }, "live"],
  ["a short wait", { status: "waiting" }, "live"],
  ["no picture yet", { status: "starting", played: false }, "starting"],
  ["a refused start", { status: "paused", played: false }, "tap"],
  ["a picture that stands still", { status: "stuck" }, "lost"],
  ["a wait without the room", { status: "waiting", roomOpen: false }, "lost"],
  ["a wait before the room answered", { status: "waiting", roomOpen: null }, "live"],
  ["a camera that went away", { state: "interrupted", status: "waiting" }, "back"],
  ["what is still loaded of it", { state: "interrupted" }, "live"],
  ["no network", { online: false }, "offline"],
  ["no decoder", { status: "unplayable", played: false }, "unplayable"],
  [
    "no decoder for a camera that went away",
    { status: "unplayable", state: "interrupted" },
    "back",
  ],
  ["an ended show without network", { state: "ended", online: false }, "ended"],
  ["a recording to watch", { state: "ended", replay: "offered" }, "replay"],
  ["a recording that plays", { state: "ended", replay: "begun" }, "live"],
  [
    "a recording that is opened",
    { state: "ended", replay: "begun", status: "starting", played: false },
    "starting",
  ],
  ["a recording without network", { state: "ended", replay: "begun", online: false }, "offline"],
  ["a show to come", { state: "scheduled", status: "starting", played: false }, "scheduled"],
  ["a draft, for its team", { state: "draft", status: "starting", played: false }, "scheduled"],
])("%s", (_what, signs, scene) => {
  expect(sceneOf({ ...watching, ...signs })).toBe(scene);
});

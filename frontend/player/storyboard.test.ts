import { afterEach, expect, test, vi } from "vitest";
import { fetchBoard, stripOf, tileAt, type Board } from "./storyboard";

const tile = (at: number) => ({ at, sheet: "story-1-0.webp", x: 0, y: 0 });
const board = (...moments: number[]): Board => ({
  width: 90,
  height: 160,
  folder: "/replays/show_1/",
  tiles: moments.map(tile),
});
afterEach(() => vi.unstubAllGlobals());

test.each([
  [500, 1000],
  [1000, 1000],
  [2999, 1000],
  [3000, 3000],
  [99_000, 5000],
])("at %d ms the picture of %d ms is on screen", (moment, at) => {
  expect(tileAt(board(1000, 3000, 5000), moment)?.at).toBe(at);
});

test("a recording without pictures has none anywhere", () => {
  expect([tileAt(null, 1), tileAt(board(), 1), stripOf(null, 5)]).toEqual([null, null, []]);
});

test("a strip goes over the whole recording, however many tiles there are", () => {
  const strip = (count: number) => stripOf(board(0, 1, 2, 3, 4, 5), count).map(({ at }) => at);

  expect([strip(3), strip(6), strip(12)]).toEqual([
    [0, 2, 4],
    [0, 1, 2, 3, 4, 5],
    [0, 1, 2, 3, 4, 5],
  ]);
});

test("sheets lie beside the index that names them", async () => {
  const { folder: _, ...index } = board(1);
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(index)));

  expect(await fetchBoard("/replays/show_1/story.json")).toEqual(board(1));
});

test.each([
  ["an index that is gone", async () => new Response("", { status: 404 })],
  ["a network that is away", async () => Promise.reject(new TypeError())],
])("%s leaves the recording without pictures", async (_what, answer) => {
  vi.stubGlobal("fetch", answer);

  expect(await fetchBoard("/replays/show_1/story.json")).toBeNull();
});

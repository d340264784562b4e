import { expect, test, vi } from "vitest";
import type { Clip } from "../contract";
import type { Board } from "../player/storyboard";
import { arabic, markup, namesIn, textOf } from "../testing/rendered";
import type { Clips } from "./clips.svelte";
import type { ShowConsole } from "./show-console.svelte";

vi.stubGlobal("location", { pathname: "/studio", hash: "" });
const { provideShowConsole } = await import("./context");
const { default: ClipRow } = await import("./clip-row.svelte");

const CLIP: Clip = {
  id: "clip_1",
  show_id: "show_1",
  slug: "the-glaze-abcd",
  title: { en: "The glaze", ar: "الطلاء" },
  state: "ready",
  public: true,
  from: "2026-11-23T10:01:05.000Z",
  to: "2026-11-23T10:01:37.000Z",
  duration_s: 32,
  product_id: null,
  url: "https://shop.example/c/the-glaze-abcd",
  hls_url: "https://shop.example/replays/clip_1/index.m3u8",
  mp4_url: "https://shop.example/replays/clip_1/clip.mp4",
  poster_url: "https://shop.example/replays/clip_1/poster.jpg",
};
const BOARD: Board = {
  folder: "/replays/show_1/",
  width: 90,
  height: 160,
  tiles: [{ at: Date.parse(CLIP.from), sheet: "board-0.jpg", x: 0, y: 0 }],
};

function row(more: Partial<Clip>, words?: typeof arabic): string {
  const control = {
    show: { went_live_at: "2026-11-23T10:00:00.000Z" },
    products: [{ id: "prd_1", pictures: [{ url: "/pictures/mug.webp" }] }],
  } as unknown as ShowConsole;
  const provide = () => void provideShowConsole(control);
  const props = {
    clip: { ...CLIP, ...more },
    clips: { busy: false } as Clips,
    board: more.state === "suggested" ? null : BOARD,
    onselect: () => undefined,
    onremove: () => undefined,
  };
  return markup(ClipRow, props, words ? { words, provide } : { provide });
}

test("a clip that is published says its length, and offers its page, its link and its file", () => {
  const html = row({});

  expect(textOf(html)).toContain("The glaze Published 1:05 · 32 seconds");
  expect(html).toContain(`<a href="${CLIP.url}"`);
  expect(html).toContain(`src="${CLIP.poster_url}"`);
  expect(namesIn(html)).toEqual([
    "Copy link: The glaze",
    "Download MP4: The glaze",
    "Unpublish: The glaze",
    "Delete: The glaze",
  ]);
});

test.each(["draft", "preparing"] as const)(
  "a clip that is %s has no address yet, and the recording's own picture as its cover",
  (state) => {
    const html = row({ state, public: state === "preparing" });

    expect(html).not.toContain(CLIP.url);
    expect(html).not.toContain(CLIP.poster_url);
    expect(html).toContain('src="/replays/show_1/board-0.jpg"');
  },
);

test("a suggestion is selected, published or deleted, and shows its product", () => {
  const html = row({ state: "suggested", public: false, product_id: "prd_1" });

  expect(html).toContain('src="/pictures/mug.webp"');
  expect(namesIn(html)).toEqual([
    "Select in the line: The glaze",
    "Publish the clip: The glaze",
    "Delete: The glaze",
  ]);
});

test("a clip whose part was taken out can only be deleted, and says why in both languages", () => {
  expect(namesIn(row({ state: "unavailable" }))).toEqual(["Delete: The glaze"]);
  expect(textOf(row({ state: "unavailable" }, arabic))).toContain("الطلاء حُذف جزء منه من العرض");
});

import { expect, test, vi } from "vitest";
import { arabic, english, markup, textOf } from "../testing/rendered";

vi.stubGlobal("location", { pathname: "/studio" });
vi.stubGlobal("history", { pushState: () => undefined });
const { default: CancelledShow } = await import("./cancelled-show.svelte");

test.each([english, arabic])(
  "a cancelled show leads to the other shows and nowhere else",
  (words) => {
    const html = markup(CancelledShow, {}, { words });

    expect(textOf(html)).toContain(words.t("studio.cancelled_title"));
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      "/studio",
    ]);
    expect(html).not.toContain("<button");
  },
);

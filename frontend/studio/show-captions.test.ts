import { expect, test } from "vitest";
import { Refused, type Call } from "../api/client";
import type { Caption } from "../contract";
import { ShowCaptions } from "./show-captions.svelte";

const line = (id: string, text: string): Caption => ({
  id,
  language: "ar",
  start: "2026-11-26T10:00:00Z",
  end: "2026-11-26T10:00:02Z",
  text,
});

function studio(lines: Caption[], refuse: Record<string, string> = {}) {
  const asked: [string, unknown][] = [];
  const request = <T>(path: string, { method = "GET", body, file }: Call = {}): Promise<T> => {
    asked.push([`${method} ${path}`, body ?? file?.type]);
    const code = refuse[method];
    if (code) return Promise.reject(new Refused({ code, status: 422 }));
    return Promise.resolve({ language: "ar", lines } as T);
  };
  return { asked, request };
}

const path = "/shows/show_1/captions/ar";

test("only the lines that were changed are sent, and an emptied one is taken away", async () => {
  const server = studio([line("cap_1", "one"), line("cap_2", "two"), line("cap_3", "three")]);
  const captions = new ShowCaptions(server, "show_1", () => Promise.resolve());
  await captions.edit("ar");

  captions.typed["cap_1"] = " uno ";
  captions.typed["cap_2"] = "two";
  captions.typed["cap_3"] = "";
  expect(captions.changed).toBe(2);
  await captions.save();

  const changes = [
    { id: "cap_1", text: "uno" },
    { id: "cap_3", text: "" },
  ];
  expect(server.asked).toEqual([
    [`GET ${path}`, undefined],
    [`PATCH ${path}`, { changes }],
    [`GET ${path}`, undefined],
  ]);
  expect(captions.saved).toBe(true);
});

test("a file goes out as WebVTT whatever the system calls it", async () => {
  const server = studio([]);
  let refreshed = 0;
  const captions = new ShowCaptions(server, "show_1", () => Promise.resolve(void refreshed++));

  await captions.upload("ar", new File(["WEBVTT"], "show.vtt", { type: "" }));

  expect(server.asked).toEqual([[`PUT ${path}`, "text/vtt"]]);
  expect(refreshed).toBe(1);
});

test("a refusal is said, and what was typed stays", async () => {
  const refuse: Record<string, string> = {};
  const captions = new ShowCaptions(studio([line("cap_1", "one")], refuse), "show_1", () =>
    Promise.resolve(),
  );
  await captions.edit("ar");
  captions.typed["cap_1"] = "uno";
  refuse["PATCH"] = "captions_not_there";

  await captions.save();

  expect(captions.problem?.code).toBe("captions_not_there");
  expect(captions.typed["cap_1"]).toBe("uno");
  expect(captions.saved).toBe(false);
});

import { expect, test } from "vitest";
import { Refused, type Call } from "../api/client";
import { english, markup, textOf } from "../testing/rendered";
import CoverPicker from "./cover-picker.svelte";
import { sendCover, wrongWith } from "./cover";
import { cleanDescription, writtenDescription } from "./description";

const file = new File(["picture"], "cover.png", { type: "image/png" });

function sender(answer: object | Refused) {
  const asked: [string, Call | undefined][] = [];
  const request = <T>(path: string, options?: Call): Promise<T> => {
    asked.push([path, options]);
    return answer instanceof Refused ? Promise.reject(answer) : Promise.resolve(answer as T);
  };
  return { asked, request };
}

test("what would be refused is not sent", async () => {
  const studio = sender({});
  const film = new File(["film"], "film.mp4", { type: "video/mp4" });

  expect(await sendCover(studio, "show_1", film)).toEqual({
    wrong: "error.cover_type_unsupported",
  });
  expect(wrongWith({ type: "image/jpeg", size: 8 * 1024 * 1024 + 1 })).toBe(
    "studio.cover_too_large",
  );
  expect(studio.asked).toEqual([]);
});

test("a picture is sent as it is, and none takes the cover away", async () => {
  const studio = sender({ id: "show_1" });

  expect(await sendCover(studio, "show_1", file)).toEqual({ show: { id: "show_1" } });
  await sendCover(studio, "show_1", null);

  expect(studio.asked).toEqual([
    ["/shows/show_1/cover", { method: "PUT", file }],
    ["/shows/show_1/cover", { method: "DELETE" }],
  ]);
});

test.each([
  ["cover_unreadable", "error.cover_unreadable"],
  ["payload_too_large", "studio.cover_too_large"],
])("a refusal as %s has words of its own", async (code, wrong) => {
  const answer = await sendCover(sender(new Refused({ code, status: 422 })), "show_1", file);

  expect(answer).toEqual({ wrong });
  expect(english.t(wrong)).not.toBe(wrong);
});

test("the picker says what is there and what can be done", () => {
  const shown = (props: { url?: string; wrong?: string }) =>
    textOf(
      markup(CoverPicker, {
        id: "c",
        onchoose: () => undefined,
        onremove: () => undefined,
        ...props,
      }),
    );

  expect(shown({})).toContain("No cover yet");
  expect(shown({})).not.toContain("Remove the cover");
  expect(shown({ url: "/uploads/cover-1.jpg" })).toContain("Choose another Remove the cover");
  expect(shown({ wrong: "error.cover_too_small" })).toContain("at least 320 pixels");
});

test("an empty description is none, and what stands in for a language is not written into it", () => {
  expect(cleanDescription({ en: " \n", ar: "" })).toBeNull();
  expect(cleanDescription({ en: " Cups \n\n\n bowls", ar: "" })).toEqual({
    en: "Cups\n\nbowls",
    ar: "",
  });
  expect(writtenDescription({ en: "Cups", ar: "Cups" })).toEqual({ en: "Cups", ar: "" });
  expect(writtenDescription({ en: "أكواب", ar: "أكواب" })).toEqual({ en: "", ar: "أكواب" });
  expect(writtenDescription({ en: "Cups", ar: "أكواب" })).toEqual({ en: "Cups", ar: "أكواب" });
  expect(writtenDescription(null)).toEqual({ en: "", ar: "" });
});

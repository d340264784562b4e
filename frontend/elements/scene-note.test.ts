import { expect, test } from "vitest";
import type { Show } from "../contract";
import { arabic, english } from "../testing/rendered";
import { room, said, show, storeOf, words } from "../testing/show";
import type { ShowStore } from "../shop/store.svelte";
import SceneNote from "./scene-note.svelte";
import UpNext from "./up-next.svelte";

const note = (store: ShowStore, unreachable = false) =>
  said(SceneNote, store, { onplay: () => undefined, unreachable });
const over = (more: Partial<Show> = {}) =>
  show({ state: "ended", ended_at: "2026-11-26T11:00:00Z", ...more });
const next = show({
  id: "show_2",
  slug: "evening",
  state: "scheduled",
  title: words("Evening kiln"),
  starts_at: "2031-03-04T19:00:00Z",
});

test.each([english, arabic])("a camera that is away is said with its host's name", (by) => {
  const store = storeOf(show({ state: "interrupted" }), {}, by);

  expect(note(store)).toContain(by.t("scene.back.title"));
  expect(note(store)).toContain(by.pick(store.show.host.name));
  expect(note(store)).toContain(by.t("scene.browse_shelf"));
});

test("a network that is away offers to try again, and promises nothing of the host", () => {
  const store = storeOf();
  store.online = false;

  expect(note(store)).toContain(english.t("scene.offline.action"));
  expect(note(store)).not.toContain("Noor");
});

test("a stream that this browser cannot play says so, not that it is being opened", () => {
  const store = storeOf();
  store.statusChanged("unplayable");

  expect(note(store)).toContain(english.t("scene.unplayable.title"));
  expect(note(store)).not.toContain(english.t("scene.starting.title"));
});

test("who saves data is asked before anything is loaded, and may listen instead", () => {
  const store = storeOf(show(), { save_data: true });

  expect(note(store)).toContain(english.t("scene.tap.save_data"));
  expect(note(store)).toContain(english.t("player.listen"));
});

test("after the end there is the shelf, and the show that comes next with its day", () => {
  const store = storeOf(over());
  expect(note(store)).toContain(english.t("scene.ended.title"));
  expect(note(store)).toContain(english.t("scene.browse_shelf"));
  const after = () => said(UpNext, store, {});
  expect(after()).not.toContain(english.t("scene.next_open"));

  store.next = next;

  expect(after()).toContain("Evening kiln");
  expect(after()).toContain("4 March 2031");
  expect(after()).toContain(english.t("scene.next_open"));
});

test("a recording that is ready is offered, and one that does not come says so", () => {
  const store = storeOf(over({ replay: { state: "ready", duration_s: 60 } as Show["replay"] }));

  expect(note(store)).toContain(english.t("replay.watch"));
  expect(note(store)).not.toContain(english.t("scene.replay_unreachable"));
  expect(note(store, true)).toContain(english.t("scene.replay_unreachable"));
});

test.each(["live", "interrupted", "ended"] as const)(
  "a clip is offered by its own name, also while its show is %s",
  (state) => {
    const clip = { title: words("How the glaze runs"), duration_s: 40, others: [] };
    const store = storeOf(show({ state }), { clip: clip as never });

    expect(note(store)).toContain("How the glaze runs");
    expect(note(store)).toContain(english.t("clip.watch"));
  },
);

test("the room turns a show that was to come into one that is opened", () => {
  const store = storeOf(show({ state: "scheduled" }));
  expect(note(store)).toContain("The slow morning edit");

  store.roomChanged(room({ show: { state: "live" } }));

  expect(note(store)).toContain(english.t("scene.starting.title"));
});

test("beside a wide picture the shelf is there already and needs no button", () => {
  const store = storeOf(show({ state: "interrupted", picture_ratio: 16 / 9 }));

  expect(note(store)).not.toContain(english.t("scene.browse_shelf"));
});

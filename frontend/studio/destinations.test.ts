import { expect, test } from "vitest";
import { Refused, type Call } from "../api/client";
import type { Destination } from "../contract";
import { arabic, english, markup, textOf } from "../testing/rendered";
import DestinationRow from "./destination-row.svelte";
import { badgeOf, Destinations } from "./destinations.svelte";

const destination = (change: Partial<Destination> = {}): Destination => ({
  id: "dest_1",
  platform: "youtube",
  name: "Dar Noor",
  url: "rtmps://a.rtmps.youtube.com/live2",
  key_hint: "…abcd",
  started: true,
  state: "sending",
  since: "2026-11-26T09:00:00Z",
  bytes: 4_120_000,
  dropped: 0,
  reconnects: 0,
  slow: false,
  reason: null,
  detail: "",
  broken_rules: [],
  ...change,
});

/** A server that remembers what it was asked, and refuses what it is told to. */
function server(refuse: Record<string, string> = {}) {
  const asked: [string, unknown][] = [];
  const request = <T>(path: string, { method = "GET", body }: Call = {}): Promise<T> => {
    const step = `${method} ${path}`;
    asked.push([step, body]);
    const code = refuse[step];
    return code
      ? Promise.reject(new Refused({ code, status: 409 }))
      : Promise.resolve({ items: [destination()] } as T);
  };
  return { asked, request };
}

function row(change: Partial<Destination>, words = english): string {
  const destinations = new Destinations(server(), "show_1");
  destinations.platforms = [
    { code: "youtube", title: "YouTube", url: "rtmps://x/live", forbidden: false },
    { code: "tiktok", title: "TikTok", url: "", forbidden: false },
  ];
  return markup(
    DestinationRow,
    { destination: destination(change), destinations, over: false },
    { words },
  );
}

test("a switch starts and stops by itself, and the list is read anew", async () => {
  const studio = server();
  const destinations = new Destinations(studio, "show_1");

  await destinations.set(destination(), true);
  await destinations.set(destination(), false);

  const list = ["GET /shows/show_1/destinations", undefined];
  expect(studio.asked).toEqual([
    ["POST /shows/show_1/destinations/dest_1/start", undefined],
    list,
    ["POST /shows/show_1/destinations/dest_1/stop", undefined],
    list,
  ]);
});

test("a refusal is said and nothing is called done", async () => {
  const studio = server({
    "POST /shows/show_1/destinations/dest_1/start": "shop_simulcast_forbidden",
  });
  const destinations = new Destinations(studio, "show_1");

  const answer = await destinations.set(destination(), true);

  expect(answer).toBeNull();
  expect(destinations.problem?.code).toBe("shop_simulcast_forbidden");
});

test("a key goes out with its destination and stays nowhere", async () => {
  const studio = server();
  const destinations = new Destinations(studio, "show_1");

  await destinations.add("youtube", "", "", "secret");
  await destinations.setKey(destination(), "other");

  expect(studio.asked.filter(([step]) => !step.startsWith("GET"))).toEqual([
    ["POST /shows/show_1/destinations", { platform: "youtube", name: "", url: "", key: "secret" }],
    ["PATCH /shows/show_1/destinations/dest_1", { key: "other" }],
  ]);
  expect(JSON.stringify(destinations.items)).not.toContain("secret");
});

test("a destination that takes the show says how much and that nothing is lost", () => {
  const text = textOf(row({}));

  expect(text).toContain("YouTube");
  expect(text).toContain("Dar Noor · Key …abcd");
  expect(text).toContain("Live 4.1 MB sent · nothing lost");
});

test("losses and new connections are counted in both languages", () => {
  const change = { dropped: 12, reconnects: 2, slow: true };

  expect(textOf(row(change))).toContain("12 pictures lost · 2 new connections");
  expect(textOf(row(change, arabic))).toContain("ضاعت 12 صورة · اتصالان جديدان");
});

test("a failure says what to do, in the network's own words, and that the others go on", () => {
  const text = textOf(row({ state: "retrying", reason: "key_refused", detail: "Bad name" }));

  expect(text).toContain("Trying again");
  expect(text).toContain("It refused the key. Make a new key there and enter it here.");
  expect(text).toContain("It says: Bad name");
  expect(text).toContain("The other places go on.");
});

test("what a rule forbids cannot be switched on and says where it was read", () => {
  const html = row({
    platform: "tiktok",
    started: false,
    state: "off",
    broken_rules: [
      {
        code: "shop_simulcast_forbidden",
        forbids: true,
        params: { platform: "TikTok" },
        source: "LIVE policy",
        read_on: "2026-11-26",
        source_url: null,
      },
    ],
  });

  expect(html).toMatch(/role="switch"[^>]*disabled/);
  expect(textOf(html)).toContain("TikTok forbids sessions that sell");
  expect(textOf(html)).toContain("LIVE policy, read on Thu 26 November");
});

test("every state has its badge", () => {
  const badges = (["off", "waiting", "connecting", "sending", "retrying", "refused"] as const).map(
    (state) => badgeOf(destination({ state })),
  );

  expect(badges.map((badge) => english.t(`destination.state.${badge.state}`))).toEqual([
    "Off",
    "Ready",
    "Connecting",
    "Live",
    "Trying again",
    "Stopped",
  ]);
  expect(badges.map(({ kind }) => kind)).toEqual([
    "",
    "badge-good",
    "",
    "badge-good",
    "badge-warn",
    "badge-bad",
  ]);
});

import type { HlsConfig, Loader, LoaderCallbacks, LoaderContext } from "hls.js/light";
import { afterEach, expect, test, vi } from "vitest";
import { begin, firstPieces, takeEarly } from "./early";
import { earlyLoader } from "./early-loader";

const HEAD = `#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.600,CAN-SKIP-UNTIL=12.0
#EXT-X-PART-INF:PART-TARGET=0.200`;
const OLD = `#EXT-X-MAP:URI="init-a.mp4"
#EXTINF:2.000,
7.m4s`;
const part = (segment: number, index: number) =>
  `#EXT-X-PART:DURATION=0.200,URI="${segment}.${index}.m4s"`;
const parts = (segment: number, count: number) =>
  Array.from({ length: count }, (_, index) => part(segment, index)).join("\n");
const names = (segment: number, count: number) =>
  Array.from({ length: count }, (_, index) => `${segment}.${index}.m4s`);
const HINT = '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="9.9.m4s"';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("the newest segment is wanted from its key frame on", () => {
  const playlist = [HEAD, OLD, parts(8, 4), HINT].join("\n");
  expect(firstPieces(playlist)).toEqual(["init-a.mp4", ...names(8, 4)]);
});

test("a segment that has just begun is too near the edge to start in", () => {
  const playlist = [HEAD, OLD, parts(8, 10), "#EXTINF:2.000,", "8.m4s", parts(9, 2), HINT];
  expect(firstPieces(playlist.join("\n"))).toEqual(["init-a.mp4", ...names(8, 10), ...names(9, 2)]);
});

test("a segment without parts is wanted whole", () => {
  const playlist = [HEAD, OLD, "#EXTINF:2.000,", "8.m4s", parts(9, 1)].join("\n");
  expect(firstPieces(playlist)).toEqual(["init-a.mp4", "8.m4s", "9.0.m4s"]);
});

test("a start inside a long group of pictures is where the server says", () => {
  const start = "#EXT-X-START:TIME-OFFSET=-2.380";
  const playlist = [HEAD, start, OLD, "#EXTINF:2.000,", "8.m4s", parts(9, 4)].join("\n");
  expect(firstPieces(playlist)).toEqual(["init-a.mp4", "8.m4s", ...names(9, 4)]);
});

test("nothing is wanted of what another encoder sent before", () => {
  const playlist = [HEAD, OLD, "#EXT-X-DISCONTINUITY", '#EXT-X-MAP:URI="init-b.mp4"', parts(8, 1)];
  expect(firstPieces(playlist.join("\n"))).toEqual(["init-b.mp4", "8.0.m4s"]);
});

test.each(["", HEAD, `${HEAD}\n${OLD}\n#EXT-X-ENDLIST`])(
  "nothing is wanted where nothing is live",
  (playlist) => expect(firstPieces(playlist)).toEqual([]),
);

/** A network with these answers; everything else is 404. */
function serve(answers: Record<string, string>): void {
  vi.stubGlobal("fetch", (url: string) =>
    Promise.resolve(new Response(answers[url] ?? null, { status: url in answers ? 200 : 404 })),
  );
}

const LIVE = "https://media.example/live/show";

test("what a show begins with is fetched once, and given once", async () => {
  serve({
    [`${LIVE}/index.m3u8`]: "multivariant",
    [`${LIVE}/media.m3u8`]: [HEAD, OLD, parts(8, 4)].join("\n"),
    [`${LIVE}/init-a.mp4`]: "init",
    [`${LIVE}/8.0.m4s`]: "media",
  });

  await begin(`${LIVE}/index.m3u8`, `${LIVE}/media.m3u8`);

  const text = async (name: string) =>
    new TextDecoder().decode((await takeEarly(`${LIVE}/${name}`)!).data);
  expect(await text("index.m3u8")).toBe("multivariant");
  expect(await text("init-a.mp4")).toBe("init");
  expect(await text("8.0.m4s")).toBe("media");
  await expect(takeEarly(`${LIVE}/8.1.m4s`)).rejects.toThrow("404");
  expect(takeEarly(`${LIVE}/init-a.mp4`)).toBeUndefined();
});

test("what nobody took in time is fetched anew", async () => {
  vi.useFakeTimers();
  serve({
    [`${LIVE}/index.m3u8`]: "",
    [`${LIVE}/media.m3u8`]: [HEAD, OLD, parts(8, 4)].join("\n"),
  });
  await begin(`${LIVE}/index.m3u8`, `${LIVE}/media.m3u8`);

  vi.advanceTimersByTime(5001);

  expect(takeEarly(`${LIVE}/media.m3u8`)).toBeUndefined();
  expect(takeEarly(`${LIVE}/init-a.mp4`)).toBeUndefined();
});

test("a show that may not be watched leaves nothing behind", async () => {
  serve({});
  await expect(begin(`${LIVE}/index.m3u8`, `${LIVE}/media.m3u8`)).rejects.toThrow("404");
  await expect(takeEarly(`${LIVE}/index.m3u8`)).rejects.toThrow("404");
});

/** hls.js's own loader, which says what it was asked for. */
const asked: string[] = [];
class Network {
  stats = { loading: {} } as Loader<LoaderContext>["stats"];
  context = null;
  load = (context: LoaderContext) => void asked.push(context.url);
  abort = () => undefined;
  destroy = () => undefined;
}
const Early = earlyLoader(Network as unknown as new (config: HlsConfig) => Loader<LoaderContext>);

function load(url: string, more: Partial<LoaderContext> = {}) {
  const given: unknown[] = [];
  const loader = new Early({} as HlsConfig);
  const callbacks = { onSuccess: ({ data }: { data: unknown }) => given.push(data) };
  const context = { url, responseType: "text", ...more } as LoaderContext;
  asked.length = 0;
  loader.load(context, {} as never, callbacks as unknown as LoaderCallbacks<LoaderContext>);
  return { loader, given };
}

async function prepared(): Promise<void> {
  const playlist = [HEAD, OLD, parts(8, 4)].join("\n");
  serve({ [`${LIVE}/index.m3u8`]: "early", [`${LIVE}/media.m3u8`]: playlist });
  await begin(`${LIVE}/index.m3u8`, `${LIVE}/media.m3u8`);
}

test("hls.js gets what is here already, with the times at which it came", async () => {
  await prepared();
  const { loader, given } = load(`${LIVE}/index.m3u8`);
  await vi.waitFor(() => expect(given).toEqual(["early"]));
  expect(asked).toEqual([]);
  expect(loader.stats.loaded).toBe(5);
  expect(loader.stats.loading.end).toBeLessThanOrEqual(performance.now());
});

test("what failed early, was not asked for or is a range comes from the network", async () => {
  await prepared();
  load(`${LIVE}/8.0.m4s`);
  await vi.waitFor(() => expect(asked).toEqual([`${LIVE}/8.0.m4s`]));
  load(`${LIVE}/other.m4s`);
  expect(asked).toEqual([`${LIVE}/other.m4s`]);
  load(`${LIVE}/index.m3u8`, { rangeEnd: 10 });
  expect(asked).toEqual([`${LIVE}/index.m3u8`]);
});

test("who gave up gets nothing any more", async () => {
  await prepared();
  const { loader, given } = load(`${LIVE}/index.m3u8`);
  loader.abort();
  const gone = load(`${LIVE}/8.0.m4s`);
  gone.loader.destroy();
  await new Promise((resolve) => setTimeout(resolve));
  expect(given).toEqual([]);
  expect(asked).toEqual([]);
});

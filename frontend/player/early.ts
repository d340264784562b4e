/** Fetches what the picture of a live show begins with while the scripts that will ask for it are
 *  still on their way: both playlists, the init segment, and the media from where a viewer starts.
 *  Runs as a script of its own, as soon as the page's head is there. */

/** What was fetched, and when (`performance.now()`). */
export interface Early {
  data: ArrayBuffer;
  asked: number;
  answered: number;
  ended: number;
}

/** Milliseconds after which nobody who starts would want it any more. */
const KEPT = 5000;
const pieces = new Map<string, Promise<Early>>();

/** The answer for an address that was asked for early, once. It rejects where there was none. */
export function takeEarly(url: string): Promise<Early> | undefined {
  const found = pieces.get(url);
  pieces.delete(url);
  return found;
}

function fetchEarly(url: string): Promise<Early> {
  const piece = get(url);
  // Whoever takes it hears of a failure; nobody may take it.
  piece.catch(() => undefined);
  pieces.set(url, piece);
  setTimeout(() => pieces.delete(url), KEPT);
  return piece;
}

async function get(url: string): Promise<Early> {
  const asked = performance.now();
  const response = await fetch(url, { signal: AbortSignal.timeout(KEPT) });
  if (!response.ok) throw new Error(String(response.status));
  const answered = performance.now();
  const data = await response.arrayBuffer();
  return { data, asked, answered, ended: performance.now() };
}

interface Segment {
  parts: string[];
  uri: string | null;
  seconds: number;
}

/** What a viewer who joins needs of a media playlist (RFC 8216bis): the init segment, and each part
 *  from the beginning of the segment in which a player starts. */
export function firstPieces(playlist: string): string[] {
  let init: string | null = null;
  let behind = 0;
  let open: Segment = { parts: [], uri: null, seconds: 0 };
  const segments = [open];
  const next = () => segments.push((open = { parts: [], uri: null, seconds: 0 }));
  for (const line of playlist.split("\n")) {
    const uri = /URI="([^"]+)"/.exec(line)?.[1];
    if (line.startsWith("#EXT-X-SERVER-CONTROL:"))
      behind = Math.max(behind, Number(/PART-HOLD-BACK=([\d.]+)/.exec(line)?.[1] ?? 0));
    else if (line.startsWith("#EXT-X-START:"))
      behind = Math.max(behind, -Number(/TIME-OFFSET=(-[\d.]+)/.exec(line)?.[1] ?? 0));
    else if (line.startsWith("#EXT-X-MAP:")) {
      // Nobody starts in what was sent before with other settings.
      segments.splice(0, segments.length, open);
      init = uri ?? null;
    } else if (line.startsWith("#EXT-X-PART:") && uri) {
      open.parts.push(uri);
      open.seconds += Number(/DURATION=([\d.]+)/.exec(line)?.[1] ?? 0);
    } else if (line.startsWith("#EXTINF:")) open.seconds = parseFloat(line.slice(8));
    else if (line && !line.startsWith("#")) {
      open.uri = line;
      next();
    } else if (line.startsWith("#EXT-X-ENDLIST")) return [];
  }
  if (init === null) return [];
  const wanted: string[] = [];
  let seconds = 0;
  for (const segment of segments.reverse()) {
    wanted.unshift(...(segment.parts.length || !segment.uri ? segment.parts : [segment.uri]));
    seconds += segment.seconds;
    if (seconds >= behind) break;
  }
  return [init, ...wanted];
}

/** Both playlists by their addresses, then what the second one begins with. */
export async function begin(multivariant: string, media: string): Promise<void> {
  void fetchEarly(multivariant);
  const list = await fetchEarly(media);
  for (const uri of firstPieces(new TextDecoder().decode(list.data)))
    void fetchEarly(new URL(uri, media).href);
}

// A page that wants it preloads both playlists (templates/show-scripts.html).
const links = globalThis.document
  ? [...document.querySelectorAll<HTMLLinkElement>('link[rel="preload"][as="fetch"]')]
  : [];
if (links.length === 2) void begin(links[0]!.href, links[1]!.href).catch(() => undefined);

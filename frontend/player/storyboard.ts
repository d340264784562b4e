/** Small pictures of a recording, by the moment of the show clock that they show. */
import type { Storyboard, StoryboardTile } from "../contract";

/** A recording's pictures; sheets lie beside the index. */
export interface Board extends Storyboard {
  folder: string;
}

/** What is on screen at `moment` (ms): the last tile before it, or the first. Null without tiles. */
export function tileAt(board: Board | null, moment: number): StoryboardTile | null {
  return board?.tiles.findLast(({ at }) => at <= moment) ?? board?.tiles[0] ?? null;
}

/** `count` tiles over the whole recording, in order; fewer where there are fewer. */
export function stripOf(board: Board | null, count: number): StoryboardTile[] {
  const tiles = board?.tiles ?? [];
  const shown = Math.min(count, tiles.length);
  return Array.from(
    { length: shown },
    (_, index) => tiles[Math.floor((index * tiles.length) / shown)]!,
  );
}

/** Pictures are a help: without them, null. */
export async function fetchBoard(url: string | null): Promise<Board | null> {
  if (url === null) return null;
  try {
    const answer = await fetch(url);
    if (!answer.ok) return null;
    return {
      ...((await answer.json()) as Storyboard),
      folder: url.slice(0, url.lastIndexOf("/") + 1),
    };
  } catch {
    return null;
  }
}

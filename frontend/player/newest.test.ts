import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { end, lay, newestFilm } from "./newest";

/** As much of a video element as is touched. */
class FakeFilm extends EventTarget {
  error: unknown = null;
  paused = false;
  ended = false;
  readyState = 0;
  did: string[] = [];
  after(other: unknown): void {
    this.did.push(other instanceof FakeFilm ? "after" : "after something else");
  }
  remove(): void {
    this.did.push("remove");
  }
  removeAttribute(name: string): void {
    this.did.push(`without ${name}`);
  }
  load(): void {
    this.did.push("load");
  }
}

let film: FakeFilm;
const element = () => film as unknown as HTMLVideoElement;

beforeEach(() => {
  film = new FakeFilm();
  vi.stubGlobal("document", { querySelector: () => film });
});
afterEach(() => vi.unstubAllGlobals());

test("a film that is there, or still comes, is shown", () => {
  expect(newestFilm()).toBe(film);
  film.readyState = 4;
  expect(newestFilm()).toBe(film);
});

test("a film that failed, or that the browser did not let begin, is not", () => {
  film.error = {};
  expect(newestFilm()).toBeNull();
  film.error = null;
  film.readyState = 4;
  film.paused = true;
  expect(newestFilm()).toBeNull();
});

test("it lies over the player's video, and says whether it moves", () => {
  const player = new FakeFilm();
  const told: boolean[] = [];
  lay(element(), player as unknown as HTMLVideoElement, (moves) => told.push(moves));
  for (const name of ["playing", "ended", "playing", "error"]) film.dispatchEvent(new Event(name));
  expect(player.did).toEqual(["after"]);
  expect(told).toEqual([false, true, false, true, false]);
});

test("its end gives back what was loaded", () => {
  end(element());
  expect(film.did).toEqual(["remove", "without src", "load"]);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { end, lay, newestFilm, pictured } from "./newest";

/** As much of a video element as is touched. */
class FakeFilm extends EventTarget {
  error: unknown = null;
  paused = false;
  ended = false;
  readyState = 0;
  did: string[] = [];
  shown: (() => void) | null = null;
  requestVideoFrameCallback? = (run: () => void): number => {
    this.shown = run;
    return 1;
  };
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
  vi.useFakeTimers();
  film = new FakeFilm();
  vi.stubGlobal("document", { querySelector: () => film });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

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

/** Whether it is resolved now. */
async function isOver(promise: Promise<void>): Promise<boolean> {
  let over = false;
  void promise.then(() => (over = true));
  await vi.advanceTimersByTimeAsync(0);
  return over;
}

test("the page's scripts wait for the film's first picture", async () => {
  const wait = pictured(element());
  expect(await isOver(wait)).toBe(false);
  film.shown!();
  expect(await isOver(wait)).toBe(true);
});

test("they wait neither for long nor for a film that does not come", async () => {
  const wait = pictured(element(), 300);
  await vi.advanceTimersByTimeAsync(299);
  expect(await isOver(wait)).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await isOver(wait)).toBe(true);

  const failing = pictured(element());
  film.dispatchEvent(new Event("error"));
  expect(await isOver(failing)).toBe(true);
});

test("a browser that tells no frames says when it plays", async () => {
  delete film.requestVideoFrameCallback;
  const wait = pictured(element());
  film.dispatchEvent(new Event("playing"));
  expect(await isOver(wait)).toBe(true);
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

import { expect, test } from "vitest";
import { Refused, type Call } from "../api/client";
import type { Remote } from "../contract";
import { Remotes } from "./remotes.svelte";

const remote = (id: string, joined_at: string | null = null): Remote => ({
  id,
  created_at: "2026-11-26T09:00:00Z",
  joined_at,
  expires_at: "2026-11-26T09:02:00Z",
});

function studio(refuse: Record<string, string> = {}) {
  const asked: string[] = [];
  const there: Remote[] = [];
  const request = <T>(path: string, { method = "GET" }: Call = {}): Promise<T> => {
    asked.push(`${method} ${path}`);
    const code = refuse[method];
    if (code) return Promise.reject(new Refused({ code, status: 409 }));
    if (method === "GET") return Promise.resolve({ items: [...there] } as T);
    if (method === "DELETE") there.splice(0);
    else there.push(remote("rem_1"));
    return Promise.resolve({ remote: remote("rem_1"), url: "", qr: { size: 1, path: "" } } as T);
  };
  return { asked, there, request };
}

test("a code stands until it is used", async () => {
  const server = studio();
  const remotes = new Remotes(server, "show_1");

  await remotes.invite();
  expect(remotes.ticket?.remote.id).toBe("rem_1");
  server.there[0] = remote("rem_1", "2026-11-26T09:01:00Z");
  await remotes.load();

  expect(remotes.ticket).toBeNull();
  expect(remotes.joined.map(({ id }) => id)).toEqual(["rem_1"]);
});

test("ending a device is asked for, and the list is read anew", async () => {
  const server = studio();
  const remotes = new Remotes(server, "show_1");
  await remotes.invite();

  await remotes.end("rem_1");

  expect(server.asked.slice(-2)).toEqual([
    "DELETE /shows/show_1/remotes/rem_1",
    "GET /shows/show_1/remotes",
  ]);
  expect(remotes.items).toEqual([]);
  expect(remotes.ticket).toBeNull();
});

test("a refusal is said and shows no code", async () => {
  const remotes = new Remotes(studio({ POST: "too_many_remotes" }), "show_1");

  await remotes.invite();

  expect(remotes.problem?.code).toBe("too_many_remotes");
  expect(remotes.ticket).toBeNull();
  expect(remotes.busy).toBe(false);
});

/** Requests to the JSON API: problem+json becomes a typed refusal, a lost answer is asked for again
 *  with the same key. */
import type { Problem as Refusal } from "../contract";

/** A refusal of the server, or what only we can know (`unreachable`), which has a code and a status
 *  of 0. */
export type Problem = Pick<Refusal, "code" | "status"> & Partial<Refusal>;

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** A file instead, sent as it is under its own type. */
  file?: Blob;
  /** A form with a file instead; the browser says its type, with the boundary between its parts. */
  form?: FormData;
  token?: string | undefined;
  csrf?: string | undefined;
  /** The page is going away: the browser finishes the request without it. */
  leaving?: boolean;
  /** Makes a repeated request safe (same key and body: the first answer again). */
  key?: string;
}

const ATTEMPTS = 3;
const PAUSE = 600;

export async function call<T>(base: string, path: string, options: Call = {}): Promise<T> {
  const { method = "GET", body, file, form, token, csrf, key, leaving = false } = options;
  const headers: Record<string, string> = { Accept: "application/json" };
  // The page's language, which in a shop's frame is not the browser's.
  const language = globalThis.document?.documentElement.lang;
  if (language) headers["Accept-Language"] = language;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (csrf) headers["X-CSRF-Token"] = csrf;
  if (key) headers["Idempotency-Key"] = key;
  const request: RequestInit = {
    method,
    headers,
    credentials: "same-origin",
    cache: "no-store",
    keepalive: leaving,
  };
  if (body !== undefined) request.body = JSON.stringify(body);
  if (file) {
    headers["Content-Type"] = file.type;
    request.body = file;
  }
  if (form) request.body = form;

  const repeatable = method === "GET" || key !== undefined;
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= ATTEMPTS || !repeatable;
    try {
      const answer = await fetch(base + path, request);
      if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
      if (last || answer.status !== 503) throw new Refused(await problemIn(answer));
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (last) throw new Refused({ code: "unreachable", status: 0 });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE * attempt));
  }
}

async function problemIn(answer: Response): Promise<Problem> {
  try {
    const body = (await answer.json()) as Partial<Problem>;
    return { ...body, code: body.code ?? "internal_error", status: answer.status };
  } catch {
    // Something between us and the shop answered for it: whether the shop did what was asked is not
    // known.
    return { code: answer.status >= 500 ? "unreachable" : "internal_error", status: answer.status };
  }
}

/** Whether the request may have had its effect all the same. */
export const isUnsure = (problem: Problem): boolean =>
  problem.code === "unreachable" || problem.status >= 500;

export const problemOf = (error: unknown): Problem =>
  error instanceof Refused ? error.problem : { code: "internal_error", status: 0 };

/** A fresh Idempotency-Key. `crypto.randomUUID` needs a secure context, and a shop on plain HTTP in
 *  a local network has none. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

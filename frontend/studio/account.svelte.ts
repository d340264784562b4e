/** What a person keeps in order of their own account: password, sign-ins, keys, partners. Each part
 *  says what was done, or why it was not, and then shows what the server says. */
import { problemOf, type Call, type Problem } from "../api/client";
import type { ApiKey, Creator, OpenSession, Scope, SecurityRecord } from "../contract";
import type { Studio } from "./session.svelte";

type Requests = Pick<Studio, "request">;

/** One part of the page: its list, what stopped the last step, what was done. */
export class Part<Item> {
  items = $state.raw<Item[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** A message's key. */
  done = $state("");
  busy = $state(false);

  constructor(
    protected readonly studio: Requests,
    private readonly list: () => Promise<Item[]>,
  ) {}

  async load(): Promise<void> {
    try {
      this.items = await this.list();
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  /** A step, then the list anew: also after a refusal, which may mean that the list is old. */
  async step<T>(path: string, options: Call, done: string): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    this.done = "";
    let answer: T | null = null;
    try {
      answer = (await this.studio.request<T>(path, options)) ?? ({} as T);
      this.done = done;
    } catch (error) {
      this.problem = problemOf(error);
    }
    await this.load();
    this.busy = false;
    return answer;
  }
}

export class Account {
  readonly sessions: Part<OpenSession>;
  readonly keys: Part<ApiKey>;
  readonly password: Part<never>;
  /** A key that was just made. It is in this page's memory only, and gone with it. */
  newKey = $state<string | null>(null);

  constructor(studio: Requests) {
    this.sessions = new Part(studio, async () => {
      const { sessions } = await studio.request<{ sessions: OpenSession[] }>("/sessions");
      return sessions.toSorted((a, b) => Number(b.current) - Number(a.current));
    });
    this.keys = new Part(
      studio,
      async () => (await studio.request<{ keys: ApiKey[] }>("/keys")).keys,
    );
    this.password = new Part<never>(studio, () => Promise.resolve([]));
  }

  async changePassword(current: string, next: string): Promise<boolean> {
    const body = { current, new: next };
    const options: Call = { method: "PUT", body };
    const changed = await this.password.step("/password", options, "account.changed");
    await this.sessions.load();
    return changed !== null;
  }

  endSession = ({ id }: OpenSession) =>
    this.sessions.step(`/sessions/${id}`, { method: "DELETE" }, "account.ended");

  endOthers = () => this.sessions.step("/sessions", { method: "DELETE" }, "account.ended");

  async makeKey(label: string, scopes: Scope[], days: number): Promise<boolean> {
    const body = { label, scopes, days };
    const made = await this.keys.step<{ key: string }>("/keys", { method: "POST", body }, "");
    if (made) this.newKey = made.key;
    return made !== null;
  }

  revokeKey(key: ApiKey): Promise<unknown> {
    this.newKey = null;
    return this.keys.step(`/keys/${key.id}`, { method: "DELETE" }, "account.key_revoked");
  }
}

export const partnersOf = (studio: Requests, merchant: string): Part<Creator> =>
  new Part(
    studio,
    async () =>
      (await studio.request<{ creators: Creator[] }>(`/merchants/${merchant}/creators`)).creators,
  );

const RECORDS = 50;

/** A page of the security log, and whether there may be another. */
export async function readLog(
  studio: Requests,
  before: number | null,
): Promise<{ records: SecurityRecord[]; more: boolean }> {
  const { records } = await studio.request<{ records: SecurityRecord[] }>(
    `/security-log?limit=${RECORDS}${before === null ? "" : `&before=${before}`}`,
  );
  return { records, more: records.length === RECORDS };
}

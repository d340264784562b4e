import { afterEach, expect, test } from "vitest";
import { Refused, type Call } from "../api/client";
import type { RemoteShow } from "../contract";
import { RemoteControl, type Keep } from "./remote-control.svelte";

const controls: RemoteControl[] = [];
afterEach(() => controls.splice(0).forEach((control) => control.stop()));

const product = (id: string) => ({ id, name: { en: id, ar: id }, pictures: [] });

/** A server with one live show, that refuses what it is told to. */
function server(refuse: Record<string, string> = {}) {
  const asked: [string, unknown, string | undefined][] = [];
  let show = {
    title: { en: "Kiln", ar: "فرن" },
    state: "live",
    receiving: true,
    products: [product("mug"), product("scarf")],
    pins: [],
    last_product_id: null,
  } as unknown as RemoteShow;
  const ask = <T>(_: string, path: string, { method = "GET", body, token }: Call = {}) => {
    const step = `${method} ${path}`;
    asked.push([step, body, token]);
    const code = refuse[step];
    if (code) return Promise.reject(new Refused({ code, status: 401 }));
    if (step === "POST /remote") return Promise.resolve({ token: "rc_new" } as T);
    if (step === "POST /remote/pins") {
      const { product_id } = body as { product_id: string };
      const pin = { id: "cue_1", kind: "pin", end: null, payload: { product_id } };
      show = { ...show, pins: [pin], last_product_id: product_id } as unknown as RemoteShow;
    }
    return Promise.resolve(show as T);
  };
  return { asked, ask };
}

function kept(value: string | null = null): Keep & { value: string | null } {
  return {
    value,
    getItem() {
      return this.value;
    },
    setItem(_, next) {
      this.value = next;
    },
    removeItem() {
      this.value = null;
    },
  };
}

async function started(ticket: string, keep = kept(), refuse: Record<string, string> = {}) {
  const studio = server(refuse);
  const control = new RemoteControl("/api/v1", keep, studio.ask);
  controls.push(control);
  await control.start(ticket);
  return { control, keep, asked: studio.asked };
}

test("a ticket becomes a token that this tab keeps", async () => {
  const { control, keep, asked } = await started("rt_1");

  expect(asked).toEqual([
    ["POST /remote", { ticket: "rt_1" }, undefined],
    ["GET /remote", undefined, "rc_new"],
  ]);
  expect(keep.value).toBe("rc_new");
  expect(control.mayPin).toBe(true);
});

test("a page that is loaded again goes on with its token", async () => {
  const { control, asked } = await started("", kept("rc_old"));

  expect(asked).toEqual([["GET /remote", undefined, "rc_old"]]);
  expect(control.ended).toBe(false);
});

test("next pins in the order of the shelf, a tap on what is pinned takes it off", async () => {
  const { control, asked } = await started("rt_1");

  await control.pinNext();
  await control.pinNext();
  await control.toggle("scarf");

  expect(asked.filter(([step]) => step.startsWith("POST /remote/pins"))).toEqual([
    ["POST /remote/pins", { product_id: "mug", replace: true }, "rc_new"],
    ["POST /remote/pins", { product_id: "scarf", replace: true }, "rc_new"],
    ["POST /remote/pins/cue_1/end", {}, "rc_new"],
  ]);
});

test("a used ticket says so and asks for another", async () => {
  const { control } = await started("rt_1", kept(), { "POST /remote": "remote_ticket_invalid" });

  expect(control.ended).toBe(true);
  expect(control.problem?.code).toBe("remote_ticket_invalid");
});

test("a remote that was ended forgets its token and asks no more", async () => {
  const { control, keep, asked } = await started("", kept("rc_old"), {
    "GET /remote": "remote_ended",
  });

  await control.pinNext();

  expect(control.ended).toBe(true);
  expect(keep.value).toBeNull();
  expect(asked).toHaveLength(1);
});

test("a lost connection is said and heals by itself", async () => {
  const refuse: Record<string, string> = { "GET /remote": "unreachable" };
  const { control } = await started("", kept("rc_old"), refuse);
  expect(control.problem?.code).toBe("unreachable");

  delete refuse["GET /remote"];
  await control.look();

  expect(control.problem).toBeNull();
  expect(control.show?.products).toHaveLength(2);
});

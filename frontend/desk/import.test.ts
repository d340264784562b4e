import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Call, type Problem } from "../api/client";
import { ImportDesk, LOOK_AGAIN } from "./import.svelte";

/** A server that answers looks at an import one after the other, the last one again and again. */
function server(...looks: (object | Problem)[]) {
  const asked: string[] = [];
  const request = <T>(path: string, { method = "GET" }: Call = {}): Promise<T> => {
    asked.push(`${method} ${path}`);
    if (path.includes("/lines")) return Promise.resolve({ items: [], next_cursor: null } as T);
    if (path.endsWith("/apply")) return Promise.resolve({ state: "waiting", pictures: none } as T);
    if (path.includes("/pictures")) return Promise.resolve({ items: unseen } as T);
    const look = looks.length > 1 ? looks.shift()! : looks[0]!;
    return "code" in look
      ? Promise.reject(new Refused(look as Problem))
      : Promise.resolve(look as T);
  };
  return { asked, request };
}
const none = { waiting: 0, done: 0, failed: 0 };
const unseen = [{ url: "https://shop.example/a.jpg", product_id: "prd_1" }];
const LOOK = "GET /imports/imp_1";
const LINES = "GET /imports/imp_1/lines?kind=created&limit=50";
const compared = { state: "compared", dry_run: true, created: 2, pictures: none };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const later = (looks: number) => vi.advanceTimersByTimeAsync(looks * LOOK_AGAIN);

test("an import is looked at until it is over, and its first list comes then", async () => {
  const api = server(
    { state: "waiting", pictures: none },
    { state: "running", pictures: none },
    compared,
  );
  const desk = new ImportDesk(api, "imp_1");

  await desk.look();
  await later(9);

  expect(api.asked).toEqual([LOOK, LOOK, LOOK, LINES]);
  expect(desk.kind).toBe("created");
});

test("an import that is not there is asked for once", async () => {
  const api = server({ code: "import_not_found", status: 404 });
  const desk = new ImportDesk(api, "imp_1");

  await desk.look();
  await later(9);

  expect(api.asked).toEqual([LOOK]);
  expect(desk.problem?.code).toBe("import_not_found");
});

test("a server that cannot be reached is asked again", async () => {
  const api = server({ code: "unreachable", status: 0 }, compared);
  const desk = new ImportDesk(api, "imp_1");

  await desk.look();
  await later(9);

  expect(api.asked).toEqual([LOOK, LOOK, LINES]);
  expect(desk.problem).toBeNull();
});

test("what is taken over is looked at again until that is over", async () => {
  const api = server(
    compared,
    { state: "running", pictures: none },
    { ...compared, state: "done" },
  );
  const desk = new ImportDesk(api, "imp_1");
  await desk.look();

  await desk.apply();
  expect(desk.running).toBe(true);
  await later(9);

  const apply = "POST /imports/imp_1/apply";
  expect(api.asked).toEqual([LOOK, LINES, apply, LOOK, LOOK, LINES]);
  expect(desk.found?.state).toBe("done");
});

test("pictures that are still fetched are looked at until none is left, the list stays as it is", async () => {
  const done = { ...compared, state: "done" };
  const api = server(
    { ...done, pictures: { waiting: 2, done: 1, failed: 0 } },
    { ...done, pictures: { waiting: 1, done: 1, failed: 1 } },
    { ...done, pictures: { waiting: 0, done: 2, failed: 1 } },
  );
  const desk = new ImportDesk(api, "imp_1");

  await desk.look();
  await later(9);

  const pictures = "GET /imports/imp_1/pictures?state=failed&limit=20";
  expect(api.asked).toEqual([LOOK, LINES, LOOK, pictures, LOOK]);
  expect(desk.unseen).toEqual(unseen);
});

test("nobody asks any more after the page is left, also not for an answer under way", async () => {
  const api = server({ state: "running", pictures: none });
  const desk = new ImportDesk(api, "imp_1");

  const looking = desk.look();
  desk.stop();
  await looking;
  await later(9);

  expect(api.asked).toEqual([LOOK]);
});

test("a list that comes late is not shown under another choice, and no page twice", async () => {
  const answers: ((name: string) => void)[] = [];
  const request = <T>(): Promise<T> =>
    new Promise<T>((resolve) =>
      answers.push((name) => resolve({ items: [{ name }], next_cursor: "1" } as T)),
    );
  const desk = new ImportDesk({ request }, "imp_1");

  const slow = desk.show("created");
  const chosen = desk.show("left_out");
  answers[1]!("left out");
  answers[0]!("created");
  await Promise.all([slow, chosen]);
  expect(desk.lines.map(({ name }) => name)).toEqual(["left out"]);
  const twice = [desk.show("left_out", "1"), desk.show("left_out", "1")];
  answers[2]!("more");
  answers[3]!("more");
  await Promise.all(twice);

  expect(desk.lines.map(({ name }) => name)).toEqual(["left out", "more"]);
});

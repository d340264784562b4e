import { expect, test } from "vitest";
import { answerBank, confirmAtBank } from "./bank";
import type { Payment } from "../contract";

type Step = Payment["next"];
const asks = (client_secret: string | null): Step => ({ kind: "authenticate", client_secret });

const answered = (next: Step): Payment => ({
  status: "needs_confirmation",
  orders: [],
  expires_at: "2026-11-26T10:00:00Z",
  next,
  payment_id: "pay_1",
  declined: null,
});

/** A purchase whose next steps are these, one after each time the server is asked. */
function purchase(first: Step, ...later: Step[]) {
  const done: string[] = [];
  const buying = {
    answer: answered(first),
    async confirm() {
      done.push("server");
      buying.answer = answered(later.shift() ?? null);
    },
  };
  const provider = {
    async authenticate(secret: string) {
      done.push(secret);
      if (secret === "closed") throw new Error("the window was closed");
    },
  };
  return { buying, provider, done };
}

test("the bank asks once and then the server is asked how it went", async () => {
  const { buying, provider, done } = purchase(asks("s1"));

  await answerBank(buying, provider);

  expect(done).toEqual(["s1", "server"]);
});

test("nothing is asked where the bank asks nothing", async () => {
  for (const step of [null, { kind: "form" }, { kind: "wait" }, asks(null)] as Step[]) {
    const { buying, provider, done } = purchase(step);

    await answerBank(buying, provider);

    expect(done).toEqual([]);
  }
});

test("a window that was closed is the server's to judge", async () => {
  const { buying, provider, done } = purchase(asks("closed"));

  await answerBank(buying, provider);

  expect(done).toEqual(["closed", "server"]);
});

test("after a reload the server is asked for the secret first", async () => {
  const { buying, provider, done } = purchase(asks(null), asks("s2"));

  await confirmAtBank(buying, provider);

  expect(done).toEqual(["server", "s2", "server"]);
});

test("a question of our own page is only confirmed", async () => {
  const { buying, done } = purchase({ kind: "confirm" });

  await confirmAtBank(buying, null);

  expect(done).toEqual(["server"]);
});

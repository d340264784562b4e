import { expect, test } from "vitest";
import { AIM, decide, restarted, stalled, start, type Hold, type Sample } from "./latency";

const at = (now: number, behind: number, ahead = behind - 0.1): Sample => ({
  now,
  behind,
  ahead,
  playing: true,
});

/** Plays for `seconds`, four decisions a second, the way the edge and the picture really move. */
function run(
  hold: Hold,
  behind: number,
  seconds: number,
): { hold: Hold; behind: number; jumps: number } {
  let jumps = 0;
  for (let now = 0; now <= seconds; now += 0.25) {
    const decision = decide(hold, at(now, behind));
    hold = decision.hold;
    behind -= (decision.rate - 1) * 0.25 + (decision.jump ?? 0);
    if (decision.jump !== null) jumps += 1;
  }
  return { hold, behind, jumps };
}

test("one jump after the start has settled, then the picture is held near the aim", () => {
  const { behind, jumps } = run(start, 1.6, 30);

  expect(jumps).toBe(1);
  expect(behind).toBeGreaterThan(AIM - 0.1);
  expect(behind).toBeLessThan(AIM + 0.2);
});

test("nothing is done while the first parts arrive", () => {
  expect(decide(start, at(0, 1.6))).toMatchObject({ rate: 1, jump: null });
  expect(decide({ ...start, playingSince: 0 }, at(1, 1.6))).toMatchObject({ rate: 1, jump: null });
});

test("a jump leaves enough loaded not to stall", () => {
  const decision = decide({ ...start, playingSince: 0 }, at(2, 3.5, 1));

  expect(decision.jump).toBeCloseTo(0.65);
});

test("far behind the whole way is jumped, whatever is loaded", () => {
  const decision = decide({ ...start, playingSince: 0 }, at(2, 18, 2));

  expect(decision.jump).toBeCloseTo(18 - AIM);
});

test("no jump and no higher rate on an empty buffer", () => {
  expect(decide({ ...start, playingSince: 0 }, at(2, 2, 0.2))).toMatchObject({
    rate: 1,
    jump: null,
  });
});

test("rates stay too gentle to hear", () => {
  const settled: Hold = { ...start, playingSince: 0, seekedAt: 1 };

  expect(decide(settled, at(5, 3)).rate).toBeLessThanOrEqual(1.06);
  expect(decide(settled, at(5, 0.1, 0.3)).rate).toBeGreaterThanOrEqual(0.96);
  expect(decide(settled, at(5, AIM)).rate).toBe(1);
});

test("a stall moves the aim back, up to a limit", () => {
  let hold = stalled(start, 0);
  expect(hold.target).toBeCloseTo(AIM + 0.2);

  for (let i = 0; i < 20; i++) hold = stalled(hold, 0);
  expect(hold.target).toBe(2);
});

test("calm brings it forward again, slower after every stall", () => {
  const target = (hold: Hold, now: number) => decide(hold, at(now, AIM)).hold.target;
  const once = stalled(start, 100);
  const twice = stalled(once, 100);

  expect([target(once, 114), target(once, 116)]).toEqual([once.target, AIM]);
  expect(target(twice, 129)).toBe(twice.target);
  expect(target(twice, 131)).toBeCloseTo(AIM + 0.2);
});

test("media that begins anew may be sought in once more", () => {
  const before: Hold = { ...start, playingSince: 0, seekedAt: 1 };

  expect(decide(before, at(20, 1.5)).jump).toBeNull();
  expect(decide({ ...restarted(before), playingSince: 10 }, at(20, 1.5)).jump).toBeGreaterThan(0);
});

test("far behind after a long freeze jumps again, but not at once after a jump", () => {
  const hold: Hold = { ...start, playingSince: 0, seekedAt: 10 };

  expect(decide(hold, at(12, 6, 5)).jump).toBeNull();
  expect(decide(hold, at(20, 6, 5)).jump).toBeCloseTo(6 - AIM);
});

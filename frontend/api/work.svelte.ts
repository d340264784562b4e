/** What a part of a page asks of the server: one thing at a time, and why the last one was refused. */
import { problemOf, type Problem } from "./client";

export class Work {
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  /** Does `step` unless another one runs. False when it was refused, or not begun. */
  protected async once(step: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await step();
      return true;
    } catch (error) {
      this.refused(problemOf(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  protected refused(problem: Problem): void {
    this.problem = problem;
  }
}

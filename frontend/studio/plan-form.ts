/** What the forms that plan something for a show are given, and how they read a number. */
import type { Product } from "../contract";
import { wholeOf } from "../desk/choice";

export interface PlanForm<Plan> {
  products: readonly Product[];
  busy: boolean;
  /** The form was sent off, whether or not something in it is wrong: the last refusal no longer applies. */
  ontry: () => void;
  onplan: (body: Plan) => void;
  oncancel: () => void;
}

/** A whole number from 1 on; null for anything else. */
export const whole = (typed: string, most: number): number | null => wholeOf(typed, most) || null;

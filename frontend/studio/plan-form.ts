/** What the forms that plan something for a show are given, and how they read a number. */
import type { Product } from "../contract";

export interface PlanForm<Plan> {
  products: readonly Product[];
  busy: boolean;
  onplan: (body: Plan) => void;
  oncancel: () => void;
}

/** A whole number from 1 on; null for anything else. */
export function whole(text: string, most: number): number | null {
  const number = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return number >= 1 && number <= most ? number : null;
}

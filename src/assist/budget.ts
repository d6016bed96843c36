import type { ModelSettings } from "../model/model-settings.ts";
import type { Tokens } from "./language-model.ts";

/** Keeps what a run may spend. What is under way is counted at the most that it can cost. */
export interface Purse {
  /** Sets aside what a request may need; `null` where it would go past the budget, and then nothing is sent. */
  reserve(most: Tokens): Reservation | null;
  spent(): Tokens;
}

export interface Reservation {
  /** Replaces the most by what it was. */
  settle(used: Tokens): void;
}

/** A purse with the budget of the settings. */
export function openPurse({ budget, price }: Pick<ModelSettings, "budget" | "price">): Purse {
  let spent: Tokens = { input: 0, output: 0 };
  const reserved = new Set<Tokens>();
  const total = (): Tokens => [spent, ...reserved].reduce(add);
  return {
    reserve(most) {
      const after = add(total(), most);
      if (after.input + after.output > budget.tokens) return null;
      if (budget.money !== null && (costOf(after, price) ?? Number.POSITIVE_INFINITY) > budget.money) return null;
      reserved.add(most);
      return {
        settle(used) {
          reserved.delete(most);
          spent = add(spent, used);
        },
      };
    },
    spent: () => spent,
  };
}

/** What tokens cost, in the currency of the price; `null` where no price is known. */
export function costOf({ input, output }: Tokens, price: ModelSettings["price"]): number | null {
  return price === null ? null : Math.round(input * price.input + output * price.output) / 1_000_000;
}

/** The most tokens that a text can have been cut into, near enough: models cut English and SQL into pieces of four characters, others into fewer. */
export function mostTokens(text: string): number {
  return Math.ceil(text.length / 2);
}

function add(left: Tokens, right: Tokens): Tokens {
  return { input: left.input + right.input, output: left.output + right.output };
}

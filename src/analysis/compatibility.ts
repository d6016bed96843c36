import type { Compatibility } from "../model/understanding.ts";
import { consequenceOf } from "./transitions/consequences.ts";
import type { Transition } from "./transitions/transition.ts";

/**
 * Whether the application of the version before works after a migration (`backward`), the next one before it (`forward`), both
 * (`full`), or neither (`none`). Decided from what changed in the catalog; rows are not looked at.
 */
export function compatibilityOf(transitions: readonly Transition[]): Compatibility {
  let backward = true;
  let forward = true;
  for (const transition of transitions) {
    const consequence = consequenceOf(transition);
    backward &&= consequence.backward;
    forward &&= consequence.forward;
  }
  if (backward) return forward ? "full" : "backward";
  return forward ? "forward" : "none";
}

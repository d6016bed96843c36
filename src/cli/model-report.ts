import type { Plan } from "../model/plan.ts";
import { sayAsked } from "../model/say-assistance.ts";
import { count, counted, hang, type Style } from "./terminal.ts";

/** What a language model was asked and what came of it; nothing where none was. */
export function modelLines(
  { assistance = [] }: Pick<Plan, "assistance">,
  { style, width }: { readonly style: Style; readonly width: number },
): string[] {
  const [first] = assistance;
  if (first === undefined) return [];
  const of = (outcome: string): number => assistance.filter((one) => one.outcome === outcome).length;
  const tokens = assistance.reduce((sum, one) => sum + one.tokens.input + one.tokens.output, 0);
  const costs = assistance.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const cost = costs.length === 0 ? "" : `, cost ${costs.reduce((sum, one) => sum + one, 0).toFixed(4)}`;
  const failed = assistance.filter(({ outcome }) => outcome === "failed");
  return [
    style.bold("Model") +
      `  ${first.model} at ${first.endpoint}: ${counted(of("suggested"), "suggestion")}, ${counted(of("explained"), "explanation")}, ${count(failed.length)} failed; ${count(tokens)} tokens${cost}`,
    ...failed.flatMap((one) => hang("  ", `${one.question ?? one.migration ?? "history"}: ${sayAsked(one)}`, width)),
  ];
}

import { dictionary, list, type Value } from "../value.ts";
import { assign } from "./assign.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import { makeSet } from "./literals.ts";
import { childrenOf, type SyntaxNode } from "./parse.ts";
import { createScope } from "./scope.ts";
import { isTruthy } from "./truth.ts";

type Clause =
  | { readonly kind: "for"; readonly targets: readonly SyntaxNode[]; readonly over: SyntaxNode }
  | { readonly kind: "if"; readonly condition: SyntaxNode };

/** `for … in …` and `if …` of a comprehension, in their order. */
function clausesOf(parts: readonly SyntaxNode[]): readonly Clause[] {
  const clauses: Clause[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index];
    if (part?.name === "if") {
      const condition = parts[index + 1];
      if (condition !== undefined) clauses.push({ kind: "if", condition });
    }
    if (part?.name !== "for") continue;
    const until = parts.findIndex(({ name }, at) => at > index && name === "in");
    const over = parts[until + 1];
    if (over !== undefined) clauses.push({ kind: "for", targets: parts.slice(index + 1, until), over });
  }
  return clauses;
}

/** A comprehension, whatever stands around it. */
export async function comprehend(node: SyntaxNode, form: "list" | "set" | "map", frame: Frame, run: Interpreter): Promise<Value> {
  const parts = childrenOf(node).filter(({ name }) => !"()[]{}".includes(name));
  const first = parts.findIndex(({ name }) => name === "for");
  const [element, , value] = parts.slice(0, first);
  const clauses = clausesOf(parts.slice(first).filter(({ name }) => name !== "async"));
  const items: Value[] = [];
  const pairs: [Value, Value][] = [];
  const inside: Frame = { ...frame, scope: createScope("comprehension", frame.scope) };
  const turn = async (index: number): Promise<void> => {
    const clause = clauses[index];
    if (clause === undefined) {
      if (element === undefined) return;
      const given = await run.evaluate(element, inside);
      if (form === "map" && value !== undefined) pairs.push([given, await run.evaluate(value, inside)]);
      else items.push(given);
    } else if (clause.kind === "if") {
      if (isTruthy(await run.evaluate(clause.condition, inside), frame.source.locate(clause.condition))) await turn(index + 1);
    } else {
      const over = await run.evaluate(clause.over, inside);
      for (const item of await run.iterate(over, frame.source.locate(clause.over))) {
        await assign(clause.targets, item, inside, run);
        await turn(index + 1);
      }
    }
  };
  await turn(0);
  return form === "map" ? dictionary(pairs) : form === "set" ? makeSet(items) : list(items);
}

export const comprehensions: Handlers = {
  ArrayComprehensionExpression: (node, frame, run) => comprehend(node, "list", frame, run),
  ComprehensionExpression: (node, frame, run) => comprehend(node, "list", frame, run),
  SetComprehensionExpression: (node, frame, run) => comprehend(node, "set", frame, run),
  DictionaryComprehensionExpression: (node, frame, run) => comprehend(node, "map", frame, run),
};

import { RaisedError } from "../signals.ts";
import { dictionary, keyOf, kept, text, unknown, type Arguments, type Value } from "../value.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { betweenCommas, childrenOf, type PythonSource, type SyntaxNode } from "./parse.ts";
import type { Scope } from "./scope.ts";

/** A parameter of a function. `keyword`: it stands behind a `*`. */
export interface Parameter {
  readonly kind: "plain" | "keyword" | "rest" | "keywords";
  readonly name: string;
  readonly standard: SyntaxNode | null;
  readonly value: Value | null;
}

/** The parameters that a list declares, defaults not yet evaluated. */
export function declaredParameters(list: SyntaxNode, source: PythonSource): readonly Parameter[] {
  const parts = childrenOf(list).filter(({ name }) => !["(", ")", "TypeDef", "/"].includes(name));
  const found: Parameter[] = [];
  let kind: "plain" | "keyword" = "plain";
  for (const group of betweenCommas(parts)) {
    const [first, second] = group;
    if (first === undefined) continue;
    const starred = first.name === "*" || first.name === "**";
    const named = starred ? second : first;
    const name = named === undefined ? "" : source.textOf(named);
    const mark = group.findIndex((each) => each.name === "AssignOp");
    const standard = mark === -1 ? null : (group[mark + 1] ?? null);
    if (first.name === "**") found.push({ kind: "keywords", name, standard: null, value: null });
    else if (first.name === "*") {
      if (name !== "") found.push({ kind: "rest", name, standard: null, value: null });
      kind = "keyword";
    } else found.push({ kind, name, standard, value: null });
  }
  return found;
}

/** Defaults are evaluated once, where the function is written. */
export async function evaluateDefaults(parameters: readonly Parameter[], frame: Frame, run: Interpreter): Promise<readonly Parameter[]> {
  const evaluated: Parameter[] = [];
  for (const each of parameters)
    evaluated.push(each.standard === null ? each : { ...each, value: kept(await run.evaluate(each.standard, frame)) });
  return evaluated;
}

/** Gives the parameters of a call their values in `scope`. */
export async function bindParameters(
  parameters: readonly Parameter[],
  call: Arguments,
  { name, scope }: { readonly name: string; readonly scope: Scope; readonly run: Interpreter },
): Promise<void> {
  const left = new Map(call.keywords?.entries);
  const notKnown = call.positional.find((value) => value.kind === "unknown");
  const take = (key: string): Value | null => {
    const found = left.get(keyOf(text(key)));
    left.delete(keyOf(text(key)));
    return found?.value ?? null;
  };
  let index = 0;
  for (const each of parameters) {
    if (each.kind === "rest") {
      scope.names.set(each.name, { kind: "list", form: "tuple", items: call.positional.slice(index) });
      index = call.positional.length;
    } else if (each.kind === "keywords")
      scope.names.set(each.name, dictionary([...left.values()].map(({ key, value }): [Value, Value] => [key, value])));
    else {
      const positional = each.kind === "plain" ? call.positional[index] : undefined;
      if (positional !== undefined) index += 1;
      const value = positional ?? take(each.name) ?? each.value;
      if (value !== null) scope.names.set(each.name, kept(value));
      else if (notKnown?.kind === "unknown") scope.names.set(each.name, unknown(notKnown.reason, notKnown.location));
      else throw new RaisedError("TypeError", `${name}() is called without ${each.name}`, call.location);
    }
  }
  if (call.positional.length > index)
    throw new RaisedError("TypeError", `${name}() takes ${index} arguments, and ${call.positional.length} are given`, call.location);
}

import { nil, type Value } from "../value.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { statementsOf, type SyntaxNode } from "./parse.ts";

/** The statements of a body, run. */
export async function runBody(body: SyntaxNode | null, frame: Frame, run: Interpreter): Promise<Value> {
  if (body !== null) await run.execute(statementsOf(body), frame);
  return nil;
}

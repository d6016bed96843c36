import { BreakSignal, NextSignal, RaisedError } from "../signals.ts";
import { Stuck } from "../stuck.ts";
import { nil, type Value } from "../value.ts";
import { assign } from "./assign.ts";
import { caught, catches } from "./exceptions.ts";
import { runBody } from "./body.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import { evaluateItems } from "./literals.ts";
import { betweenCommas, childrenOf, type SyntaxNode } from "./parse.ts";
import { isTruthy } from "./truth.ts";
import { entered } from "./with.ts";

/** More turns of `while` than this are no migration. */
const mostTurns = 10_000;

/** A turn of a loop; whether the loop goes on. */
async function oneTurn(body: SyntaxNode | null, frame: Frame, run: Interpreter): Promise<boolean> {
  try {
    await runBody(body, frame, run);
  } catch (error) {
    if (error instanceof BreakSignal) return false;
    if (!(error instanceof NextSignal)) throw error;
  }
  return true;
}

/** The body behind a keyword, as `else` or `finally`. */
function bodyBehind(parts: readonly SyntaxNode[], keyword: string): SyntaxNode | null {
  const at = parts.findIndex(({ name }) => name === keyword);
  return at === -1 ? null : (parts.slice(at).find(({ name }) => name === "Body") ?? null);
}

export const compoundStatements: Handlers = {
  IfStatement: async (node, frame, run) => {
    const parts = childrenOf(node);
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      const next = parts[index + 1];
      if (part?.name === "else") return runBody(next ?? null, frame, run);
      if ((part?.name !== "if" && part?.name !== "elif") || next === undefined) continue;
      if (isTruthy(await run.evaluate(next, frame), frame.source.locate(next))) return runBody(parts[index + 2] ?? null, frame, run);
    }
    return nil;
  },
  WhileStatement: async (node, frame, run) => {
    const parts = childrenOf(node);
    const [, condition] = parts;
    const body = parts.find(({ name }) => name === "Body") ?? null;
    const location = frame.source.locate(node);
    if (condition === undefined) return nil;
    for (let turn = 0; isTruthy(await run.evaluate(condition, frame), location); turn++) {
      if (turn >= mostTurns) throw new Stuck(`the loop takes more than ${mostTurns} turns`, location);
      if (!(await oneTurn(body, frame, run))) return nil;
    }
    return runBody(bodyBehind(parts, "else"), frame, run);
  },
  ForStatement: async (node, frame, run) => {
    const parts = childrenOf(node).filter(({ name }) => name !== "async");
    const within = parts.findIndex(({ name }) => name === "in");
    const body = parts.findIndex(({ name }) => name === "Body");
    const over = parts.slice(within + 1, body);
    const [only] = over;
    const value: Value =
      over.length === 1 && only !== undefined
        ? await run.evaluate(only, frame)
        : { kind: "list", form: "tuple", items: await evaluateItems(over, frame, run) };
    for (const item of await run.iterate(value, frame.source.locate(only ?? node))) {
      await assign(parts.slice(1, within), item, frame, run);
      if (!(await oneTurn(parts[body] ?? null, frame, run))) return nil;
    }
    return runBody(bodyBehind(parts, "else"), frame, run);
  },
  TryStatement: async (node, frame, run) => {
    const parts = childrenOf(node);
    try {
      await runBody(parts[1] ?? null, frame, run);
    } catch (error) {
      if (!(error instanceof RaisedError) || !(await except(parts, error, frame, run))) throw error;
      return nil;
    } finally {
      await runBody(bodyBehind(parts, "finally"), frame, run);
    }
    return runBody(bodyBehind(parts, "else"), frame, run);
  },
  WithStatement: async (node, frame, run) => {
    const parts = childrenOf(node).filter(({ name }) => name !== "async");
    const body = parts.findIndex(({ name }) => name === "Body");
    const items = betweenCommas(parts.slice(1, body).filter(({ name }) => name !== "(" && name !== ")"));
    await enter(items, parts[body] ?? null, frame, run);
    return nil;
  },
  MatchStatement: async (node, frame) => {
    throw new Stuck("match is Python that is not followed here", frame.source.locate(node));
  },
};

/** `with a as b, c: …`, from the outside in. */
async function enter(items: readonly (readonly SyntaxNode[])[], body: SyntaxNode | null, frame: Frame, run: Interpreter): Promise<void> {
  const [item, ...others] = items;
  if (item === undefined) {
    await runBody(body, frame, run);
    return;
  }
  const [expression, , target] = item;
  if (expression === undefined) return;
  const manager = await run.evaluate(expression, frame);
  const location = frame.source.locate(expression);
  await entered(manager, { run, location }, async (value) => {
    if (target !== undefined) await assign([target], value, frame, run);
    await enter(others, body, frame, run);
  });
}

/** Runs the first `except` that catches the error; whether there was one. */
async function except(parts: readonly SyntaxNode[], error: RaisedError, frame: Frame, run: Interpreter): Promise<boolean> {
  for (const [index, part] of parts.entries()) {
    if (part.name !== "except") continue;
    const until = parts.findIndex(({ name }, at) => at > index && name === "Body");
    const clause = parts.slice(index + 1, until);
    const [type] = clause;
    const value = type === undefined ? null : await run.evaluate(type, frame);
    if (!catches(value, type === undefined ? "" : frame.source.textOf(type), error)) continue;
    const name = clause[clause.findIndex((each) => each.name === "as") + 1];
    if (name !== undefined && clause.some((each) => each.name === "as")) await assign([name], caught(error), frame, run);
    await runBody(parts[until] ?? null, frame, run);
    return true;
  }
  return false;
}

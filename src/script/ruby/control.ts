import { isTruthy } from "./truth.ts";
import { assignMany } from "./assign.ts";
import { Stuck } from "../stuck.ts";
import { list, nil, text, unknown, type Value } from "../value.ts";
import { evaluateList } from "./literals.ts";
import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import type { Node } from "./parse.ts";
import { BreakSignal, NextSignal, RaisedError, ReturnSignal } from "../signals.ts";

async function holds(node: Node, frame: Frame, run: Interpreter): Promise<boolean> {
  return isTruthy(await run.evaluate(node, frame), frame.source.locate(node));
}

/** More turns of `while` than this are no migration. */
const mostTurns = 10_000;

async function loop(
  node: { readonly predicate: Node; readonly statements: Node | null } & Node,
  wanted: boolean,
  frame: Frame,
  run: Interpreter,
): Promise<Value> {
  // A `break` in it ends the loop, not the block around it.
  const inside = { ...frame, block: null };
  try {
    for (let turn = 0; (await holds(node.predicate, frame, run)) === wanted; turn++) {
      if (turn >= mostTurns) throw new Stuck(`the loop takes more than ${mostTurns} turns`, frame.source.locate(node));
      await oneTurn(node.statements, inside, run);
    }
  } catch (error) {
    if (error instanceof BreakSignal && error.block === null) return error.value;
    throw error;
  }
  return nil;
}

async function oneTurn(statements: Node | null, frame: Frame, run: Interpreter): Promise<void> {
  try {
    const value = await run.evaluate(statements, frame);
    if (value.kind === "unknown" && value.effect !== "none") throw new Stuck(value.reason, value.location, value.effect);
  } catch (error) {
    if (!(error instanceof NextSignal)) throw error;
  }
}

/** The value that `return`, `break` and `next` carry. */
async function carried(
  node: { readonly arguments_: { readonly arguments_: Node[] } | null },
  frame: Frame,
  run: Interpreter,
): Promise<Value> {
  const { items } = await evaluateList(node.arguments_?.arguments_ ?? [], frame, run);
  return items.length === 0 ? nil : items.length === 1 ? (items[0] ?? nil) : list(items);
}

export const controlHandlers: Handlers = {
  IfNode: async (node, frame, run) => run.evaluate((await holds(node.predicate, frame, run)) ? node.statements : node.subsequent, frame),
  UnlessNode: async (node, frame, run) =>
    run.evaluate((await holds(node.predicate, frame, run)) ? node.elseClause : node.statements, frame),
  ElseNode: async (node, frame, run) => run.evaluate(node.statements, frame),
  AndNode: async (node, frame, run) => {
    const left = await run.evaluate(node.left, frame);
    if (left.kind === "unknown") {
      const right = await run.evaluate(node.right, frame);
      const settled = right.kind === "nil" || (right.kind === "boolean" && !right.value);
      return settled ? right : unknown(left.reason, left.location);
    }
    return isTruthy(left, frame.source.locate(node)) ? run.evaluate(node.right, frame) : left;
  },
  OrNode: async (node, frame, run) => {
    const left = await run.evaluate(node.left, frame);
    if (left.kind === "unknown") return unknown(left.reason, left.location);
    return isTruthy(left, frame.source.locate(node)) ? left : run.evaluate(node.right, frame);
  },
  CaseNode: async (node, frame, run) => {
    const subject = node.predicate === null ? null : await run.evaluate(node.predicate, frame);
    for (const condition of node.conditions as readonly ({ readonly conditions: Node[]; readonly statements: Node | null } & Node)[]) {
      const { items } = await evaluateList(condition.conditions, frame, run);
      for (const item of items) {
        const location = frame.source.locate(condition);
        const matches =
          subject === null
            ? item
            : await run.send(item, { name: "===", positional: [subject], keywords: null, block: null, location }, frame);
        if (isTruthy(matches, location)) return run.evaluate(condition.statements, frame);
      }
    }
    return run.evaluate(node.elseClause, frame);
  },
  WhileNode: async (node, frame, run) => loop(node, true, frame, run),
  UntilNode: async (node, frame, run) => loop(node, false, frame, run),
  ForNode: async (node, frame, run) => {
    const items = await run.evaluate(node.collection, frame);
    if (items.kind !== "list") throw new Stuck("what it loops over is not known", frame.source.locate(node));
    for (const item of items.items) {
      await assignMany({ lefts: [node.index], rest: null, rights: [] }, list([item]), { frame, run });
      await oneTurn(node.statements, frame, run);
    }
    return items;
  },
  BreakNode: async (node, frame, run) => {
    throw new BreakSignal(frame.block, await carried(node, frame, run));
  },
  NextNode: async (node, frame, run) => {
    throw new NextSignal(await carried(node, frame, run));
  },
  ReturnNode: async (node, frame, run) => {
    throw new ReturnSignal(frame.method, await carried(node, frame, run));
  },
  BeginNode: async (node, frame, run) => {
    try {
      const value = await run.evaluate(node.statements, frame);
      return node.elseClause === null ? value : await run.evaluate(node.elseClause, frame);
    } catch (error) {
      if (!(error instanceof RaisedError) || node.rescueClause === null) throw error;
      return await rescue(node.rescueClause, error, { frame, run });
    } finally {
      await run.evaluate(node.ensureClause, frame);
    }
  },
  EnsureNode: async (node, frame, run) => run.evaluate(node.statements, frame),
  RescueModifierNode: async (node, frame, run) => {
    try {
      return await run.evaluate(node.expression, frame);
    } catch (error) {
      if (!(error instanceof RaisedError)) throw error;
      return run.evaluate(node.rescueExpression, frame);
    }
  },
  DefinedNode: async (node, frame, run) => {
    const value = await run.evaluate(node.value, frame);
    return value.kind === "unknown" ? nil : text("expression");
  },
  PreExecutionNode: async () => nil,
  PostExecutionNode: async () => nil,
};

type Rescue = {
  readonly exceptions: Node[];
  readonly reference: Node | null;
  readonly statements: Node | null;
  readonly subsequent: Rescue | null;
};

async function rescue(clause: Rescue, error: RaisedError, at: { readonly frame: Frame; readonly run: Interpreter }): Promise<Value> {
  const { frame, run } = at;
  for (let each: Rescue | null = clause; each !== null; each = each.subsequent) {
    const names = each.exceptions.map(({ location }) => frame.source.textOf(location).replace(/^::/, ""));
    const general = names.length === 0 || names.some((name) => name === "StandardError" || name === "Exception");
    if (!general && !names.includes(error.type)) continue;
    if (each.reference !== null) {
      const shown: Value = {
        kind: "thing",
        name: `an error ${error.type}`,
        receive: async ({ name }) => (name === "message" || name === "to_s" ? text(error.message) : null),
      };
      await assignMany({ lefts: [each.reference], rest: null, rights: [] }, list([shown]), at);
    }
    return run.evaluate(each.statements, frame);
  }
  throw error;
}

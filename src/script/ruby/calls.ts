import { negate } from "./truth.ts";
import { boolean, nil, unknown, type Arguments, type Callable, type Value } from "../value.ts";
import { evaluateArguments } from "./arguments.ts";

import type { Frame, Handlers, Interpreter } from "./interpreter.ts";
import { superMethod } from "./modules.ts";
import { bindParameters } from "./parameters.ts";
import type { Node } from "./parse.ts";
import { BreakSignal, NextSignal, RaisedError, ReturnSignal } from "../signals.ts";

interface Block {
  readonly parameters: Node | null;
  readonly body: Node | null;
}

/** A block or lambda as a value. It sees the locals around it. */
function makeBlock(node: Block, frame: Frame, run: Interpreter, kind: "block" | "lambda"): Callable {
  const declared = node.parameters;
  const named =
    declared?.constructor.name === "BlockParametersNode"
      ? (declared as { readonly parameters: Parameters<typeof bindParameters>[0] } & Node).parameters
      : null;
  const numbered = declared?.constructor.name === "NumberedParametersNode" ? (declared as { readonly maximum: number } & Node).maximum : 0;
  const callable: Callable = {
    kind: "callable",
    parameters: named === null ? numbered : named.requireds.length + named.optionals.length + named.posts.length,
    async call(call, self) {
      const inside: Frame = {
        ...frame,
        self: self ?? frame.self,
        scope: { locals: new Map(), parent: frame.scope },
        block: callable,
        method: kind === "lambda" ? { name: "lambda", owner: null, singleton: false, arguments: call } : frame.method,
      };
      return run.world.budget.deeper(call.location, async () => {
        try {
          await bindParameters(named, call, { frame: inside, run, strict: "block" });
          bindNumbered(numbered, call, inside);
          return await run.evaluate(node.body, inside);
        } catch (error) {
          if (error instanceof NextSignal) return error.value;
          if (kind === "lambda" && error instanceof ReturnSignal && error.from === inside.method) return error.value;
          throw error;
        }
      });
    },
  };
  return callable;
}

function bindNumbered(maximum: number, { positional }: Arguments, { scope }: Frame): void {
  scope.locals.set("it", positional[0] ?? nil);
  const given = maximum > 1 && positional.length === 1 && positional[0]?.kind === "list" ? positional[0].items : positional;
  for (let index = 0; index < maximum; index++) scope.locals.set(`_${index + 1}`, given[index] ?? nil);
}

/** `&block`, `&:name`, `&method(:name)`. */
async function blockArgument(expression: Node | null, frame: Frame, run: Interpreter): Promise<Callable | null> {
  if (expression === null) return frame.method?.arguments.block ?? null;
  const value = await run.evaluate(expression, frame);
  if (value.kind === "callable") return value;
  if (value.kind !== "symbol") return null;
  return {
    kind: "callable",
    parameters: 1,
    call: ({ positional: [receiver = nil, ...others], location }) =>
      run.send(receiver, { name: value.value, positional: others, keywords: null, block: null, location }, null),
  };
}

async function blockOf(node: Node | null, frame: Frame, run: Interpreter): Promise<Callable | null> {
  if (node === null) return null;
  if (node.constructor.name === "BlockNode") return makeBlock(node as unknown as Block, frame, run, "block");
  return blockArgument((node as { readonly expression: Node | null } & Node).expression, frame, run);
}

/** A call, with `break` in its block ending it. */
async function untilBreak(block: Callable | null, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof BreakSignal && block !== null && error.block === block) return error.value;
    throw error;
  }
}

export const callHandlers: Handlers = {
  CallNode: async (node, frame, run) => {
    const location = frame.source.locate({ location: node.messageLoc ?? node.location });
    const receiver = node.receiver === null ? frame.self : await run.evaluate(node.receiver, frame);
    if (node.isSafeNavigation() && receiver.kind === "nil") return nil;
    if (node.name === "!") return negate(receiver, location);
    if (node.name === "!=") {
      const { positional } = await evaluateArguments(node.arguments_, frame, run);
      return negate(await run.send(receiver, { name: "==", positional, keywords: null, block: null, location }, frame), location);
    }
    if (node.receiver === null && node.name === "block_given?") return boolean((frame.method?.arguments.block ?? null) !== null);
    const given = await evaluateArguments(node.arguments_, frame, run);
    const block = await blockOf(node.block, frame, run);
    const message = { ...given, name: node.name, block, location };
    return untilBreak(block, () =>
      run.send(
        receiver,
        message,
        node.receiver === null || node.receiver.constructor.name === "SelfNode" ? frame : { ...frame, self: receiver },
      ),
    );
  },
  LambdaNode: async (node, frame, run) => makeBlock(node, frame, run, "lambda"),
  YieldNode: async (node, frame, run) => {
    const location = frame.source.locate(node);
    const given = await evaluateArguments(node.arguments_, frame, run);
    const block = frame.method?.arguments.block ?? null;
    if (block === null) throw new RaisedError("LocalJumpError", "no block given (yield)", location);
    return block.call({ ...given, block: null, location });
  },
  SuperNode: async (node, frame, run) => {
    const given = await evaluateArguments(node.arguments_, frame, run);
    const block = (await blockOf(node.block, frame, run)) ?? frame.method?.arguments.block ?? null;
    return callSuper({ ...given, block, location: frame.source.locate(node) }, frame, run);
  },
  ForwardingSuperNode: async (node, frame, run) => {
    const block = await blockOf(node.block, frame, run);
    const { positional = [], keywords = null, block: passed = null } = frame.method?.arguments ?? {};
    return callSuper({ positional, keywords, block: block ?? passed, location: frame.source.locate(node) }, frame, run);
  },
};

async function callSuper(call: Arguments, frame: Frame, run: Interpreter): Promise<Value> {
  const { method, self } = frame;
  const found = method === null || self.kind !== "thing" ? null : await superMethod(self, method, { call, run });
  return found ?? unknown(`nothing is known of what stands above ${method?.name ?? "this method"}`, call.location, "anything");
}

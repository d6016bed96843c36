import type { SourceLocation } from "../../model/source.ts";
import { Stuck } from "../stuck.ts";
import { nil, unknown, type Value } from "../value.ts";
import type { Interpreter } from "./interpreter.ts";
import { isPythonThing, makeThing } from "./things.ts";

type Managed = (body: (value: Value) => Promise<void>) => Promise<void>;

const managed = new WeakMap<object, Managed>();

/** A context manager of the program: `run` is given the body, and says with what value it is entered. */
export function makeManager(
  name: string,
  run: Managed,
  parts: { readonly attribute?: (name: string) => Promise<Value | null> } = {},
): Value {
  const thing = makeThing({ name, attribute: parts.attribute ?? (async () => null) });
  managed.set(thing, run);
  return thing;
}

/** `@contextmanager`: a function whose `yield` is where the body runs. */
export function managerOf(generator: (yielded: (value: Value) => Promise<Value>) => Promise<void>): Value {
  return makeManager("a context manager", async (body) => {
    await generator(async (value) => {
      await body(value);
      return nil;
    });
  });
}

/** Enters a context manager, runs the body and leaves it. Throws `Stuck` where nothing is known of it. */
export async function entered(
  manager: Value,
  { run, location }: { readonly run: Interpreter; readonly location: SourceLocation },
  body: (value: Value) => Promise<void>,
): Promise<void> {
  const own = managed.get(manager);
  if (own !== undefined) return own(body);
  if (manager.kind === "unknown") {
    if (manager.effect !== "none") throw new Stuck(manager.reason, manager.location, manager.effect);
    return body(unknown(manager.reason, manager.location));
  }
  const enter = manager.kind === "thing" && isPythonThing(manager) ? await run.find(manager, "__enter__", location) : null;
  if (enter === null)
    throw new Stuck(`nothing is known of entering ${manager.kind === "thing" ? manager.name : `a ${manager.kind}`}`, location);
  const call = { positional: [], keywords: null, block: null, location };
  const value = await run.call(enter, call);
  try {
    await body(value);
  } finally {
    const exit = await run.find(manager, "__exit__", location);
    if (exit !== null) await run.call(exit, { ...call, positional: [nil, nil, nil] });
  }
}

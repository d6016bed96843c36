import type { SourceLocation } from "../../model/source.ts";
import { unknown, type Value } from "../value.ts";
import type { Frame, Interpreter } from "./interpreter.ts";
import { ancestorsOf, isModule, type RubyModule } from "./modules.ts";

interface Place {
  readonly frame: Frame;
  readonly run: Interpreter;
  readonly location: SourceLocation;
}

function ownConstant(module: RubyModule, name: string): Value | undefined {
  for (const each of ancestorsOf(module)) {
    const found = each.constants.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** By the modules around the text, their ancestors, the top level, then the world. */
export async function findConstant(name: string, { frame, run, location }: Place): Promise<Value> {
  const around = [...frame.nesting, ...(frame.self.kind === "thing" && isModule(frame.self) ? [frame.self] : []), run.world.topLevel];
  for (const module of around) {
    const found = ownConstant(module, name);
    if (found !== undefined) return found;
  }
  for (const module of frame.nesting) {
    const found = await run.world.constant(`${module.name}::${name}`, location);
    if (found !== null) return found;
  }
  return (await run.world.constant(name, location)) ?? unknown(`nothing is known of ${name}`, location);
}

/** `parent::name`. */
export async function findConstantIn(parent: Value, name: string, { run, location }: Place): Promise<Value> {
  if (parent.kind === "unknown") {
    // A namespace that no file defines by itself: what is in it may have a file of its own.
    const around = /^nothing is known of ([A-Z][\w:]*)$/.exec(parent.reason)?.[1];
    const found = around === undefined ? null : await run.world.constant(`${around}::${name}`, location);
    return found ?? unknown(around === undefined ? parent.reason : `nothing is known of ${around}::${name}`, location);
  }
  if (parent.kind === "thing" && isModule(parent)) {
    const found = ownConstant(parent, name);
    if (found !== undefined) return found;
  }
  const path = parent.kind !== "thing" || parent === run.world.topLevel ? name : `${parent.name}::${name}`;
  return (await run.world.constant(path, location)) ?? unknown(`nothing is known of ${path}`, location);
}

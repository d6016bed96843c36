import type { Arguments, Callable, Value } from "../value.ts";

/** A function that yields: runs, and hands out each value. */
export type Generator = (call: Arguments, yielded: (value: Value) => Promise<Value>) => Promise<void>;

/** The functions of scripts that yield. */
export const generators = new WeakMap<Callable, Generator>();

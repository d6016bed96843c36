import type { SourceLocation } from "../model/source.ts";
import type { Callable, Value } from "./value.ts";

/** `break`: ends the call that was given this block. */
export class BreakSignal extends Error {
  readonly block: Callable | null;
  readonly value: Value;
  constructor(block: Callable | null, value: Value) {
    super("break");
    this.block = block;
    this.value = value;
  }
}

/** `next`: ends one run of a block. */
export class NextSignal extends Error {
  readonly value: Value;
  constructor(value: Value) {
    super("next");
    this.value = value;
  }
}

/** `return`: ends the method in which it is written. */
export class ReturnSignal extends Error {
  readonly from: object | null;
  readonly value: Value;
  constructor(from: object | null, value: Value) {
    super("return");
    this.from = from;
    this.value = value;
  }
}

/** `raise`. */
export class RaisedError extends Error {
  /** `ActiveRecord::IrreversibleMigration`. */
  readonly type: string;
  readonly location: SourceLocation;
  constructor(type: string, message: string, location: SourceLocation) {
    super(message);
    this.type = type;
    this.location = location;
  }
}

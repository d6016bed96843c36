import { hostOf, isInstance, isModule, type HostClass, type Instance, type RubyModule } from "../../../src/script/ruby/things.ts";
import { boolean, nil, type Callable, type Message, type Thing, type Value } from "../../../src/script/value.ts";
import { toCall, type Call } from "../call.ts";
import type { Connection } from "../connection.ts";
import { changeTable } from "../operations/change-table.ts";
import { operations } from "../operations/index.ts";
import { createRecorder, isRecorded, type Recorder } from "./recorder.ts";

/** What runs one migration in one direction. */
export interface MigrationRunner {
  /** The connection by the rules of a version. */
  at(level: number): Connection;
  readonly direction: "up" | "down";
  recorder: Recorder | null;
}

export function createRunner(at: (level: number) => Connection, direction: "up" | "down"): MigrationRunner {
  return { at, direction, recorder: null };
}

/** Blocks that are run as they are: they say something, take a lock or open a transaction around what is in them. */
const transparent: ReadonlySet<string> = new Set([
  "say_with_time",
  "suppress_messages",
  "safety_assured",
  "transaction",
  "with_lock_retries",
  "without_statement_timeout",
  "with_statement_timeout",
  "disable_statement_timeout",
  "disable_referential_integrity",
  "uncached",
  "cache",
  "ddl_transaction",
]);

const silent: ReadonlySet<string> = new Set([
  "say",
  "announce",
  "write",
  "initialize",
  "set_lock_timeout",
  "enable_lock_retries!",
  "corruption_warning",
]);

/** What a connection understands, whoever asks. `null`: nothing of the kind. */
export async function carryOut(call: Call, at: Connection): Promise<Value | null> {
  if (call.name === "change_table") return changeTable(call, async (each) => (await carryOut(each, at)) ?? nil);
  const operation = Object.hasOwn(operations, call.name) ? operations[call.name] : undefined;
  return operation === undefined ? null : operation(call, at);
}

/** Calls the block of a message; without one there is nothing to do. */
export async function runBlock(
  { block, location }: Pick<Message, "block" | "location">,
  positional: readonly Value[] = [],
): Promise<Value> {
  return block === null ? nil : block.call({ positional, keywords: null, block: null, location });
}

/** A connection as scripts get it from a model or from `connection`. */
export function connectionThing(at: Connection): Thing {
  const self: Thing = {
    kind: "thing",
    name: "the connection",
    async receive(message) {
      if (transparent.has(message.name)) return runBlock(message);
      if (message.name === "connection" || message.name === "lease_connection" || message.name === "raw_connection") return self;
      if (/^supports_\w+\?$/.test(message.name)) return boolean(true);
      return carryOut(toCall(message), at);
    },
  };
  return self;
}

/** `ActiveRecord::Migration[level]`. */
export function migrationClass(level: number, runner: MigrationRunner): HostClass {
  const understood = (self: Instance | RubyModule, message: Message): Promise<Value | null> => receive(self, message, { level, runner });
  const host: HostClass = {
    kind: "thing",
    name: `ActiveRecord::Migration[${level.toFixed(1)}]`,
    onInstance: understood,
    onClass: async (self, message) => onClass(message) ?? (message.name === "new" ? null : understood(self, message)),
    receive: async ({ name, positional: [version = nil] }) => {
      if (name === "[]" && (version.kind === "float" || version.kind === "integer")) return migrationClass(Number(version.value), runner);
      return name === "include" || name === "prepend" || name === "verbose=" || name === "extend" ? nil : null;
    },
  };
  return host;
}

/** What a migration says of itself; how its transaction is told by the text (`inspectFile`). */
function onClass({ name }: Message): Value | null {
  return /^(?:disable_ddl_transaction!|milestone|restrict_gitlab_migration|disable_ddl_lock!|verbose=|skip_require_disable_ddl_transactions!|uses_transaction)$/.test(
    name,
  )
    ? nil
    : null;
}

interface Context {
  readonly level: number;
  readonly runner: MigrationRunner;
}

async function receive(self: Instance | RubyModule, message: Message, context: Context): Promise<Value | null> {
  const { runner, level } = context;
  const { name } = message;
  if (silent.has(name)) return nil;
  if (transparent.has(name)) return runBlock(message);
  switch (name) {
    case "connection":
      return connectionThing(runner.at(runner.at(level).installed));
    case "reverting?":
      return boolean(runner.recorder?.reverting ?? false);
    case "reversible":
      return reversible(message, context);
    case "up_only":
      return runner.recorder?.reverting ? nil : carry({ ...toCall(message), name: "execute_block", args: [] }, context);
    case "revert":
      return revert(message, context);
    case "run":
      return runOther(message, runner.recorder?.reverting ?? false);
    case "change_table":
      return changeTable(toCall(message), async (call) => (await carry(call, context)) ?? nil);
    case "up":
    case "down":
    case "change":
      return isModule(self) || isInstance(self) ? nil : null;
    default:
      return carry(toCall(message), context);
  }
}

/** To the recorder, while a part is taken back, else to the connection. */
async function carry(call: Call, { level, runner }: Context): Promise<Value | null> {
  if (runner.recorder !== null && isRecorded(call.name)) {
    runner.recorder.record(call);
    return nil;
  }
  if (call.name === "execute_block") return runBlock(call);
  return carryOut(call, runner.at(level));
}

async function reversible(message: Message, context: Context): Promise<Value> {
  const reverting = context.runner.recorder?.reverting ?? false;
  const direction: Thing = {
    kind: "thing",
    name: "the direction",
    async receive({ name, block, location }) {
      if (name !== "up" && name !== "down") return null;
      return (name === "down") === reverting ? runBlock({ block, location }) : nil;
    },
  };
  const block: Callable = { kind: "callable", parameters: 0, call: () => runBlock(message, [direction]) };
  return (await carry({ ...toCall(message), name: "execute_block", args: [], block }, context)) ?? nil;
}

/** `revert { … }`, `revert OtherMigration`. */
async function revert(message: Message, context: Context): Promise<Value> {
  const classes = message.positional.filter((each) => each.kind === "thing");
  for (const other of [...classes].reverse()) await takeBack(() => runClass(other, message, "up"), context);
  if (message.block !== null) await takeBack(() => runBlock(message), context);
  return nil;
}

/** Runs a part so that it is undone. */
export async function takeBack(part: () => Promise<Value>, context: Context): Promise<void> {
  const { runner } = context;
  if (runner.recorder !== null) return runner.recorder.revert(async () => void (await part()));
  const recorder = createRecorder();
  runner.recorder = recorder;
  try {
    await recorder.revert(async () => void (await part()));
  } finally {
    runner.recorder = null;
  }
  for (const call of recorder.commands) await carry(call, context);
}

async function runOther(message: Message, reverting: boolean): Promise<Value> {
  for (const other of message.positional) await runClass(other, message, reverting ? "down" : "up");
  return nil;
}

/** Runs another migration's way up, whatever of `change`, `up` and `self.up` it has. */
async function runClass(other: Value, message: Message, direction: "up" | "down"): Promise<Value> {
  if (other.kind !== "thing" || !isModule(other) || hostOf(other) === null) return nil;
  const instance = await other.receive({ ...message, name: "new", positional: [], keywords: null, block: null });
  if (instance === null || instance.kind !== "thing" || !isInstance(instance)) return nil;
  const name = other.methods.has("change") ? "change" : direction;
  return (await instance.receive({ ...message, name, positional: [], keywords: null, block: null })) ?? nil;
}

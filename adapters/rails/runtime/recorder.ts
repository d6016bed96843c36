import { RaisedError } from "../../../src/script/signals.ts";
import { boolean, nil, text } from "../../../src/script/value.ts";
import { optionText, withOptions, without, type Call } from "../call.ts";

/** Notes operations while a migration is taken back, and gives what undoes each (`CommandRecorder`). */
export interface Recorder {
  readonly reverting: boolean;
  record(call: Call): void;
  /** Runs a part of the migration that is to be undone. */
  revert(part: () => Promise<void>): Promise<void>;
  /** What to run, in order. */
  readonly commands: readonly Call[];
}

/** One operation and what it is called the other way round. */
const straight: readonly (readonly [string, string])[] = [
  ["create_table", "drop_table"],
  ["create_join_table", "drop_join_table"],
  ["add_column", "remove_column"],
  ["add_columns", "remove_columns"],
  ["add_index", "remove_index"],
  ["add_timestamps", "remove_timestamps"],
  ["add_reference", "remove_reference"],
  ["add_belongs_to", "remove_belongs_to"],
  ["add_foreign_key", "remove_foreign_key"],
  ["add_check_constraint", "remove_check_constraint"],
  ["add_exclusion_constraint", "remove_exclusion_constraint"],
  ["add_unique_constraint", "remove_unique_constraint"],
  ["enable_extension", "disable_extension"],
  ["create_enum", "drop_enum"],
  ["create_schema", "drop_schema"],
];

const opposite: ReadonlyMap<string, string> = new Map(
  straight.flatMap(([left, right]) => [
    [left, right],
    [right, left],
  ]),
);

type Invert = (call: Call) => Call;

function irreversible(call: Call, why: string): never {
  throw new RaisedError("ActiveRecord::IrreversibleMigration", why, call.location);
}

function unless(held: boolean, call: Call, why: string): void {
  if (!held) irreversible(call, why);
}

/** Swaps `if_exists` and `if_not_exists`. */
function turned(call: Call): Call {
  const options = new Map(
    [...call.options].map(
      ([name, value]) => [name === "if_exists" ? "if_not_exists" : name === "if_not_exists" ? "if_exists" : name, value] as const,
    ),
  );
  return { ...call, options };
}

function fromTo(call: Call): Call {
  const [from, to] = [call.options.get("from"), call.options.get("to")];
  if (from === undefined || to === undefined) return irreversible(call, `${call.name} is only reversible if given a :from and :to option.`);
  return {
    ...call,
    options: new Map([
      ["from", to],
      ["to", from],
    ]),
  };
}

function swapped(call: Call, first: number): Call {
  const args = [...call.args];
  [args[first], args[first + 1]] = [args[first + 1] ?? nil, args[first] ?? nil];
  return { ...call, args };
}

function byVersion(call: Call): Call {
  const version = call.options.get("revert_to_version");
  if (version === undefined) return irreversible(call, `${call.name} is reversible only if given a revert_to_version`);
  const name: Readonly<Record<string, string>> = {
    drop_view: "create_view",
    drop_function: "create_function",
    drop_trigger: "create_trigger",
  };
  return {
    ...call,
    name: name[call.name] ?? call.name,
    options: withOptions(without(call.options, "revert_to_version", "version"), { version }),
  };
}

function to(name: string): Invert {
  return (call) => ({ ...call, name });
}

const inversions: Readonly<Record<string, Invert>> = {
  create_table: (call) => ({ ...call, name: "drop_table", options: without(call.options, "if_not_exists", "force") }),
  drop_table: (call) => {
    unless(call.args.length === 1, call, "To avoid mistakes, drop_table is only reversible if given a single table name.");
    unless(
      call.options.size > 0 || call.block !== null,
      call,
      "To avoid mistakes, drop_table is only reversible if given options or a block (can be empty).",
    );
    return { ...call, name: "create_table", options: without(call.options, "if_exists") };
  },
  rename_table: (call) => swapped(call, 0),
  remove_column: (call) => {
    unless(call.args.length >= 3, call, "remove_column is only reversible if given a type.");
    return turned({ ...call, name: "add_column" });
  },
  remove_columns: (call) => {
    unless(call.options.has("type"), call, "remove_columns is only reversible if given a type.");
    return { ...call, name: "add_columns" };
  },
  rename_index: (call) => swapped(call, 1),
  rename_column: (call) => swapped(call, 1),
  remove_index: (call) => {
    const columns = call.args[1] ?? call.options.get("column");
    if (columns === undefined || columns.kind === "nil")
      return irreversible(call, "remove_index is only reversible if given a :column option.");
    return turned({
      ...call,
      name: "add_index",
      args: [call.args[0] ?? nil, columns],
      options: call.args[1] === undefined ? without(call.options, "column") : call.options,
    });
  },
  change_column_default: fromTo,
  change_column_comment: fromTo,
  change_table_comment: fromTo,
  rename_enum_value: fromTo,
  change_column_null: (call) => {
    const [table = nil, column = nil, nullable = nil, ...rest] = call.args;
    const was = nullable.kind === "boolean" ? nullable.value : nullable.kind !== "nil";
    return { ...call, args: [table, column, boolean(!was), ...rest] };
  },
  add_foreign_key: (call) => turned({ ...call, name: "remove_foreign_key", options: without(call.options, "validate") }),
  remove_foreign_key: (call) => {
    const target = call.args[1] ?? call.options.get("to_table");
    if (target === undefined || target.kind === "nil")
      return irreversible(call, "remove_foreign_key is only reversible if given a second table");
    return turned({ ...call, name: "add_foreign_key", args: [call.args[0] ?? nil, target], options: without(call.options, "to_table") });
  },
  add_check_constraint: (call) => turned({ ...call, name: "remove_check_constraint", options: without(call.options, "validate") }),
  remove_check_constraint: (call) => {
    unless(call.args.length >= 2, call, "remove_check_constraint is only reversible if given an expression.");
    return turned({ ...call, name: "add_check_constraint" });
  },
  remove_exclusion_constraint: (call) => {
    unless(call.args.length >= 2, call, "remove_exclusion_constraint is only reversible if given an expression.");
    return { ...call, name: "add_exclusion_constraint" };
  },
  add_unique_constraint: (call) => {
    unless(optionText(call, "using_index") === null, call, "add_unique_constraint is not reversible if given a using_index.");
    return { ...call, name: "remove_unique_constraint" };
  },
  remove_unique_constraint: (call) => {
    unless(call.args[1] !== undefined, call, "remove_unique_constraint is only reversible if given a column_name.");
    return { ...call, name: "add_unique_constraint" };
  },
  drop_enum: (call) => {
    unless(call.args[1] !== undefined, call, "drop_enum is only reversible if given a list of enum values.");
    return { ...call, name: "create_enum" };
  },
  rename_enum: (call) =>
    swapped({ ...call, args: [call.args[0] ?? nil, call.args[1] ?? text(optionText(call, "to") ?? "")], options: new Map() }, 0),
  create_view: (call) => ({ ...call, name: "drop_view", options: without(call.options, "version", "sql_definition") }),
  create_function: to("drop_function"),
  create_trigger: to("drop_trigger"),
  drop_view: byVersion,
  update_view: byVersion,
  replace_view: byVersion,
  drop_function: byVersion,
  update_function: byVersion,
  drop_trigger: byVersion,
  update_trigger: byVersion,
  execute_block: (call) => call,
};

/** Operations that are noted but cannot be undone. */
const oneWay: ReadonlySet<string> = new Set(["change_column", "execute", "add_enum_value", "change_table"]);

/** Whether the recorder takes it; anything else goes to the connection at once, even while a migration is taken back. */
export function isRecorded(name: string): boolean {
  return Object.hasOwn(inversions, name) || opposite.has(name) || oneWay.has(name);
}

/** What undoes an operation. Throws `RaisedError` (IrreversibleMigration) where nothing does. */
export function invert(call: Call): Call {
  if (Object.hasOwn(inversions, call.name)) return inversions[call.name]?.(call) ?? call;
  const name = opposite.get(call.name);
  if (name === undefined) return irreversible(call, `This migration uses ${call.name}, which is not automatically reversible.`);
  return turned({ ...call, name });
}

export function createRecorder(): Recorder {
  let reverting = false;
  let commands: Call[] = [];
  return {
    get reverting() {
      return reverting;
    },
    get commands() {
      return commands;
    },
    record(call) {
      commands.push(reverting ? invert(call) : call);
    },
    async revert(part) {
      const before = commands;
      commands = [];
      reverting = !reverting;
      try {
        await part();
      } finally {
        commands = [...before, ...commands.reverse()];
        reverting = !reverting;
      }
    },
  };
}

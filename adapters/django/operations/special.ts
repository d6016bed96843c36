import { Stuck } from "../../../src/script/stuck.ts";
import { isLibraryThing } from "../../../src/script/python/things.ts";
import type { Value } from "../../../src/script/value.ts";
import { literalOf } from "../expressions/literals.ts";
import type { ProjectState } from "../state/project-state.ts";
import { viewOf } from "../state/view.ts";
import { isGiven, itemsOf, lastPart, textOf } from "../values.ts";
import type { Operation, OperationCall, OperationKind, Turn } from "./operation.ts";

/** `RunSQL.noop`, `RunPython.noop`. */
function isNoop(value: Value): boolean {
  return (isLibraryThing(value) && lastPart(value.path) === "noop") || (value.kind === "text" && value.value === "");
}

async function runSql(value: Value, { editor }: Turn, location: OperationCall["location"]): Promise<void> {
  if (isNoop(value)) return;
  if (value.kind !== "list") return editor.execute(textOf(value, "the SQL", location));
  for (const item of value.items) {
    if (item.kind === "list") await editor.execute(withParameters(item.items, location));
    else if (!isNoop(item)) await editor.execute(textOf(item, "the SQL", location));
  }
}

/** `(sql, params)`: the values put in, `%%` halved, as psycopg does. */
function withParameters([sql, parameters]: readonly Value[], location: OperationCall["location"]): string {
  const text = textOf(sql, "the SQL", location);
  if (!isGiven(parameters)) return text;
  const named =
    parameters.kind === "map"
      ? new Map([...parameters.entries.values()].map(({ key, value }) => [key.kind === "text" ? key.value : "", value]))
      : null;
  const values = named === null ? [...itemsOf(parameters, "the parameters", location)] : [];
  return text.replace(/%(?:%|s|\((\w+)\)s)/g, (found, name: string | undefined) => {
    if (found === "%%") return "%";
    const value = name === undefined ? values.shift() : named?.get(name);
    if (value === undefined) throw new Stuck("a parameter of the SQL is missing", location);
    return literalOf(value, location);
  });
}

/** The state after some operations. */
function through(operations: readonly Operation[], state: ProjectState): ProjectState {
  return operations.reduce((at, operation) => operation.state(at), state);
}

const runSqlKind: OperationKind = {
  parameters: ["sql", "reverse_sql", "state_operations", "hints", "elidable"],
  async build({ given, location, at }) {
    const sql = given.get("sql");
    const reverse = given.get("reverse_sql");
    const operations = await at.build(given.get("state_operations"), location);
    if (sql === undefined) throw new Stuck("RunSQL has no SQL", location);
    return {
      canGoBack: isGiven(reverse),
      state: (state) => through(operations, state),
      forwards: (turn) => runSql(sql, turn, location),
      backwards: async (turn) => (isGiven(reverse) ? runSql(reverse, turn, location) : undefined),
    };
  },
};

const runPython: OperationKind = {
  parameters: ["code", "reverse_code", "atomic", "hints", "elidable"],
  async build({ given, location }) {
    const code = given.get("code");
    const reverse = given.get("reverse_code");
    const run = async (callee: Value | undefined, turn: Turn): Promise<void> => {
      if (callee === undefined) throw new Stuck("RunPython has no function", location);
      if (!isNoop(callee)) await turn.code.runFunction(callee, location);
    };
    return {
      canGoBack: isGiven(reverse),
      state: (state) => state,
      forwards: (turn) => run(code, turn),
      backwards: async (turn) => (isGiven(reverse) ? run(reverse, turn) : undefined),
    };
  },
};

/** The database side of some operations, the state side of others. */
const separate: OperationKind = {
  parameters: ["database_operations", "state_operations"],
  async build({ given, location, at }) {
    const database = await at.build(given.get("database_operations"), location);
    const states = await at.build(given.get("state_operations"), location);
    return {
      canGoBack: database.every((each) => each.canGoBack),
      state: (state) => through(states, state),
      async forwards(turn) {
        let before = turn.from.state;
        for (const operation of database) {
          const after = operation.state(before);
          await operation.forwards({ ...turn, from: viewOf(before, turn.from.settings), to: viewOf(after, turn.from.settings) });
          before = after;
        }
      },
      async backwards(turn) {
        // The states of the database's own operations, from where the operation as a whole began.
        const states = database.reduce<readonly ProjectState[]>(
          (all, operation) => [...all, operation.state(all.at(-1) ?? turn.to.state)],
          [turn.to.state],
        );
        for (const [at, operation] of [...database.entries()].reverse()) {
          const [before, after] = [states[at], states[at + 1]];
          if (before !== undefined && after !== undefined)
            await operation.backwards({ ...turn, from: viewOf(after, turn.from.settings), to: viewOf(before, turn.from.settings) });
        }
      },
    };
  },
};

export const specialOperations: Readonly<Record<string, OperationKind>> = {
  RunSQL: runSqlKind,
  RunPython: runPython,
  SeparateDatabaseAndState: separate,
};

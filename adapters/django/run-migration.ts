import { createNotes, type Outcome, type Run } from "../../src/script/notes.ts";
import type { SourceLocation } from "../../src/model/source.ts";
import { placeStatements } from "../../src/sql/place-statements.ts";
import { createCatalog } from "./editor/catalog.ts";
import { createDeferred } from "./editor/deferred.ts";
import type { Editor } from "./editor/editor.ts";
import { compileExpression } from "./expressions/compile.ts";
import type { MigrationSource, Shared } from "./migration.ts";
import type { Operation } from "./operations/operation.ts";
import { createProblems, toStuck } from "./problems.ts";
import type { ProjectState } from "./state/project-state.ts";
import { viewOf } from "./state/view.ts";

interface Context {
  /** Before the first operation and after each of them. */
  readonly states: readonly ProjectState[];
  readonly shared: Shared;
}

/** Runs a migration in one direction: hands out what Django would send, and what a person has to say where that is not known. */
export async function runMigration(file: MigrationSource, { states, shared }: Context, { at, direction, emit }: Run): Promise<Outcome> {
  const { notes, note } = createNotes();
  const problems = createProblems(file.id, emit);
  const deferred = createDeferred();
  let place: SourceLocation = file.location;
  const execute = async (sql: string): Promise<void> => {
    for (const statement of placeStatements(sql, place)) await emit({ kind: "statement", ...statement });
  };
  const again = await file.again(async (problem, statement) => problems.stuck(problem, statement));
  const editor: Editor = {
    version: shared.version,
    catalog: createCatalog(at),
    deferred,
    execute,
    note,
    unknownDefault: (view, problem) => problems.unknownDefault(`${view.model.table}.${view.column ?? view.name}`, problem),
    call: (callee) => again.call(callee),
    expression: (value, model, location) => compileExpression(value, { model, version: shared.version, location }).sql,
  };
  const code = again.code(execute);
  const steps = again.operations.map((operation, index) => ({ operation, before: states[index], after: states[index + 1] }));
  for (const { operation, before, after } of direction === "up" ? steps : steps.reverse()) {
    if (before === undefined || after === undefined) continue;
    place = operation.location;
    const views = [viewOf(before, shared.settings), viewOf(after, shared.settings)] as const;
    const [from, to] = direction === "up" ? views : [views[1], views[0]];
    const turn = { app: file.app, editor, from, to, code };
    try {
      await (direction === "up" ? operation.forwards(turn) : operation.backwards(turn));
    } catch (error) {
      const problem = toStuck(error);
      await problems.stuck(
        problem,
        file.textAt(problem.location.file === file.location.file ? problem.location.line : operation.location.line),
      );
    }
  }
  place = steps.at(-1)?.operation.location ?? place;
  for (const sql of deferred.all()) await execute(sql);
  return { notes, edgeCases: direction === "up" ? problems.edgeCases() : [] };
}

/** The states of a migration: before its first operation and after each. An operation that does not fit the state leaves it as it is, and fails when it runs. */
export function statesOf(operations: readonly Operation[], start: ProjectState): readonly ProjectState[] {
  const states = [start];
  for (const operation of operations) {
    const before = states.at(-1) ?? start;
    states.push(after(operation, before));
  }
  return states;
}

function after(operation: Operation, before: ProjectState): ProjectState {
  try {
    return operation.state(before);
  } catch (error) {
    toStuck(error);
    return before;
  }
}

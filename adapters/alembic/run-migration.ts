import { createNotes, type Outcome, type Run } from "../../src/script/notes.ts";
import { createBudget } from "../../src/script/limits.ts";
import { createInterpreter, type Interpreter } from "../../src/script/python/interpreter.ts";
import { callWith } from "../../src/script/python/things.ts";
import { Stuck } from "../../src/script/stuck.ts";
import { placeStatements } from "../../src/sql/place-statements.ts";
import { createCatalog } from "../catalog.ts";
import type { MigrationSource, Shared } from "./migration.ts";
import { createProblems } from "./problems.ts";
import { operateOn } from "./runtime/expressions.ts";
import { libraryOf, membersOf } from "./runtime/library.ts";
import type { Session } from "./session.ts";

/** Runs `upgrade` or `downgrade` of a revision: hands out what Alembic would send, and what a person has to say where that is not known. */
export async function runMigration(file: MigrationSource, shared: Shared, { at, direction, emit }: Run): Promise<Outcome> {
  const { notes, note } = createNotes();
  const problems = createProblems(file.id, emit);
  const catalog = createCatalog(at);
  const head = { file: file.source.file, line: 1 };
  const session: Session = {
    catalog,
    get run(): Interpreter {
      return run;
    },
    conventions: shared.settings.conventions,
    sqlalchemy: shared.sqlalchemy,
    fresh: /^(?:yes|true|1)$/i.test(shared.assumptions["fresh"] ?? ""),
    madeTypes: new Set(),
    async send(sql, location) {
      for (const statement of placeStatements(sql, location)) await emit({ kind: "statement", ...statement });
      catalog.changed();
    },
    note,
    degrade: (problem, text) => problems.stuck(problem, text),
  };
  const members = membersOf(session);
  const run: Interpreter = createInterpreter({
    budget: createBudget(),
    library: libraryOf(session),
    source: async (module) => shared.modules.find(module),
    member: members,
    operate: (operator, operands, _run, location) => operateOn(operator, operands, { session, location }),
    readFile: (path) => shared.files.read(path),
    environment(name, location) {
      const value = shared.assumptions[name] ?? null;
      note(
        "alembic-fact",
        `The environment variable ${name} is taken to be ${value ?? "unset"}; say otherwise with --assume ${name}=VALUE.`,
        location,
      );
      return value;
    },
    stuck: (problem, statement) => problems.stuck(problem, statement),
  });
  const own = file.transaction === "file";
  try {
    if (own) await session.send("BEGIN", head);
    const module = await run.runFile(file.source);
    const name = direction === "up" ? "upgrade" : "downgrade";
    const found = await module.attribute(name, head);
    if (found === null) throw new Stuck(`there is no ${name} in this file`, head);
    const value = await run.call(found, callWith(head));
    if (value.kind === "unknown" && value.effect !== "none") throw new Stuck(value.reason, value.location, value.effect);
  } catch (error) {
    await problems.ended(error, { direction, text: file.source.textOf(file.source.program) });
  }
  if (own) await session.send("COMMIT", head);
  return { notes, edgeCases: direction === "up" ? problems.edgeCases() : [] };
}

import { quoteIdentifier } from "../../sql/quote.ts";
import type { RunChange, RunScope, RunStatement } from "./scope.ts";

/** The order in which a statement is carried out without keeping the application waiting. */
export interface Order {
  readonly migration: string;
  readonly sql: string;
  /** Which of the known ways it is. */
  readonly way: string;
  /** SQL, or a sentence where the way is no SQL alone; `null`: no such way is known, it needs a window. */
  readonly steps: string | null;
}

const blocking: ReadonlySet<string> = new Set([
  "rewrites-table",
  "scans-table",
  "blocks-writes",
  "writes-all-rows",
  "breaks-application",
  "holds-lock",
]);

/** For each statement of the run that would keep the application waiting, or break it, the order in which it does not. */
export function ordersWithoutWaiting({ statements }: RunScope): readonly Order[] {
  return statements.flatMap((run) => {
    const hazards = run.statement.hazards.filter(({ rule, severity }) => blocking.has(rule) && severity !== "low");
    const [first] = hazards;
    if (first === undefined || !run.changes.some(({ isNew }) => !isNew)) return [];
    const base = { migration: run.migration.id, sql: run.statement.sql };
    const made = orderFor(run);
    if (made !== null) return [{ ...base, ...made }];
    const safer = hazards.find((hazard) => hazard.safer !== null)?.safer ?? null;
    return [{ ...base, way: wayOf(safer), steps: safer?.replaceAll(/; (?=[A-Z])/g, ";\n") ?? null }];
  });
}

function wayOf(safer: string | null): string {
  if (safer === null) return "none known";
  if (/NOT VALID/.test(safer)) return "NOT VALID, then VALIDATE";
  if (/CONCURRENTLY/.test(safer)) return "CONCURRENTLY, outside of a transaction";
  if (/batches/.test(safer)) return "add nullable, fill in batches, then tighten";
  return "another form";
}

function orderFor(run: RunStatement): Pick<Order, "way" | "steps"> | null {
  const rules = new Set(run.statement.hazards.map(({ rule }) => rule));
  for (const given of run.changes) {
    const { change, relation, isNew } = given;
    if (relation === null || isNew) continue;
    if (change.kind === "alter-column-type" && rules.has("rewrites-table")) return secondColumn(given, relation);
    if (change.kind === "add-column" && rules.has("rewrites-table") && change.details.generated === undefined)
      return fillLater(given, relation);
    if (change.kind === "update" && rules.has("writes-all-rows"))
      return { way: "fill in batches", steps: batches(relation, "…", run.statement.sql) };
    if (rules.has("rewrites-table")) return secondTable(relation);
  }
  return null;
}

/** Batches by the place of the rows on disk: it needs no key, and each batch commits for itself. */
function batches(relation: string, condition: string, what: string): string {
  return [
    `-- ${what.replaceAll(/\s+/g, " ").slice(0, 160)}`,
    `-- Again and again, each in a transaction of its own, until it says UPDATE 0 (ctid = ANY is quick since PostgreSQL 14):`,
    `UPDATE ${relation} SET … WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${relation} WHERE ${condition} LIMIT 5000));`,
  ].join("\n");
}

function secondColumn({ change }: RunChange, relation: string): Pick<Order, "way" | "steps"> {
  const name = change.details.column ?? "the column";
  const [own, next, old] = [quoteIdentifier(name), quoteIdentifier(`${name}_new`), quoteIdentifier(`${name}_old`)];
  const routine = quoteIdentifier(`keep_${name}_equal`);
  return {
    way: "a second column with double writing",
    steps: [
      `ALTER TABLE ${relation} ADD COLUMN ${next} ${change.details.dataType ?? "…"};`,
      `CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.${next} := NEW.${own}; RETURN NEW; END $$; -- with the USING of the migration`,
      `CREATE TRIGGER ${routine} BEFORE INSERT OR UPDATE ON ${relation} FOR EACH ROW EXECUTE FUNCTION ${routine}();`,
      `-- Until it says UPDATE 0, each in a transaction of its own:`,
      `UPDATE ${relation} SET ${next} = ${own} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${relation} WHERE ${next} IS NULL AND ${own} IS NOT NULL LIMIT 5000));`,
      `-- Indexes and constraints of the column again on ${next} (CONCURRENTLY, NOT VALID then VALIDATE); then in one short transaction:`,
      `ALTER TABLE ${relation} RENAME COLUMN ${own} TO ${old};`,
      `ALTER TABLE ${relation} RENAME COLUMN ${next} TO ${own};`,
      `DROP TRIGGER ${routine} ON ${relation};`,
      `-- In a later release:`,
      `ALTER TABLE ${relation} DROP COLUMN ${old};`,
      `DROP FUNCTION ${routine}();`,
    ].join("\n"),
  };
}

function fillLater({ change }: RunChange, relation: string): Pick<Order, "way" | "steps"> {
  const name = change.details.column ?? "the column";
  const own = quoteIdentifier(name);
  const constraint = quoteIdentifier(`${name}_not_null`);
  return {
    way: "add nullable, fill in batches, then SET NOT NULL",
    steps: [
      `ALTER TABLE ${relation} ADD COLUMN ${own} ${change.details.dataType ?? "…"};`,
      `ALTER TABLE ${relation} ALTER COLUMN ${own} SET DEFAULT …; -- the default of the migration`,
      `-- Until it says UPDATE 0, each in a transaction of its own:`,
      `UPDATE ${relation} SET ${own} = DEFAULT WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${relation} WHERE ${own} IS NULL LIMIT 5000));`,
      ...(change.details.notNull === true
        ? [
            `ALTER TABLE ${relation} ADD CONSTRAINT ${constraint} CHECK (${own} IS NOT NULL) NOT VALID;`,
            `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${constraint};`,
            `ALTER TABLE ${relation} ALTER COLUMN ${own} SET NOT NULL;`,
            `ALTER TABLE ${relation} DROP CONSTRAINT ${constraint};`,
          ]
        : []),
    ].join("\n"),
  };
}

function secondTable(relation: string): Pick<Order, "way" | "steps"> {
  return {
    way: "a new table with double writing",
    steps: [
      `-- 1. A table of the new form beside ${relation}: CREATE TABLE … (LIKE ${relation} INCLUDING ALL), then the change on it while it is empty.`,
      `-- 2. A trigger on ${relation} that writes every INSERT, UPDATE and DELETE there as well.`,
      `-- 3. The rows that stand, in batches by the primary key, with ON CONFLICT DO NOTHING, each batch in a transaction of its own.`,
      `-- 4. Counts compared: SELECT count(*) on both must give the same.`,
      `-- 5. In one short transaction with SET LOCAL lock_timeout: rename both, move foreign keys, views, grants, sequences and publications.`,
      `-- 6. The old table stays for the way back, and goes in a later release.`,
    ].join("\n"),
  };
}

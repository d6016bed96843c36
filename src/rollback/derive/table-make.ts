import type { CatalogObject, RelationFacts } from "../../model/catalog.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Action, change, type DeriveContext, make, RANK, remove } from "./action.ts";
import { adornColumn, columnClause, columnSuffix, fdwOptionList, optionList } from "./column.ts";
import { adornNew } from "./common.ts";
import { makeParts } from "./parts.ts";

function factsOf(object: CatalogObject): RelationFacts {
  if (object.facts.kind !== "relation") throw new Error(`${object.identity} is no relation`);
  return object.facts;
}

/** A partition whose columns are all its parent's is made by PARTITION OF; another is made on its own and attached, as pg_dump does. */
function isPlainPartition(facts: RelationFacts): boolean {
  return facts.partitionBound !== null && facts.columns.every(({ isLocal }) => !isLocal);
}

function createStatement(object: CatalogObject, facts: RelationFacts, context: DeriveContext): string {
  const unlogged = facts.persistence === "unlogged" ? "UNLOGGED " : "";
  const foreign = facts.relationKind === "foreign-table" ? "FOREIGN " : "";
  const head = `CREATE ${unlogged}${foreign}TABLE ${object.identity}`;
  const options = [...facts.options, ...facts.toastOptions.map((option) => `toast.${option}`)];
  const tail = [
    facts.partitionKey === null ? "" : ` PARTITION BY ${facts.partitionKey}`,
    facts.accessMethod === null || facts.accessMethod === "heap" ? "" : ` USING ${quoteIdentifier(facts.accessMethod)}`,
    options.length === 0 ? "" : ` WITH (${optionList(options)})`,
    facts.tablespace === null ? "" : ` TABLESPACE ${quoteIdentifier(facts.tablespace)}`,
    facts.server === null ? "" : ` SERVER ${facts.server}`,
    facts.fdwOptions.length === 0 ? "" : ` OPTIONS (${fdwOptionList(facts.fdwOptions)})`,
  ].join("");
  if (isPlainPartition(facts)) return `${head} PARTITION OF ${facts.inherits[0]} ${facts.partitionBound}${tail}`;
  if (facts.ofType !== null) {
    const own = facts.columns
      .map((column) => ({ name: quoteIdentifier(column.name), suffix: columnSuffix(object, column, context) }))
      .filter(({ suffix }) => suffix !== "")
      .map(({ name, suffix }) => `${name} WITH OPTIONS${suffix}`);
    return `${head} OF ${facts.ofType}${own.length === 0 ? "" : ` (${own.join(", ")})`}${tail}`;
  }
  const columns = facts.columns.filter(({ isLocal }) => isLocal || facts.inherits.length === 0);
  const list = columns.map((column) => `\n  ${columnClause(object, column, context)}`).join(",");
  const inherits = facts.inherits.length === 0 || facts.partitionBound !== null ? "" : ` INHERITS (${facts.inherits.join(", ")})`;
  return `${head} (${list}${columns.length === 0 ? "" : "\n"})${inherits}${tail}`;
}

/** A table, partitioned table or foreign table with its columns and all that hangs on it. Its rows are not here. */
export function makeTable(object: CatalogObject, context: DeriveContext): readonly Action[] {
  const facts = factsOf(object);
  const statements = [createStatement(object, facts, context), ...adornNew(object, context)];
  for (const column of facts.columns) statements.push(...adornColumn({ object, facts }, column, null, context));
  if (facts.rowSecurity) statements.push(`ALTER TABLE ${object.identity} ENABLE ROW LEVEL SECURITY`);
  if (facts.forceRowSecurity) statements.push(`ALTER TABLE ${object.identity} FORCE ROW LEVEL SECURITY`);
  if (facts.replicaIdentity === "full" || facts.replicaIdentity === "nothing") {
    statements.push(`ALTER TABLE ${object.identity} REPLICA IDENTITY ${facts.replicaIdentity.toUpperCase()}`);
  }
  const actions: Action[] = [make(RANK.makeTable, object, statements), ...makeParts(object, facts)];
  if (facts.partitionBound !== null && !isPlainPartition(facts)) {
    actions.push(
      change(RANK.attach, object, [`ALTER TABLE ${facts.inherits[0]} ATTACH PARTITION ${object.identity} ${facts.partitionBound}`]),
    );
  }
  return actions;
}

/** What the removal of a table must come before: the removal of what it names. */
function tableMentions(facts: RelationFacts): string {
  return [
    ...facts.inherits,
    ...facts.columns.flatMap(({ type, default: expression }) => [type, expression ?? ""]),
    ...facts.constraints.map(({ definition }) => definition),
    ...facts.indexes.map(({ definition }) => definition.replace(/^CREATE (UNIQUE )?INDEX .*? ON (ONLY )?\S+/, "")),
    ...facts.triggers.map(({ definition }) => definition.replace(/^.* (?=EXECUTE )/s, "")),
    facts.ofType ?? "",
  ].join("\n");
}

export function removeTable(object: CatalogObject, context: DeriveContext): readonly Action[] {
  const facts = factsOf(object);
  const word = facts.relationKind === "foreign-table" ? "FOREIGN TABLE" : "TABLE";
  const actions: Action[] = [
    remove(RANK.removeTable, object, { statements: [`DROP ${word} ${object.identity}`], mentions: tableMentions(facts) }),
  ];
  // Foreign keys in a circle: none of the tables could go first.
  const extra = new Set(context.extra.map(({ identity }) => identity));
  for (const constraint of facts.constraints) {
    if (constraint.type !== "foreign-key" || constraint.references === null || constraint.references === object.identity) continue;
    const other = context.extra.find(({ identity }) => identity === constraint.references);
    const back = other !== undefined && other.facts.kind === "relation" && reaches(other.facts, object.identity, extra, context);
    if (back) {
      actions.push(
        change(RANK.removeForeignKey, object, [`ALTER TABLE ${object.identity} DROP CONSTRAINT ${quoteIdentifier(constraint.name)}`]),
      );
    }
  }
  return actions;
}

/** Whether foreign keys lead from a table to another among those that go. */
function reaches(from: RelationFacts, target: string, among: ReadonlySet<string>, context: DeriveContext): boolean {
  const seen = new Set<string>();
  const queue = [from];
  for (let facts = queue.pop(); facts !== undefined; facts = queue.pop()) {
    for (const { references } of facts.constraints) {
      if (references === target) return true;
      if (references === null || seen.has(references) || !among.has(references)) continue;
      seen.add(references);
      const next = context.extra.find(({ identity }) => identity === references);
      if (next?.facts.kind === "relation") queue.push(next.facts);
    }
  }
  return false;
}

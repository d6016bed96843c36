import type { CatalogObject, RelationFacts } from "../../model/catalog.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Action, change, type DeriveContext, type KindRules, make, type Pair, RANK, remove } from "./action.ts";
import { adornColumn, changeOptions, optionList } from "./column.ts";
import { adornChanged, adornNew } from "./common.ts";
import { mentionsAny } from "./order.ts";
import { changeParts, makeParts } from "./parts.ts";
import { renameBack } from "./rename.ts";

function factsOf(object: CatalogObject): RelationFacts {
  if (object.facts.kind !== "relation") throw new Error(`${object.identity} is no relation`);
  return object.facts;
}

function query(facts: RelationFacts): string {
  return (facts.viewDefinition ?? "").trim().replace(/;$/, "");
}

function createStatement(object: CatalogObject, word: string): string {
  const facts = factsOf(object);
  const options = facts.options.length === 0 ? "" : ` WITH (${optionList(facts.options)})`;
  const columns = ` (${facts.columns.map(({ name }) => quoteIdentifier(name)).join(", ")})`;
  if (facts.relationKind === "view") return `${word} VIEW ${object.identity}${options} AS\n${query(facts)}`;
  const method = facts.accessMethod === null || facts.accessMethod === "heap" ? "" : ` USING ${quoteIdentifier(facts.accessMethod)}`;
  const tablespace = facts.tablespace === null ? "" : ` TABLESPACE ${quoteIdentifier(facts.tablespace)}`;
  const data = facts.populated ? "" : " WITH NO DATA";
  return `${word} MATERIALIZED VIEW ${object.identity}${columns}${method}${options}${tablespace} AS\n${query(facts)}${data}`;
}

function adornColumns(object: CatalogObject, found: RelationFacts | null, context: DeriveContext): readonly string[] {
  const facts = factsOf(object);
  const statements: string[] = [];
  for (const column of facts.columns) {
    const now = found?.columns.find(({ name }) => name === column.name) ?? null;
    if (column.default !== (now?.default ?? null)) {
      const action = column.default === null ? "DROP DEFAULT" : `SET DEFAULT ${column.default}`;
      statements.push(`ALTER VIEW ${object.identity} ALTER COLUMN ${quoteIdentifier(column.name)} ${action}`);
    }
    if (facts.relationKind === "materialized-view") statements.push(...adornColumn({ object, facts }, column, now, context));
    else {
      const fresh = { ...column, options: [], storage: "", compression: null, statistics: null, acl: [], comment: null };
      const seen = now ?? fresh;
      statements.push(
        ...adornColumn(
          { object, facts },
          { ...column, storage: "", compression: null },
          { ...seen, storage: "", compression: null },
          context,
        ),
      );
    }
  }
  return statements;
}

/** Views that must be dropped and made again because their definition cannot be put in place. */
function isReplaceable(wanted: RelationFacts, found: RelationFacts): boolean {
  if (wanted.relationKind !== "view") return false;
  // CREATE OR REPLACE VIEW may only add columns at the end (manual, CREATE VIEW).
  return found.columns.every(({ name, type, collation }, at) => {
    const column = wanted.columns[at];
    return column !== undefined && column.name === name && column.type === type && column.collation === collation;
  });
}

/** Whether a view is to be dropped and made again, so that others on top of it must be too. */
export function mustRecreateView({ before, after }: Pair, replaced: ReadonlySet<string>, renames: boolean): boolean {
  if (before.facts.kind !== "relation" || after.facts.kind !== "relation") return false;
  const wanted = before.facts;
  const found = after.facts;
  if (wanted.viewDefinition === null || found.viewDefinition === null) return false;
  if (mentionsAny(found.viewDefinition, replaced)) return true;
  const sameText = wanted.viewDefinition === found.viewDefinition;
  const sameColumns = isReplaceable(wanted, found);
  if (wanted.relationKind === "materialized-view") {
    // A materialized view has no REPLACE: its text follows renames by itself, anything else makes it new.
    return (
      (!sameText && !(renames && before.address.oid === after.address.oid)) || (wanted.populated !== found.populated && !found.populated)
    );
  }
  return !sameColumns && !(renames && before.address.oid === after.address.oid && wanted.columns.length === found.columns.length);
}

export const viewRules: KindRules = {
  make(object, context): readonly Action[] {
    const statements = [createStatement(object, "CREATE"), ...adornNew(object, context), ...adornColumns(object, null, context)];
    return [make(RANK.makeView, object, statements), ...makeParts(object, factsOf(object))];
  },
  remove(object): readonly Action[] {
    const facts = factsOf(object);
    const word = facts.relationKind === "view" ? "VIEW" : "MATERIALIZED VIEW";
    return [remove(RANK.removeView, object, { statements: [`DROP ${word} ${object.identity}`], mentions: facts.viewDefinition ?? "" })];
  },
  change(pair, context): readonly Action[] {
    const { before, after } = pair;
    const wanted = factsOf(before);
    const found = factsOf(after);
    if (context.replaced.has(after.identity)) {
      return [...viewRules.remove(after, context), ...viewRules.make(before, context)];
    }
    const actions: Action[] = [...renameBack(pair, context)];
    const renamed = wanted.columns.flatMap((column, at) => {
      const now = found.columns[at];
      return now === undefined || now.name === column.name
        ? []
        : [
            `ALTER ${wanted.relationKind === "view" ? "VIEW" : "MATERIALIZED VIEW"} ${before.identity} RENAME COLUMN ${quoteIdentifier(now.name)} TO ${quoteIdentifier(column.name)}`,
          ];
    });
    if (renamed.length > 0) actions.push(change(RANK.renamePart, before, renamed));
    const sameText = wanted.viewDefinition === found.viewDefinition || (context.renames && before.address.oid === after.address.oid);
    if (!sameText && wanted.relationKind === "view") {
      actions.push(make(RANK.makeView, before, [createStatement(before, "CREATE OR REPLACE")]));
    } else {
      const word = wanted.relationKind === "view" ? "VIEW" : "MATERIALIZED VIEW";
      const options = changeOptions(`ALTER ${word} ${before.identity}`, found.options, wanted.options);
      if (options.length > 0) actions.push(change(RANK.adorn, before, options));
    }
    if (wanted.populated !== found.populated) {
      actions.push(
        change(RANK.makeAttached, before, [`REFRESH MATERIALIZED VIEW ${before.identity}${wanted.populated ? "" : " WITH NO DATA"}`]),
      );
    }
    const adorn = [...adornChanged(pair, context), ...adornColumns(before, found, context)];
    if (adorn.length > 0) actions.push(change(RANK.adorn, before, adorn));
    return [...actions, ...changeParts(pair, context)];
  },
};

import type { CatalogObject, PlainFacts } from "../../model/catalog.ts";
import type { ObjectKind } from "../../model/object.ts";
import { type Action, change, type KindRules, make, RANK, remove } from "./action.ts";
import { adornChanged, adornNew } from "./common.ts";
import { renameBack } from "./rename.ts";

function factsOf(object: CatalogObject): PlainFacts {
  if (object.facts.kind !== "plain") throw new Error(`${object.identity} is described otherwise`);
  return object.facts;
}

interface Ranks {
  readonly make: number;
  readonly remove: number;
}

const BASIC: Ranks = { make: RANK.makePlain, remove: RANK.removePlain };
/** What refers to tables or routines: made after them, removed before. */
const LATE: Ranks = { make: RANK.makeAttached, remove: RANK.removeAttached };

const RANKS: Readonly<Partial<Record<ObjectKind, Ranks>>> = {
  schema: { make: RANK.makeSchema, remove: RANK.removeSchema },
  role: { make: RANK.makeSchema - 1, remove: RANK.removeSchema + 1 },
  extension: { make: RANK.makeExtension, remove: RANK.removeExtension },
  statistics: LATE,
  publication: LATE,
  subscription: LATE,
  "event-trigger": LATE,
  "default-privileges": { make: RANK.adorn, remove: RANK.adorn },
};

/** Kinds that can be renamed and moved; the others are made anew under the other name. */
const RENAMABLE: ReadonlySet<ObjectKind> = new Set<ObjectKind>([
  "schema",
  "role",
  "collation",
  "conversion",
  "foreign-data-wrapper",
  "server",
  "language",
  "publication",
  "subscription",
  "event-trigger",
  "statistics",
  "text-search-configuration",
  "text-search-dictionary",
  "text-search-parser",
  "text-search-template",
]);

function ranksOf(object: CatalogObject): Ranks {
  return RANKS[object.kind] ?? BASIC;
}

/** Everything that is described by the statements which make it: schemas, extensions, casts, operators, publications, roles and so on. */
export const plainRules: KindRules = {
  make(object, context): readonly Action[] {
    return [make(ranksOf(object).make, object, [...factsOf(object).create, ...adornNew(object, context)])];
  },
  remove(object): readonly Action[] {
    const facts = factsOf(object);
    if (facts.drop.length === 0) return [];
    return [remove(ranksOf(object).remove, object, { statements: facts.drop, mentions: facts.create.join("\n") })];
  },
  change(pair, context): readonly Action[] {
    const { before, after } = pair;
    const wanted = factsOf(before);
    const found = factsOf(after);
    const adorn = adornChanged(pair, context);
    const adornments = adorn.length === 0 ? [] : [change(RANK.adorn, before, adorn)];
    const same = JSON.stringify([wanted.create, wanted.more]) === JSON.stringify([found.create, found.more]);
    const renamed = before.name !== after.name || before.schema !== after.schema;
    if (same && !renamed) return adornments;
    if (before.kind === "extension") return [...changeExtension(before, wanted, found), ...adornments];
    if (before.kind === "role") return [...renameBack(pair, context), change(RANK.changeTable, before, changeRole(wanted)), ...adornments];
    if (before.kind === "schema" || (renamed && RENAMABLE.has(before.kind) && sameUnderName(pair.before, pair.after))) {
      return [...renameBack(pair, context), ...adornments];
    }
    return [...plainRules.remove(after, context), ...plainRules.make(before, context)];
  },
};

/** Whether two definitions are the same once the identity of one stands for that of the other. */
function sameUnderName(before: CatalogObject, after: CatalogObject): boolean {
  const rewritten = factsOf(after).create.map((statement) => statement.replaceAll(after.identity, before.identity));
  return JSON.stringify(rewritten) === JSON.stringify(factsOf(before).create);
}

const EXTENSION = /^CREATE EXTENSION (?:"(?:[^"]|"")+"|\S+) SCHEMA ("(?:[^"]|"")+"|\S+) VERSION (.+)$/;

function changeExtension(before: CatalogObject, wanted: PlainFacts, found: PlainFacts): readonly Action[] {
  const [, schema, version] = EXTENSION.exec(wanted.create[0] ?? "") ?? [];
  const [, schemaNow, versionNow] = EXTENSION.exec(found.create[0] ?? "") ?? [];
  const statements: string[] = [];
  if (schema !== undefined && schema !== schemaNow) statements.push(`ALTER EXTENSION ${before.identity} SET SCHEMA ${schema}`);
  if (version !== undefined && version !== versionNow) statements.push(`ALTER EXTENSION ${before.identity} UPDATE TO ${version}`);
  return statements.length === 0 ? [] : [change(RANK.rename, before, statements)];
}

function changeRole(wanted: PlainFacts): readonly string[] {
  return wanted.create.map((statement) => statement.replace(/^CREATE ROLE /, "ALTER ROLE "));
}

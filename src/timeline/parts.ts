import type { CatalogObject, ColumnFacts, RelationFacts } from "../model/catalog.ts";

/** A part of an object that is blamed by itself. */
export interface Part {
  /** Stays the same while the part lives, whatever it is called. */
  readonly key: string;
  readonly kind: string;
  /** Unquoted. */
  readonly name: string;
  /** In SQL, for a reader. */
  readonly definition: string;
  /** What of it is compared, each under the word by which a change of it is told. */
  readonly aspects: Readonly<Record<string, string | null>>;
}

/** The object itself first, then its columns, constraints, indexes, triggers, policies and rules; of an enum its labels. */
export function partsOf(object: CatalogObject): readonly Part[] {
  const base = `${object.address.catalog}/${object.address.oid}`;
  const { facts } = object;
  switch (facts.kind) {
    case "relation":
      return relationParts(object, facts, base);
    case "type":
      return [
        whole(object, base, { definition: facts.definition, base: facts.baseType, default: facts.default, "NOT NULL": yes(facts.notNull) }),
        ...facts.labels.map((label) => part(`${base} label ${label}`, { kind: "label", name: label, definition: "" }, {})),
        ...facts.constraints.map(({ name, definition }) =>
          part(`${base} constraint ${name}`, { kind: "constraint", name, definition }, { definition }),
        ),
      ];
    case "routine":
      return [whole(object, base, { definition: facts.definition })];
    case "sequence":
      return [whole(object, base, { type: facts.dataType, increment: facts.increment, maximum: facts.maximum, owner: facts.ownedBy })];
    case "plain":
      return [whole(object, base, { definition: facts.create.join(";\n") })];
  }
}

/** How a part changed, in words; `null` where it did not. */
export function comparePart(before: Part, after: Part): string | null {
  const changes: string[] = [];
  if (before.name !== after.name) changes.push(`renamed from ${before.name}`);
  for (const [aspect, value] of Object.entries(after.aspects)) {
    const was = before.aspects[aspect] ?? null;
    if (was !== value) changes.push(sayChange(aspect, was, value));
  }
  return changes.length === 0 ? null : changes.join("; ");
}

const longestTold = 40;

function sayChange(aspect: string, was: string | null, value: string | null): string {
  if (aspect === "NOT NULL") return value === null ? "NOT NULL dropped" : "NOT NULL set";
  const told = [was, value].every((text) => text === null || (text.length <= longestTold && !text.includes("\n")));
  if (!told || aspect === "privileges") return `${aspect} changed`;
  if (was === null) return `${aspect} ${value} set`;
  return value === null ? `${aspect} ${was} removed` : `${aspect} ${was} → ${value}`;
}

function relationParts(object: CatalogObject, facts: RelationFacts, base: string): readonly Part[] {
  return [
    whole(object, base, {
      definition: facts.viewDefinition,
      options: facts.options.join(", ") || null,
      "row security": yes(facts.rowSecurity),
      partitioning: facts.partitionKey,
      persistence: facts.persistence,
    }),
    ...facts.columns.map((column) =>
      part(`${base} column ${column.number}`, { kind: "column", name: column.name, definition: columnText(column) }, columnAspects(column)),
    ),
    ...facts.constraints
      .filter(({ type }) => type !== "trigger")
      .map(({ oid, name, definition, comment, validated }) =>
        part(`${base} constraint ${oid}`, { kind: "constraint", name, definition }, { definition, comment, validation: yes(validated) }),
      ),
    ...facts.indexes
      .filter(({ constraint }) => constraint === null)
      .map(({ oid, name, definition, comment }) =>
        // The name of the table in it follows that of the table.
        part(`${base} index ${oid}`, { kind: "index", name, definition }, { definition: definition.replace(/^.* USING /, ""), comment }),
      ),
    ...(["triggers", "policies", "rules"] as const).flatMap((list) =>
      facts[list]
        .filter(({ name }) => name !== "_RETURN")
        .map(({ oid, name, definition, enabled, comment }) =>
          part(
            `${base} ${list} ${oid}`,
            { kind: singular[list], name, definition },
            { definition: definition.replace(/^.* ON \S+/s, ""), state: enabled, comment },
          ),
        ),
    ),
  ];
}

const singular = { triggers: "trigger", policies: "policy", rules: "rule" } as const;

function whole(object: CatalogObject, key: string, aspects: Part["aspects"]): Part {
  const { facts } = object;
  const shared = { schema: object.schema, comment: facts.comment, owner: facts.owner, privileges: facts.acl.join(", ") };
  return part(key, { kind: object.kind, name: object.name, definition: "" }, { ...aspects, ...shared });
}

function part(key: string, shown: Pick<Part, "kind" | "name" | "definition">, aspects: Part["aspects"]): Part {
  return { key, ...shown, aspects };
}

function columnAspects(column: ColumnFacts): Part["aspects"] {
  return {
    type: column.type,
    collation: column.collation,
    "NOT NULL": yes(column.notNull),
    [column.generated === null ? "default" : "expression"]: column.default,
    identity: column.identity,
    compression: column.compression,
    "statistics target": column.statistics === null ? null : String(column.statistics),
    privileges: column.acl.join(", ") || null,
    comment: column.comment,
  };
}

/** `varchar(50) NOT NULL DEFAULT 'x'` */
function columnText({ type, notNull, default: expression, generated, identity }: ColumnFacts): string {
  const computed = generated === null ? ` DEFAULT ${expression}` : ` GENERATED ALWAYS AS (${expression}) ${generated.toUpperCase()}`;
  return [
    type,
    ...(notNull ? [" NOT NULL"] : []),
    ...(expression === null ? [] : [computed]),
    ...(identity === null ? [] : [` GENERATED ${identity.toUpperCase()} AS IDENTITY`]),
  ].join("");
}

function yes(value: boolean): string | null {
  return value ? "yes" : null;
}

import type { CatalogObject, TypeFacts } from "../../model/catalog.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { commentOn } from "./common.ts";

export function createDomain(object: CatalogObject, facts: TypeFacts): string {
  const parts = [`CREATE DOMAIN ${object.identity} AS ${facts.baseType ?? ""}`];
  if (facts.collation !== null) parts.push(`COLLATE ${facts.collation}`);
  if (facts.default !== null) parts.push(`DEFAULT ${facts.default}`);
  if (facts.notNull)
    parts.push(facts.notNullConstraint === null ? "NOT NULL" : `CONSTRAINT ${quoteIdentifier(facts.notNullConstraint)} NOT NULL`);
  for (const { name, definition } of facts.constraints) parts.push(`CONSTRAINT ${quoteIdentifier(name)} ${definition}`);
  return parts.join(" ");
}

/** Turns a domain that stayed back (manual, ALTER DOMAIN). Its base type cannot change while it lives. */
export function changeDomain(before: CatalogObject, wanted: TypeFacts, found: TypeFacts): readonly string[] {
  const alter = `ALTER DOMAIN ${before.identity}`;
  const statements: string[] = [];
  if (wanted.default !== found.default)
    statements.push(wanted.default === null ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${wanted.default}`);
  if (wanted.notNull !== found.notNull) statements.push(`${alter} ${wanted.notNull ? "SET" : "DROP"} NOT NULL`);
  const present = new Map(found.constraints.map((constraint) => [constraint.name, constraint]));
  const renamed = new Set<string>();
  const gone = found.constraints.filter(({ name }) => !wanted.constraints.some((constraint) => constraint.name === name));
  for (const constraint of wanted.constraints) {
    const name = quoteIdentifier(constraint.name);
    const now = present.get(constraint.name);
    const twin = gone.find(({ definition, name: other }) => definition === constraint.definition && !renamed.has(other));
    if (now === undefined && twin !== undefined) {
      renamed.add(twin.name);
      statements.push(`${alter} RENAME CONSTRAINT ${quoteIdentifier(twin.name)} TO ${name}`);
    } else if (now === undefined || now.definition !== constraint.definition) {
      if (now !== undefined && now.definition === `${constraint.definition} NOT VALID`)
        statements.push(`${alter} VALIDATE CONSTRAINT ${name}`);
      else {
        if (now !== undefined) statements.push(`${alter} DROP CONSTRAINT ${name}`);
        statements.push(`${alter} ADD CONSTRAINT ${name} ${constraint.definition}`);
      }
    }
    const comment = (now ?? twin)?.comment ?? null;
    if (constraint.comment !== comment) statements.push(commentOn(`CONSTRAINT ${name} ON DOMAIN ${before.identity}`, constraint.comment));
  }
  for (const { name } of gone) if (!renamed.has(name)) statements.push(`${alter} DROP CONSTRAINT ${quoteIdentifier(name)}`);
  return statements;
}

import type { CatalogObject } from "../../model/catalog.ts";
import type { ObjectKind } from "../../model/object.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import type { DeriveContext, Pair } from "./action.ts";
import { changePrivileges, defaultAcl, roleName } from "./privileges.ts";

/** The word after ALTER, DROP and COMMENT ON. */
const WORDS: Readonly<Record<ObjectKind, string>> = {
  schema: "SCHEMA",
  table: "TABLE",
  column: "COLUMN",
  constraint: "CONSTRAINT",
  index: "INDEX",
  view: "VIEW",
  "materialized-view": "MATERIALIZED VIEW",
  "foreign-table": "FOREIGN TABLE",
  sequence: "SEQUENCE",
  function: "FUNCTION",
  procedure: "PROCEDURE",
  aggregate: "AGGREGATE",
  trigger: "TRIGGER",
  "event-trigger": "EVENT TRIGGER",
  rule: "RULE",
  policy: "POLICY",
  enum: "TYPE",
  "composite-type": "TYPE",
  "range-type": "TYPE",
  "base-type": "TYPE",
  type: "TYPE",
  domain: "DOMAIN",
  extension: "EXTENSION",
  collation: "COLLATION",
  conversion: "CONVERSION",
  cast: "CAST",
  operator: "OPERATOR",
  "operator-class": "OPERATOR CLASS",
  "operator-family": "OPERATOR FAMILY",
  "text-search-configuration": "TEXT SEARCH CONFIGURATION",
  "text-search-dictionary": "TEXT SEARCH DICTIONARY",
  "text-search-parser": "TEXT SEARCH PARSER",
  "text-search-template": "TEXT SEARCH TEMPLATE",
  statistics: "STATISTICS",
  language: "LANGUAGE",
  transform: "TRANSFORM",
  "access-method": "ACCESS METHOD",
  "foreign-data-wrapper": "FOREIGN DATA WRAPPER",
  server: "SERVER",
  "user-mapping": "USER MAPPING",
  publication: "PUBLICATION",
  subscription: "SUBSCRIPTION",
  role: "ROLE",
  database: "DATABASE",
  tablespace: "TABLESPACE",
  parameter: "PARAMETER",
  "default-privileges": "DEFAULT PRIVILEGES",
  "large-object": "LARGE OBJECT",
};

/** The word of GRANT … ON, where the kind has privileges; others have none. */
const GRANT_WORDS: Readonly<Partial<Record<ObjectKind, string>>> = {
  schema: "SCHEMA",
  table: "TABLE",
  view: "TABLE",
  "materialized-view": "TABLE",
  "foreign-table": "TABLE",
  sequence: "SEQUENCE",
  function: "FUNCTION",
  procedure: "PROCEDURE",
  aggregate: "FUNCTION",
  enum: "TYPE",
  "composite-type": "TYPE",
  "range-type": "TYPE",
  "base-type": "TYPE",
  domain: "TYPE",
  language: "LANGUAGE",
  "foreign-data-wrapper": "FOREIGN DATA WRAPPER",
  server: "FOREIGN SERVER",
  database: "DATABASE",
  tablespace: "TABLESPACE",
  parameter: "PARAMETER",
  "large-object": "LARGE OBJECT",
};

/** The word after ALTER, DROP and COMMENT ON for a kind of object. */
export function commandWord(kind: ObjectKind): string {
  return WORDS[kind];
}

/** `COMMENT ON … IS …`, which with `null` removes it. */
export function commentOn(target: string, comment: string | null): string {
  return `COMMENT ON ${target} IS ${comment === null ? "NULL" : quoteLiteral(comment)}`;
}

interface Adornments {
  readonly owner: string | null;
  readonly acl: readonly string[];
  readonly isDefault: boolean;
  readonly comment: string | null;
}

/** Owner, grants and comment of an object that was just made. */
export function adornNew(object: CatalogObject, context: DeriveContext): readonly string[] {
  const { facts } = object;
  const statements: string[] = [];
  const word = commandWord(object.kind);
  if (facts.owner !== null && facts.owner !== context.sessionRole) {
    statements.push(`ALTER ${word} ${object.identity} OWNER TO ${roleName(facts.owner, context.sessionRole)}`);
  }
  const grantWord = GRANT_WORDS[object.kind];
  if (grantWord !== undefined && facts.owner !== null && !facts.isDefault) {
    statements.push(
      ...changePrivileges({
        target: `${grantWord} ${object.identity}`,
        column: null,
        from: defaultAcl(grantWord, facts.owner, context.major),
        to: facts.acl,
        ownerFrom: null,
        ownerTo: null,
        sessionRole: context.sessionRole,
      }),
    );
  }
  if (facts.comment !== null) statements.push(commentOn(`${word} ${object.identity}`, facts.comment));
  return [...statements, ...labelStatements([], facts.securityLabels, `${word} ${object.identity}`)];
}

/** Owner, grants and comment of an object that stayed, under the name that it had. */
export function adornChanged({ before, after }: Pair, context: DeriveContext): readonly string[] {
  const word = commandWord(before.kind);
  const wanted: Adornments = before.facts;
  const found: Adornments = after.facts;
  const statements: string[] = [];
  if (wanted.owner !== null && wanted.owner !== found.owner) {
    statements.push(`ALTER ${word} ${before.identity} OWNER TO ${roleName(wanted.owner, context.sessionRole)}`);
  }
  const grantWord = GRANT_WORDS[before.kind];
  if (grantWord !== undefined) {
    statements.push(
      ...changePrivileges({
        target: `${grantWord} ${before.identity}`,
        column: null,
        from: found.acl,
        to: wanted.acl,
        ownerFrom: found.owner,
        ownerTo: wanted.owner,
        sessionRole: context.sessionRole,
      }),
    );
  }
  if (wanted.comment !== found.comment) statements.push(commentOn(`${word} ${before.identity}`, wanted.comment));
  return [...statements, ...labelStatements(after.facts.securityLabels, before.facts.securityLabels, `${word} ${before.identity}`)];
}

/** Labels come as `provider: label`. */
function labelStatements(found: readonly string[], wanted: readonly string[], target: string): readonly string[] {
  const read = (labels: readonly string[]): ReadonlyMap<string, string> =>
    new Map(labels.map((label) => [label.slice(0, label.indexOf(":")), label.slice(label.indexOf(":") + 1).trim()]));
  const has = read(found);
  const wants = read(wanted);
  return [...new Set([...has.keys(), ...wants.keys()])]
    .filter((provider) => has.get(provider) !== wants.get(provider))
    .map((provider) => {
      const label = wants.get(provider);
      return `SECURITY LABEL FOR ${provider} ON ${target} IS ${label === undefined ? "NULL" : quoteLiteral(label)}`;
    });
}

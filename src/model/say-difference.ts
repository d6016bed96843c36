import type { CatalogDifference } from "./catalog.ts";

const mostCharacters = 48;

/**
 * Differences of a catalog in words that a DBA reads at a glance, each once: `column customers.full_name allows NULL`. Long texts and
 * structures (view definitions, function bodies, lists) are never printed: of them it is said that they differ.
 */
export function sayDifferences(differences: readonly CatalogDifference[]): readonly string[] {
  const changed = new Set(differences.map(({ identity, aspect }) => `${identity} ${aspect}`));
  const told = differences.filter(
    ({ identity, aspect }) =>
      // A column that lost NOT NULL has lost the constraint of that name too.
      !(aspect.includes("].notNullConstraint") && changed.has(`${identity} ${aspect.replace(/\.notNullConstraint.*$/, ".notNull")}`)),
  );
  return [...new Set(told.map(sayDifference))];
}

/** The first differences as one sentence part, and how many more there are. */
export function listDifferences(said: readonly string[], limit = 3): string {
  const rest = said.length - limit;
  const more = rest <= 0 ? "" : rest === 1 ? "; and 1 more difference" : `; and ${rest} more differences`;
  return `${said.slice(0, limit).join("; ")}${more}`;
}

function sayDifference(difference: CatalogDifference): string {
  const { kind, what, aspect, expected, found } = difference;
  const name = sayName(difference.identity);
  const whole = kind === "catalog-row" ? name : `${kind.replaceAll("-", " ")} ${name}`;
  if (kind === "row") return `the rows of ${name} differ: ${found ?? "none"} instead of ${expected ?? "none"}`;
  if (what === "missing") return `${whole} is missing`;
  if (what === "extra") return `${whole} is there, and was not`;
  if (aspect === "columnOrder") return `the columns of ${name} come in another order`;
  const part = /^(columns|constraints|indexes|triggers|policies|rules)\[(.*?)\](?:\.(.+))?$/.exec(aspect);
  const [, list = "", member = "", inner] = part ?? [];
  if (part === null) return sayValue(whole, aspect, { expected, found });
  const subject = list === "columns" ? `column ${name}.${member}` : `${PARTS[list] ?? "part"} ${member} of ${name}`;
  if (inner === undefined) return found === null ? `${subject} is missing` : `${subject} is there, and was not`;
  return sayValue(subject, inner, { expected, found });
}

const PARTS: Readonly<Record<string, string>> = {
  constraints: "constraint",
  indexes: "index",
  triggers: "trigger",
  policies: "policy",
  rules: "rule",
};

interface Values {
  readonly expected: string | null;
  readonly found: string | null;
}

function sayValue(subject: string, aspect: string, { expected, found }: Values): string {
  if (aspect === "notNull") return `${subject} ${found === "true" ? "no longer allows NULL" : "allows NULL"}`;
  const words = WORDS[aspect] ?? aspect.replaceAll(/(?<=[a-z])(?=[A-Z])|\./g, " ").toLowerCase();
  const readable = isShort(expected) && isShort(found);
  if (!readable || UNREADABLE.has(aspect)) return `${subject}: its ${words} differs`;
  if (found === null) return `${subject} has no ${words} instead of ${expected ?? "none"}`;
  if (expected === null) return `${subject} has ${words} ${found}, and had none`;
  return `${subject} has ${words} ${found} instead of ${expected}`;
}

const WORDS: Readonly<Record<string, string>> = {
  acl: "list of privileges",
  viewDefinition: "definition",
  create: "definition",
  more: "definition",
  lastValue: "position",
  waitingAt: "position",
  isLocal: "own definition",
  labels: "list of values",
};

/** What is a structure or a program text even where it is short. */
const UNREADABLE: ReadonlySet<string> = new Set(["acl", "viewDefinition", "create", "drop", "labels"]);

function isShort(value: string | null): boolean {
  return value === null || (value.length <= mostCharacters && !/^[[{]|\n/.test(value));
}

/** `public."Order"` as a person says it. */
function sayName(identity: string): string {
  return identity.replace(/^public\./, "").replaceAll('"', "");
}

/** A class that Flyway calls at its events. */
export interface CallbackCode {
  readonly className: string;
  /** The events that its source names, as Java spells them: `AFTER_MIGRATE`. */
  readonly events: readonly string[];
  readonly offset: number;
}

const declaration =
  /\b(?:class|object)\s+(\w+)[^{;]*?(?:\bimplements\b|\bextends\b|:)[^{;]*?\b(?:Callback|BaseCallback|FlywayCallback|BaseFlywayCallback)\b/;

/** Methods of the interface before Flyway 5, one per event. */
const oldMethod = /\b(before|after)(Clean|Migrate|EachMigrate|Validate|Baseline|Repair|Info)\s*\(/g;

/** The callback of Flyway that a source declares (`org.flywaydb.core.api.callback`); `null` where it declares none. */
export function readCallbackCode(text: string): CallbackCode | null {
  if (!/\borg\.flywaydb\.core\.api\.callback\b/.test(text)) return null;
  const found = declaration.exec(text);
  if (found === null) return null;
  const named = [...text.matchAll(/\bEvent\s*\.\s*([A-Z][A-Z_]+)/g)].map((match) => match[1] ?? "");
  const old = [...text.matchAll(oldMethod)].map((match) =>
    `${match[1] ?? ""}${match[2] ?? ""}`.replaceAll(/(?=[A-Z])/g, "_").toUpperCase(),
  );
  return { className: found[1] ?? "", events: [...new Set(named.length > 0 ? named : old)], offset: found.index };
}

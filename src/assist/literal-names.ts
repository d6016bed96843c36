/** What stands behind the name of a masked literal. */
export interface MaskedLiteral {
  readonly kind: "text" | "number" | "word";
  /** As the source has it: with its quotes where it is SQL. */
  readonly raw: string;
  /** The text without quotes and escapes; `null` where only PostgreSQL could tell. */
  readonly value: string | null;
}

/** Names for the literals of one question, and back. */
export interface LiteralNames {
  /** The same literal has the same name. */
  nameOf(literal: MaskedLiteral): string;
  literalOf(name: string): MaskedLiteral | undefined;
}

/** The form of the names; a name that the schema itself has is not given. */
export const literalName = /\blit_\d+\b/g;

export function createLiteralNames(known: ReadonlySet<string>): LiteralNames {
  const names = new Map<string, string>();
  const literals = new Map<string, MaskedLiteral>();
  let count = 0;
  return {
    nameOf(literal) {
      const key = literal.value === null ? `raw ${literal.raw}` : `${literal.kind} ${literal.value}`;
      const found = names.get(key);
      if (found !== undefined) return found;
      let name: string;
      do name = `lit_${++count}`;
      while (known.has(name));
      names.set(key, name);
      literals.set(name, literal);
      return name;
    },
    literalOf: (name) => literals.get(name),
  };
}

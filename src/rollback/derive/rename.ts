import { qualifiedName, quoteIdentifier } from "../../sql/quote.ts";
import { type Action, change, type DeriveContext, type Pair, RANK } from "./action.ts";
import { commandWord } from "./common.ts";

/** A name for the time in which another object has the one that is wanted. The same on every database; at most 63 bytes, as PostgreSQL keeps names. */
export function temporaryName(why: "renaming" | "replaced", name: string): string {
  let clipped = `pggit_${why}_${name}`;
  while (Buffer.byteLength(clipped) > 63) clipped = clipped.slice(0, -1);
  return clipped;
}

/** The arguments of a routine's identity, with their parentheses; empty for other kinds. */
function signature(pair: Pair): string {
  const { facts, identity } = pair.after;
  if (facts.kind !== "routine") return "";
  return identity.slice(identity.indexOf("("));
}

/**
 * Gives an object back its schema and name. It goes through a temporary name where another object of the migration still has the
 * one that it wants.
 */
export function renameBack(pair: Pair, context: DeriveContext): readonly Action[] {
  const { before, after } = pair;
  const schema = after.schema === null ? null : (context.renamedSchemas.get(after.schema) ?? after.schema);
  const moved = before.schema !== null && schema !== before.schema;
  const renamed = before.name !== after.name;
  if (!moved && !renamed) return [];
  const word = commandWord(before.kind);
  const args = signature(pair);
  const nameIn = (name: string, inSchema: string | null): string => `${qualifiedName(inSchema, name)}${args}`;
  const rename = (from: string, inSchema: string | null, to: string): string =>
    `ALTER ${word} ${nameIn(from, inSchema)} RENAME TO ${quoteIdentifier(to)}`;
  const move = (name: string): string => `ALTER ${word} ${nameIn(name, schema)} SET SCHEMA ${quoteIdentifier(before.schema ?? "")}`;

  const occupied = context.changed.some(({ after: other }) => other !== after && other.identity === before.identity);
  if (!occupied) {
    const statements = [...(moved ? [move(after.name)] : []), ...(renamed ? [rename(after.name, before.schema, before.name)] : [])];
    return [change(RANK.rename, before, statements)];
  }
  const temporary = temporaryName("renaming", before.name);
  return [
    change(RANK.rename, before, [rename(after.name, schema, temporary)]),
    change(RANK.renameAgain, before, [...(moved ? [move(temporary)] : []), rename(temporary, before.schema, before.name)]),
  ];
}

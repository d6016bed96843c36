/** A sentence about a migration that names nothing else. */
export function readSentence(
  text: string,
  mayName: ReadonlySet<string>,
): { readonly kind: "sentence"; readonly text: string } | { readonly kind: "failed"; readonly reason: string } {
  if (/https?:|www\.|[<>{}]/i.test(text))
    return { kind: "failed", reason: "its sentence holds what belongs into none: an address or markup" };
  if (/[.!?]\s+\S/.test(text)) return { kind: "failed", reason: "it gives more than one sentence" };
  // What is spelled like a name of the schema has to be one.
  const names = text.match(/[\p{L}\p{N}]*_[\p{L}\p{N}_]*|(?<=[`"'])[\p{L}_][\p{L}\p{N}_]*(?=[`"'])/gu) ?? [];
  const unknown = names.find((name) => !mayName.has(name.toLowerCase()));
  return unknown === undefined
    ? { kind: "sentence", text }
    : { kind: "failed", reason: `its sentence names ${unknown}, which the migration does not` };
}

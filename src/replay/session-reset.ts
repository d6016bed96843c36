/** What a tool sends between migrations, as messages: settings go in one; DISCARD and the like are refused beside others. */
export function sessionReset(resetBetween: readonly string[]): readonly string[] {
  const settings = resetBetween.every((statement) => /^(?:re)?set\s/i.test(statement));
  return settings ? [resetBetween.join(";\n")].filter((message) => message !== "") : resetBetween;
}

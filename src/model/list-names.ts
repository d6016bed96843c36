/** `a, b, c and 4 more`: at most `limit` names, in their order. */
export function listNames(names: readonly string[], limit = 3): string {
  const shown = names.slice(0, limit).join(", ");
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

/** Blanks as Perl's `[[:blank:]]` takes them: spaces and tabs, those of other scripts included. For use inside a character class. */
export const BLANKS = " \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000";

const PUNCTUATION = "[-!\"#$%&'()*+,./:;<=>?@[\\\\\\]^`{|}~]";
const WORD = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]";
const BOUNDARY = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;

/**
 * The name of a change, tag or project, as `$name_re` of `App::Sqitch::Plan` has it: it neither begins nor ends with punctuation (`_` is
 * none), holds no blank, `:`, `@`, `#` or backslash, and does not end in `~/=%^` and digits. A source for a regular expression with the flag `u`.
 */
export const NAME = `(?!${PUNCTUATION})(?:(?![~/=%^]\\p{Nd}+(?:$|[${BLANKS}]))[^${BLANKS}:@#\\\\])+(?<!${PUNCTUATION})${BOUNDARY}`;

const WHOLE_NAME = new RegExp(`^${NAME}$`, "u");
const RESERVED: ReadonlySet<string> = new Set(["ROOT", "HEAD"]);
const NAME_RULE =
  'names must not begin with punctuation, contain "@", ":", "#", "\\" or blanks, or end in punctuation or in digits that follow punctuation';

/** Why a text cannot name a project; `null` where it can. */
export function projectNameProblem(name: string): string | null {
  return WHOLE_NAME.test(name) ? null : `"${name}" is no name for a project: ${NAME_RULE}`;
}

/** What is wrong with a line that begins with no name. */
export const NO_NAME = `the name is missing or not allowed: ${NAME_RULE}`;

/** Why a name that has the right form cannot be used; `null` where it can. */
export function nameProblem(name: string, kind: "change" | "tag"): string | null {
  const shown = kind === "tag" ? `@${name}` : name;
  if (RESERVED.has(name)) return `"${shown}" is a reserved name`;
  if (/^[0-9a-f]{40}/.test(name)) return `"${shown}" could be taken for the SHA-1 id of a change`;
  if (kind === "tag" && name.includes("/")) return `the tag "${shown}" contains "/", which a tag cannot`;
  return null;
}

/** A migration's place in the order, as its name says it: numbers first, a letter behind them (`003b`) after. */
export interface Version {
  /** As written: `0012`, `1.10`, `003b`, `20240115103000`. */
  readonly text: string;
  readonly numbers: readonly bigint[];
  readonly letter: string;
}

export interface MigrationName {
  /** `null` where the name holds no number to go by. */
  readonly version: Version | null;
  /** The rest, as words. */
  readonly words: string;
}

const DATED = /^[vV]?(\d{4})[-_.](\d{2})[-_.](\d{2})(?:[-_.T ]?(\d{2})[-_.:h]?(\d{2})[-_.:m]?(\d{2})?)?(?=$|[^\d])/;
const NUMBERED = /^[vV]?(\d+(?:\.\d+)*)([a-z]?)(?=$|[-_. ])/;
const DOUBLE_UNDERSCORE = /^[vV](\d+(?:[._]\d+)*)()(?=__)/;
/** Only words that announce a number: `oauth2_clients` is no second migration. */
const WORD_FIRST =
  /^(?:migration|migrate|mig|patch|update|upgrade|release|rel|version|ver|delta|change|changeset|step|sprint|script|ddl)[-_. ]?[vV]?(\d+(?:\.\d+)*)([a-z]?)(?=$|[-_. ])/i;

/**
 * Reads a file's or folder's name without its ending: `001_x`, `V2__x`, `2024-01-15-x`, `20240115103000_x`, `1.10-x`, `003b_x`,
 * `migration_12`. Dates in parts give one version of the parts together.
 */
export function parseName(stem: string): MigrationName {
  const dated = DATED.exec(stem);
  if (dated !== null && Number(dated[2]) <= 12 && Number(dated[3]) <= 31) {
    // `2024-01-15_002_x`: several of one day are told apart by the number behind the date.
    const rest = stem.slice(dated[0].length);
    const counter = /^[-_. ](\d{1,4})(?=$|[-_. ])/.exec(rest);
    const digits = dated.slice(1).filter((part) => part !== undefined);
    const numbers = [BigInt(digits.slice(0, 3).join("")), BigInt(digits.slice(3).join("").padEnd(6, "0"))];
    if (counter?.[1] !== undefined) numbers.push(BigInt(counter[1]));
    const text = dated[0].replace(/^[vV]/, "") + (counter?.[0] ?? "");
    return { version: { text, numbers, letter: "" }, words: toWords(rest.slice(counter?.[0].length ?? 0)) };
  }
  const found = DOUBLE_UNDERSCORE.exec(stem) ?? NUMBERED.exec(stem) ?? WORD_FIRST.exec(stem);
  if (found?.[1] === undefined) return { version: null, words: toWords(stem) };
  const letter = found[2] ?? "";
  const numbers = found[1].split(/[._]/).map(BigInt);
  return { version: { text: found[1] + letter, numbers, letter }, words: toWords(stem.slice(found[0].length)) || toWords(stem) };
}

function toWords(text: string): string {
  return text.replaceAll(/[-_. ]+/g, " ").trim();
}

/** Numeric order: 2 before 10, 1.2 before 1.10, 3 before 3a; names without a version last, by their text. */
export function compareVersions(left: Version | null, right: Version | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  const length = Math.max(left.numbers.length, right.numbers.length);
  for (let at = 0; at < length; at++) {
    const difference = (left.numbers[at] ?? 0n) - (right.numbers[at] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return compareText(left.letter, right.letter);
}

/** Order by UTF-16 units, the same on every machine. */
export function compareText(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** What a file is for, as the end of its name says it. */
export type Direction = "up" | "down";

const DOTTED = /^(.+)\.(up|do|apply|down|undo|revert|rollback|deploy)$/i;
/** postgrator: `001.do.name.sql` and `001.undo.name.sql`. */
const INFIX = /^(v?\d[\d.]*)\.(do|undo)\.(.+)$/i;
const DOWN_TAIL = /^(.+)[-_](down|undo|revert|rollback)$/i;
const UP_TAIL = /^(.+)[-_](up|do|apply)$/i;

/**
 * Splits the way off a name: `x.up`, `x.down`, `x.do`, `x.undo` always; `x_up`, `x_down`, `x_rollback` only where the set holds the
 * counterpart, for `007_sign_up` is a name of its own. `stems` holds all names of the folder without their ending.
 */
export function splitDirection(stem: string, stems: ReadonlySet<string>): { readonly base: string; readonly direction: Direction | null } {
  const infix = INFIX.exec(stem);
  if (infix !== null) return { base: `${infix[1]}.${infix[3]}`, direction: infix[2]?.toLowerCase() === "do" ? "up" : "down" };
  const dotted = DOTTED.exec(stem);
  if (dotted?.[1] !== undefined) return { base: dotted[1], direction: /^(?:up|do|apply|deploy)$/i.test(dotted[2] ?? "") ? "up" : "down" };
  const down = DOWN_TAIL.exec(stem)?.[1];
  if (down !== undefined && ["", "_up", "-up", "_do", "-do", "_apply", "-apply"].some((tail) => stems.has(down + tail))) {
    return { base: down, direction: "down" };
  }
  const up = UP_TAIL.exec(stem)?.[1];
  const downTails = ["_down", "-down", "_undo", "-undo", "_revert", "-revert", "_rollback", "-rollback"];
  if (up !== undefined && downTails.some((tail) => stems.has(up + tail))) return { base: up, direction: "up" };
  return { base: stem, direction: null };
}

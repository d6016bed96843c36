import type { LiteralNames } from "./literal-names.ts";
import { maskSqlLiterals } from "./mask-sql.ts";
import { looksLikeSql } from "./sql-words.ts";

/** What of a language has to be known to find its literals and comments. */
interface Lexicon {
  /** Comments, heredocs and the rest that is found by its beginning; each ends where its pattern ends. */
  readonly comments: RegExp;
  /** Strings with their marks; `body` is the text in them. */
  readonly strings: RegExp;
}

const JAVA: Lexicon = {
  comments: /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y,
  strings: /"""(?<long>[\s\S]*?)(?:"""|$)|"(?<double>(?:\\.|[^"\\\n])*)"?|'(?<single>(?:\\.|[^'\\\n])*)'?/y,
};

const PYTHON: Lexicon = {
  comments: /#[^\n]*/y,
  strings:
    /[A-Za-z]{0,2}"""(?<long>(?:\\.|[^\\])*?)(?:"""|$)|[A-Za-z]{0,2}'''(?<other>(?:\\.|[^\\])*?)(?:'''|$)|[A-Za-z]{0,2}"(?<double>(?:\\[\s\S]|[^"\\\n])*)"?|[A-Za-z]{0,2}'(?<single>(?:\\[\s\S]|[^'\\\n])*)'?/y,
};

const RUBY: Lexicon = {
  comments: /#[^\n]*|(?<=^|\n)=begin\b[\s\S]*?(?:\n=end\b[^\n]*|$)|(?<=^|\n)__END__[\s\S]*/y,
  strings:
    /<<[~-]?(?<mark>["'`]?)(?<tag>[A-Z_][A-Z0-9_]*)\k<mark>(?<rest>[^\n]*)\n(?<heredoc>[\s\S]*?)(?:\n[ \t]*\k<tag>\b|$)|%[qQwWiI]?(?:\((?<round>[^)]*)\)?|\[(?<square>[^\]]*)\]?|\{(?<curly>[^}]*)\}?|\|(?<bar>[^|]*)\|?)|"(?<double>(?:\\[\s\S]|[^"\\])*)"?|'(?<single>(?:\\[\s\S]|[^'\\])*)'?|`(?<command>(?:\\[\s\S]|[^`\\])*)`?|(?<=[(,=~!&|{;[]\s*)\/(?<regex>(?:\\.|[^/\\\n])+)\/[imxo]*/y,
};

const LEXICONS: Readonly<Record<string, Lexicon>> = {
  java: JAVA,
  kotlin: JAVA,
  scala: JAVA,
  groovy: JAVA,
  ruby: RUBY,
  python: PYTHON,
};

/** Whether literals of this language can be told from the rest, so that they can be masked. */
export function canMask(language: string): boolean {
  return language.toLowerCase() in LEXICONS;
}

export interface ProgramMasking {
  readonly names: LiteralNames;
  readonly isKnown: (name: string) => boolean;
  readonly language: string;
}

const WORD = /[\p{L}_$@][\p{L}\p{N}_$]*/uy;
/** One digit is a position or a count, and tells nothing. */
const NUMBER = /\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[LlFfDd]?/y;

/**
 * A program with its literals replaced by names and without comments. In a text that may be SQL, SQL's own words and names of the schema stay; of every other text
 * nothing stays, unless all of it is a name of the schema. Throws for a language that `canMask` does not know.
 */
export function maskProgramLiterals(source: string, masking: ProgramMasking): string {
  const lexicon = LEXICONS[masking.language.toLowerCase()];
  if (lexicon === undefined) throw new Error(`literals of ${masking.language} cannot be told`);
  let masked = "";
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    return match === null || match[0] === "" ? null : match;
  };
  while (at < source.length) {
    const comment = take(lexicon.comments);
    const string = comment === null ? take(lexicon.strings) : null;
    const word = comment === null && string === null ? take(WORD) : null;
    const number = comment === null && string === null && word === null ? take(NUMBER) : null;
    const text = (comment ?? string ?? word ?? number)?.[0] ?? source[at] ?? "";
    if (string !== null) masked += maskText(string, masking);
    else if (number !== null && text.length > 1)
      masked += masking.names.nameOf({ kind: "number", raw: numberOf(text), value: numberOf(text) });
    else if (comment === null) masked += text;
    at += text.length;
  }
  return masked.replaceAll(/[ \t]+$/gm, "").replaceAll(/\n{3,}/g, "\n\n");
}

/** As SQL would write it: without the marks that a program may put into it. */
function numberOf(text: string): string {
  return text.replaceAll("_", "").replace(/[LlFfDd]$/, "");
}

function maskText({ groups = {} }: RegExpExecArray, { names, isKnown, language }: ProgramMasking): string {
  const { mark: _mark, tag: _tag, rest, ...bodies } = groups;
  const body = Object.values(bodies).find((text) => text !== undefined) ?? "";
  // What stands behind the beginning of a heredoc is program again.
  const behind = rest === undefined ? "" : maskProgramLiterals(rest, { names, isKnown, language });
  const value = unescape(body);
  if (value === "" || isKnown(value.toLowerCase())) return `"${value}"${behind}`;
  if (looksLikeSql(value)) return `"${maskSqlLiterals(value, { names, words: "known", isKnown })}"${behind}`;
  return `"${names.nameOf({ kind: "text", raw: quoteText(value), value })}"${behind}`;
}

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", s: " " };

function unescape(body: string): string {
  return body.replaceAll(/\\([\s\S])/g, (_whole, character: string) => ESCAPED[character] ?? character);
}

function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

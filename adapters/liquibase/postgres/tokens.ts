/** A token as Liquibase's grammar cuts it (`SimpleSqlGrammar.jj`). It knows no dollar quotes. */
export interface SqlToken {
  readonly kind: "comment" | "space" | "word" | "quoted" | "other";
  readonly text: string;
  readonly offset: number;
}

const grammar =
  /(?<comment>--[^\r\n]*|\/\*[^*]*\*(?:\*|[^*/][^*]*\*)*\/)|(?<space>(?:\s|\u180e|\u200b|\u200c|\u200d|\u2060|\u0085)+)|(?<quoted>(?:[uenrb]|rb|_utf8)?(?:'(?:''|\\[\s\S]|[^\\'])*'|"(?:""|\\[\s\S]|[^\\"])*"))|(?<word>[\p{L}$_][\p{L}\p{N}$_#@]*)|(?<other>\d+(?:\.\d*)?|[\s\S])/giuy;

/** Cuts a text into tokens; joined they give the text again. */
export function tokenize(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  grammar.lastIndex = 0;
  for (let match = grammar.exec(text); match !== null; match = grammar.exec(text)) {
    const groups = match.groups ?? {};
    const kind = (["comment", "space", "quoted", "word"] as const).find((each) => groups[each] !== undefined) ?? "other";
    tokens.push({ kind, text: match[0], offset: match.index });
  }
  return tokens;
}

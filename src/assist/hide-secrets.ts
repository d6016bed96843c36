import { maskSecrets } from "../sql/secrets.ts";

/** Names whose value nobody may read, in whatever language. */
const NAMED =
  /((?:passw(?:or)?d|passphrase|pwd|secret|token|credential|private_?key|access_?key|api_?key|auth)\w*["']?\s*(?:=>|:=|[=:,(])\s*(?:[A-Za-z]\w{0,12}\()?)((["'`])(?:\\[\s\S]|(?!\3)[\s\S])*\3)/gi;

/** Keys that are known by their own form: OpenAI, Anthropic, AWS, GitHub, GitLab, Slack, Google, Stripe, JSON web tokens, PEM. */
const KEYS =
  /\b(?:sk-[\w-]{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|[rs]k_live_\w{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** The password of any URL, and `password=` of connection strings. */
const CONNECTIONS = /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"]*:)[^\s@'"/]+(?=@)|(?<=\b(?:password|pwd)=)[^\s;&'"]+/gi;

/** A text of any language with what is known to be a secret replaced by `***`. Always done, whatever else may be sent. */
export function hideSecrets(text: string): string {
  return maskSecrets(text)
    .replaceAll(NAMED, (_whole, before: string, _literal: string, quote: string) => `${before}${quote}***${quote}`)
    .replaceAll(CONNECTIONS, "***")
    .replaceAll(KEYS, "***");
}

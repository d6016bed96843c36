/** How placeholders look, and their values; keys in lower case, because Flyway compares them so. */
export interface PlaceholderSettings {
  readonly prefix: string;
  readonly suffix: string;
  readonly values: ReadonlyMap<string, string>;
}

/** A text after replacement, with the way back from its offsets to those of the file. */
export interface ReplacedText {
  readonly text: string;
  /** Placeholders without a value: as written, with the offset in the original text. */
  readonly unknown: readonly { readonly name: string; readonly offset: number }[];
  /** The keys that were replaced, in lower case. */
  readonly used: ReadonlySet<string>;
  /** Offset in the original text of an offset in `text`; within a replacement, that of its placeholder. */
  originalOffset(offset: number): number;
}

interface Segment {
  /** Where the segment starts in the new text, and in the original. */
  readonly at: number;
  readonly original: number;
  readonly replaced: boolean;
}

/** A text in which nothing is replaced. */
export function withoutReplacement(text: string): ReplacedText {
  return { text, unknown: [], used: new Set(), originalOffset: (offset) => offset };
}

/**
 * Replaces placeholders as `org.flywaydb.core.internal.parser.PlaceholderReplacingReader` does: textually everywhere, no
 * nesting, no escape. After a partial match of the prefix the character that broke it is passed over unseen,
 * so `$${x}` stays as it is. Unknown placeholders are all listed and left as written.
 */
export function replacePlaceholders(text: string, settings: PlaceholderSettings): ReplacedText {
  const { prefix, suffix, values } = settings;
  const first = prefix.charAt(0);
  if (first === "" || suffix === "" || !text.includes(prefix)) return withoutReplacement(text);

  const pieces: string[] = [];
  const segments: Segment[] = [];
  const unknown: { name: string; offset: number }[] = [];
  const used = new Set<string>();
  let length = 0;
  let copied = 0;
  let at = text.indexOf(first);

  const push = (piece: string, original: number, replaced: boolean): void => {
    if (piece === "") return;
    segments.push({ at: length, original, replaced });
    pieces.push(piece);
    length += piece.length;
  };

  while (at !== -1) {
    let matched = 1;
    while (matched < prefix.length && text[at + matched] === prefix[matched]) matched++;
    if (matched < prefix.length) {
      at = text.indexOf(first, at + matched + 1);
      continue;
    }
    const end = text.indexOf(suffix, at + prefix.length);
    const name = text.slice(at + prefix.length, end === -1 ? text.length : end);
    const after = end === -1 ? text.length : end + suffix.length;
    const key = name.toLowerCase();
    const value = end === -1 ? undefined : values.get(key);
    if (value === undefined) {
      unknown.push({ name: end === -1 ? (name.split("\n")[0] ?? "") : name, offset: at });
    } else {
      used.add(key);
      push(text.slice(copied, at), copied, false);
      push(value, at, true);
      copied = after;
    }
    at = text.indexOf(first, after);
  }
  push(text.slice(copied), copied, false);

  return { text: pieces.join(""), unknown, used, originalOffset: (offset) => lookUp(segments, offset) };
}

function lookUp(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const segment = segments[low];
  if (segment === undefined) return 0;
  return segment.replaced ? segment.original : segment.original + (offset - segment.at);
}

import { pieceEnd } from "./report-data.ts";

/** HTML that is safe to stand in a page: made by `html`, which escapes everything that is not itself `Markup`. */
export interface Markup {
  readonly kind: "markup";
  readonly text: string;
}

type Piece = Markup | string | number | null | readonly Piece[];

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

// eslint-disable-next-line no-control-regex -- those are the ones that are shown as U+FFFD
const special = /[&<>"'\u0000-\u0008\u000B\u000C\u000E-\u001F]/g;

/** Escapes a text for an element or a quoted attribute. Control characters, which no page may hold, become U+FFFD. */
function escape(text: string): string {
  return text.replaceAll(special, (character) => entities[character] ?? "\uFFFD");
}

function render(piece: Piece): string {
  if (piece === null) return "";
  if (typeof piece === "string") return escape(piece);
  if (typeof piece === "number") return String(piece);
  return "kind" in piece ? piece.text : piece.map(render).join("");
}

/** A piece of a page. Values are escaped, other pieces and lists of them stand as they are, `null` is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  const fixed = withoutIndents(strings);
  let text = fixed[0] ?? "";
  values.forEach((value, index) => (text += render(value) + (fixed[index + 1] ?? "")));
  return { kind: "markup", text };
}

const known = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Our own source is indented; the page need not be. */
function withoutIndents(strings: TemplateStringsArray): readonly string[] {
  const before = known.get(strings);
  if (before !== undefined) return before;
  const fixed = strings.map((part) => part.replaceAll(/\n\s*/g, "\n"));
  known.set(strings, fixed);
  return fixed;
}

/** Without the line breaks between tags, for what stands in a page thousands of times. What users wrote is escaped, so none of it stands between tags. */
export function tight({ text }: Markup): Markup {
  return { kind: "markup", text: text.replaceAll(/>\s*\n\s*</g, "><") };
}

/** Pieces with another between each two. */
export function join(pieces: readonly Markup[], between: Markup): Markup {
  return { kind: "markup", text: pieces.map(({ text }) => text).join(between.text) };
}

/** JSON that may stand in a script element: nothing in it can end the element or begin a comment or another script (HTML standard, 4.12.1.3). */
export function jsonForScript(value: unknown): Markup {
  const text = JSON.stringify(value).replaceAll("</", String.raw`<\/`);
  return { kind: "markup", text: text.replaceAll(/<(?=!|script)/gi, String.raw`\u003c`) };
}

/** Pieces of a page that stand in a script element as they are, one behind the other. Escaped text can neither end the element nor hold the character between two pieces. */
export function piecesForScript(pieces: readonly string[]): Markup {
  return ownCode(pieces.join(pieceEnd));
}

/** The text of our own program or style sheet, which must not end its element. Throws where it would: that is a mistake of the build. */
export function ownCode(text: string): Markup {
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error("the code of the report would end its own element");
  return { kind: "markup", text };
}

/** Markup of our own that stands in a constant. */
export function own(text: string): Markup {
  return { kind: "markup", text };
}

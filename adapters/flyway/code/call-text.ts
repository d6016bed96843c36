const quotedOrComment = /"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;

/** The offset after a string, a character or a comment that begins at `at`; `at` itself where none does. */
function skip(text: string, at: number): number {
  quotedOrComment.lastIndex = at;
  return quotedOrComment.exec(text) === null ? at : quotedOrComment.lastIndex;
}

/** The offset of the bracket that closes the one at `open` in a program's source; `null` where none does. */
export function closeOf(text: string, open: number): number | null {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const after = skip(text, at);
    if (after > at) {
      at = after - 1;
      continue;
    }
    const character = text.charAt(at);
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character) && --depth === 0) return at;
  }
  return null;
}

/** The arguments in the text between two brackets, comments left out; an empty list where there are none. */
export function argumentsOf(inside: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let current = "";
  for (let at = 0; at < inside.length; at++) {
    const after = skip(inside, at);
    if (after > at) {
      if (inside[at] !== "/") current += inside.slice(at, after);
      at = after - 1;
      continue;
    }
    const character = inside.charAt(at);
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    if (character === "," && depth === 0) {
      found.push(current.trim());
      current = "";
    } else current += character;
  }
  return [...found, current.trim()].filter((one) => one !== "");
}

import type { Key } from "ink";
import { charactersOf } from "../review/text-width.ts";

/** The names of the keys that an input of the terminal stands for, as `review/keys.ts` has them; a paste, or keys that came together, are several. */
export function keyNames(input: string, key: Key): readonly string[] {
  if (key.ctrl) return [`ctrl+${input}`];
  const named = Object.entries(NAMED).find(([, is]) => is(key));
  if (named !== undefined) return [named[0]];
  if (key.meta) return [];
  return charactersOf(input).map((character) => CHARACTERS[character] ?? character);
}

const NAMED: Readonly<Record<string, (key: Key) => boolean>> = {
  up: (key) => key.upArrow,
  down: (key) => key.downArrow,
  left: (key) => key.leftArrow,
  right: (key) => key.rightArrow,
  pageup: (key) => key.pageUp,
  pagedown: (key) => key.pageDown,
  home: (key) => key.home,
  end: (key) => key.end,
  return: (key) => key.return,
  escape: (key) => key.escape,
  tab: (key) => key.tab,
  backspace: (key) => key.backspace,
  delete: (key) => key.delete,
};

const CHARACTERS: Readonly<Record<string, string>> = {
  " ": "space",
  "\r": "return",
  "\n": "return",
  "\t": "tab",
  "\u001B": "escape",
  "\u007F": "backspace",
};

import type { ReviewSession } from "./session.ts";

/** Everything that a person can do in a review with one key. */
export type Action =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "open"
  | "back"
  | "next-open"
  | "keep"
  | "use-suggestion"
  | "edit"
  | "exclude"
  | "extract"
  | "ask-model"
  | "skip"
  | "undo"
  | "note"
  | "search"
  | "filter"
  | "sort"
  | "prove"
  | "approve"
  | "help"
  | "quit"
  | "interrupt";

interface Binding {
  readonly action: Action;
  /** Names of keys; the first is the one that is shown. */
  readonly keys: readonly string[];
  /** One or two words, for the line below. */
  readonly short: string;
  /** What it does, for the help. */
  readonly does: string;
  readonly screens: readonly ReviewSession["screen"][];
  /** Whether it looks around only, so that it works while something is under way. */
  readonly looks: boolean;
}

const everywhere = ["list", "detail", "help"] as const;
const deciding = ["list", "detail"] as const;

/** The one table of keys: what they do, and the help, come from it. */
export const BINDINGS: readonly Binding[] = [
  { action: "up", keys: ["up"], short: "up", does: "move up, or scroll up", screens: everywhere, looks: true },
  { action: "down", keys: ["down"], short: "down", does: "move down, or scroll down", screens: everywhere, looks: true },
  { action: "page-up", keys: ["pageup"], short: "page up", does: "a screen up", screens: everywhere, looks: true },
  { action: "page-down", keys: ["pagedown", "space"], short: "page down", does: "a screen down", screens: everywhere, looks: true },
  { action: "first", keys: ["home"], short: "first", does: "to the beginning", screens: everywhere, looks: true },
  { action: "last", keys: ["end"], short: "last", does: "to the end", screens: everywhere, looks: true },
  {
    action: "open",
    keys: ["return", "right"],
    short: "look",
    does: "look at the question: source, suggestion, evidence, choices",
    screens: ["list"],
    looks: true,
  },
  {
    action: "back",
    keys: ["escape", "left"],
    short: "back",
    does: "back to the list; while something runs: stop it",
    screens: everywhere,
    looks: true,
  },
  { action: "keep", keys: ["k"], short: "keep", does: "keep it as it is", screens: deciding, looks: false },
  {
    action: "use-suggestion",
    keys: ["u"],
    short: "use suggestion",
    does: "use the suggestion; it is run and proven first",
    screens: deciding,
    looks: false,
  },
  {
    action: "edit",
    keys: ["e"],
    short: "edit",
    does: "write the SQL in $EDITOR; it is run and proven, and the verdict shown",
    screens: deciding,
    looks: false,
  },
  {
    action: "exclude",
    keys: ["x"],
    short: "exclude",
    does: "leave the migration out, with what depends on it",
    screens: deciding,
    looks: false,
  },
  {
    action: "extract",
    keys: ["f"],
    short: "function",
    does: "move the data change into a function of schema pggit (extract)",
    screens: deciding,
    looks: false,
  },
  {
    action: "ask-model",
    keys: ["m"],
    short: "ask the model",
    does: "ask the language model (--ai); what it drafts is run and proven before it is shown",
    screens: deciding,
    looks: false,
  },
  { action: "next-open", keys: ["tab", "n"], short: "next open", does: "to the next open question", screens: deciding, looks: true },
  { action: "skip", keys: ["s"], short: "skip", does: "leave it open for now, and go to the next", screens: deciding, looks: true },
  { action: "undo", keys: ["z"], short: "undo", does: "take back the last decision of this review", screens: deciding, looks: false },
  { action: "note", keys: ["r"], short: "reason", does: "write down the reason for the decision", screens: deciding, looks: false },
  { action: "search", keys: ["/"], short: "search", does: "show only what contains these words", screens: ["list"], looks: true },
  {
    action: "filter",
    keys: ["v"],
    short: "view",
    does: "show the open questions, all, or the decided ones",
    screens: ["list"],
    looks: true,
  },
  { action: "sort", keys: ["o"], short: "sort", does: "sort by risk, order, confidence, or kind", screens: ["list"], looks: true },
  {
    action: "prove",
    keys: ["p"],
    short: "prove",
    does: "run everything that was decided, and write the plan",
    screens: deciding,
    looks: false,
  },
  { action: "approve", keys: ["A"], short: "approve", does: "approve the plan as it stands", screens: deciding, looks: false },
  { action: "help", keys: ["?"], short: "help", does: "this help", screens: everywhere, looks: true },
  {
    action: "quit",
    keys: ["q"],
    short: "quit",
    does: "prove what was decided, then leave; again: leave at once, decisions stay saved",
    screens: everywhere,
    looks: true,
  },
  {
    action: "interrupt",
    keys: ["ctrl+c"],
    short: "leave",
    does: "leave at once; decisions stay saved in decisions.yaml",
    screens: everywhere,
    looks: true,
  },
];

/** What a key does on a screen; `null` where it does nothing. */
export function bindingOf(key: string, screen: ReviewSession["screen"]): Binding | null {
  return BINDINGS.find(({ keys, screens }) => keys.includes(key) && screens.includes(screen)) ?? null;
}

const SHOWN: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  pageup: "PgUp",
  pagedown: "PgDn",
  return: "Enter",
  escape: "Esc",
  tab: "Tab",
  space: "Space",
  home: "Home",
  end: "End",
  "ctrl+c": "Ctrl-C",
};

/** A key as it stands on the keyboard. */
export function keyLabel(key: string): string {
  return SHOWN[key] ?? key;
}

/** The help, line by line: the keys of each row, and what they do. */
export function helpRows(): readonly { readonly keys: string; readonly does: string }[] {
  const digits = { keys: "1 … 9", does: "decide with the choice of that number, as the question lists them" };
  return [...BINDINGS.map(({ keys, does }) => ({ keys: keys.map(keyLabel).join(" "), does })), digits];
}

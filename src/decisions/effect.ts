import type { EdgeCase, EdgeCaseKind } from "../model/edge-case.ts";
import type { Migration } from "../model/history.ts";
import { isMovable } from "./extract.ts";
import { keepDataChoice } from "./keep-data.ts";
import type { RecordedDecision } from "./decision-file.ts";

/** What a decision changes in what is written and run. */
export type Effect =
  /** Nothing: the conversion is already what was chosen. */
  | { readonly kind: "as-it-stands" }
  | { readonly kind: "leave-out"; readonly migrations: readonly string[] }
  /** Its migrations are no part of the main history, and now of no branch either. */
  | { readonly kind: "leave-out-environment"; readonly environment: string }
  /** In the place of the statement or program that was asked about. */
  | { readonly kind: "replace-step"; readonly sql: string }
  /** The statement that was asked about, and those like it, become functions of schema pggit with a call in their place. */
  | { readonly kind: "extract-step" }
  /** In the place of the authors' way back; it is proven like any other. */
  | { readonly kind: "way-back"; readonly sql: string; readonly origin?: "model" };

/** Why a choice cannot be taken, and what to do instead. */
export interface Impossible {
  readonly kind: "impossible";
  readonly message: string;
  readonly hint: string;
}

interface Chosen {
  readonly edgeCase: EdgeCase;
  readonly decision: RecordedDecision;
  /** That the edge case is about; `null` for the whole history. */
  readonly migration: Migration | null;
}

const asItStands: Effect = { kind: "as-it-stands" };

function impossible(message: string, hint: string): Impossible {
  return { kind: "impossible", message, hint };
}

/** What `edit` replaces, by kind. Elsewhere the source file is what has to change. */
const EDITED: Partial<Record<EdgeCaseKind, "replace-step" | "way-back">> = {
  "custom-code": "replace-step",
  "replay-failure": "replace-step",
  "rollback-wrong": "way-back",
  irreversible: "way-back",
  "data-change": "replace-step",
};

const CHOICES: Readonly<Record<string, (chosen: Chosen) => Effect | Impossible>> = {
  // The migration is marked for it before the history runs; where its rows cannot be saved, the question does not list it.
  [keepDataChoice]: () => asItStands,
  keep({ edgeCase, migration }) {
    if (edgeCase.kind === "rollback-wrong") {
      return impossible(
        "The authors' rollback does not restore what was before, and no way back is written that was not proven.",
        "Choose use-suggestion where it is listed, or edit with the SQL of another way back.",
      );
    }
    if (edgeCase.kind === "replay-failure") {
      return impossible(
        "PostgreSQL refused the statement: it stands in up.sql as a comment, and nothing would run it.",
        "Choose edit with the SQL that stands in its place; a comment alone (sql: -- not needed) leaves the statement out.",
      );
    }
    if (edgeCase.kind === "environment-specific" && (migration === null || migration.environment !== null)) {
      return impossible(
        "Migrations of one environment are not moved into the main history by a decision.",
        "Run `pggit migrate --environment NAME` to convert them with the others, or map the environment in pggit.yaml.",
      );
    }
    return asItStands;
  },
  exclude({ edgeCase, decision, migration }) {
    if (migration !== null) return { kind: "leave-out", migrations: [migration.id, ...decision.with] };
    const branch = edgeCase.kind === "environment-specific" ? edgeCase.choices.find((one) => one.startsWith("branch=")) : undefined;
    if (branch !== undefined) return { kind: "leave-out-environment", environment: branch.slice("branch=".length) };
    return impossible("There is no migration of this history that could be left out.", "Choose another of its choices.");
  },
  "use-suggestion"({ edgeCase: { kind, suggestion } }) {
    if (EDITED[kind] === "way-back" && suggestion?.origin === "model" && suggestion.sql !== null)
      return { kind: "way-back", sql: suggestion.sql, origin: "model" };
    if (kind === "rollback-wrong" && suggestion?.proven === true) return asItStands;
    if (EDITED[kind] === "replace-step" && kind !== "data-change" && suggestion !== null && suggestion.sql !== null) {
      return { kind: "replace-step", sql: suggestion.sql };
    }
    return impossible("The suggestion is in words, not in SQL that could be run.", "Choose another of its choices.");
  },
  extract({ edgeCase: { kind, source } }) {
    if (kind === "data-change" && source !== null && isMovable(source.text)) return { kind: "extract-step" };
    return impossible(
      "Only a statement that changes rows by itself becomes a function: this one is code already, or returns rows.",
      "Choose keep, or edit.",
    );
  },
  edit({ edgeCase: { kind }, decision: { sql } }) {
    const replaced = EDITED[kind];
    if (replaced === undefined) {
      return impossible(
        `SQL cannot stand in for what a question of kind ${kind} is about.`,
        "Change the migration's source file and run the same command again, or choose another of its choices.",
      );
    }
    if (sql === null) return impossible("edit needs the SQL that is to stand there.", "Give it as sql: in the decision.");
    return { kind: replaced, sql };
  },
};

/** What a choice that an edge case lists changes, or why it cannot be carried out: nothing is accepted that has no effect of its own. */
export function effectOf(chosen: Chosen): Effect | Impossible {
  const { edgeCase, decision } = chosen;
  const { choice } = decision;
  if (!edgeCase.choices.includes(choice)) {
    return impossible(
      `${edgeCase.id} cannot be decided with "${choice}": its choices are ${edgeCase.choices.join(", ")}.`,
      "Take one of these.",
    );
  }
  if (decision.with.length > 0 && choice !== "exclude") return impossible("with: belongs to exclude alone.", "Take it out.");
  if (decision.sql !== null && choice !== "edit" && choice !== "use-suggestion")
    return impossible("sql: belongs to edit alone.", "Take it out, or choose edit.");
  // The plan has a branch of that name already.
  if (choice.startsWith("branch=")) return asItStands;
  const effect = CHOICES[choice];
  return effect === undefined
    ? impossible(`"${choice}" of ${edgeCase.id} cannot be carried out yet.`, "Take another of its choices.")
    : effect(chosen);
}

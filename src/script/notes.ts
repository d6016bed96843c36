import type { EdgeCaseDraft } from "../model/edge-case.ts";
import type { Finding, Inspector, Step } from "../model/history.ts";
import type { SourceLocation } from "../model/source.ts";

/** Something that running a program showed and that asks nothing. */
export interface Note {
  readonly code: string;
  readonly message: string;
  readonly location: SourceLocation;
}

/** What running a migration found out. */
export interface Outcome {
  readonly notes: readonly Note[];
  readonly edgeCases: readonly EdgeCaseDraft[];
}

/** Where and which way a migration runs, and where its steps go. */
export interface Run {
  readonly at: Inspector;
  readonly direction: "up" | "down";
  readonly emit: (step: Step) => Promise<void>;
}

/** Collects notes, each of them once. */
export function createNotes(): {
  readonly notes: readonly Note[];
  readonly note: (code: string, message: string, location: SourceLocation) => void;
} {
  const notes: Note[] = [];
  return {
    notes,
    note(code, message, location) {
      if (!notes.some((each) => each.code === code && each.message === message)) notes.push({ code, message, location });
    },
  };
}

/** The notes of a migration as findings of its history. */
export function findingsOf({ notes }: Pick<Outcome, "notes">, migration: string): readonly Finding[] {
  return notes.map(({ code, message, location }) => ({ kind: "finding", code, message, location, migration }));
}

import type { Value } from "../../../src/script/value.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import type { FieldContext } from "../build/field.ts";
import type { Editor } from "../editor/editor.ts";
import type { ProjectState } from "../state/project-state.ts";
import type { ProjectView } from "../state/view.ts";
import type { Bound, Spec } from "../values.ts";

/** What the database side of an operation works with. */
export interface Turn {
  readonly app: string;
  readonly editor: Editor;
  /** Before the operation in the direction in which it runs. */
  readonly from: ProjectView;
  readonly to: ProjectView;
  /** Code of the project: what it sends, and what of it cannot be followed. */
  readonly code: CodeRunner;
}

/** Runs functions of the project that an operation names. */
export interface CodeRunner {
  /** `code(apps, schema_editor)`. */
  runFunction(callee: Value, location: SourceLocation): Promise<void>;
  /** A method of an operation whose class is the project's own. */
  runMethod(operation: Value, method: "database_forwards" | "database_backwards", location: SourceLocation): Promise<void>;
}

/** One operation of a migration: its state side and its database side, which never look at each other. */
export interface Operation {
  /** As it is written: `AddField`. */
  readonly name: string;
  readonly location: SourceLocation;
  /** `reversible`. */
  readonly canGoBack: boolean;
  state(state: ProjectState): ProjectState;
  forwards(turn: Turn): Promise<void>;
  backwards(turn: Turn): Promise<void>;
}

/** What operations are built with. */
export interface OperationContext extends FieldContext {
  /** Builds operations within another one. */
  build(value: Value | undefined, location: SourceLocation): Promise<readonly Operation[]>;
}

/** Arguments of an operation by name. */
export interface OperationCall {
  readonly spec: Spec;
  readonly given: Bound;
  readonly location: SourceLocation;
  readonly at: OperationContext;
}

/** A kind of operation: its parameters in order, and how it is built. */
export interface OperationKind {
  readonly parameters: readonly string[];
  build(call: OperationCall): Promise<Omit<Operation, "name" | "location">>;
}

export const nothing = async (): Promise<void> => undefined;

/** An operation that no database sees. */
export const unseen = { canGoBack: true, forwards: nothing, backwards: nothing };

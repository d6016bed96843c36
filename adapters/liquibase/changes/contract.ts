import type { Inspector, Step } from "../../../src/model/history.ts";
import type { SourceLocation } from "../../../src/model/source.ts";
import type { Node } from "../source/node.ts";
import type { Naming } from "../postgres/quoting.ts";

/** A file that a change names, read. */
export interface ChangeFile {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
  readonly bytes: Buffer;
}

/** What a change is turned into SQL with. */
export interface ChangeContext {
  readonly naming: Naming;
  /** The shadow as it stands just before the change. */
  readonly at: Inspector;
  /** A file that the change names, as its `relativeToChangelogFile` says; read and known to be there. */
  readonly file: (path: string) => ChangeFile;
  /** Told in the report: what was noticed while the SQL was made. */
  readonly note: (code: string, message: string, location: SourceLocation) => void;
  /** A text of a file with its `${…}` replaced. */
  readonly expand: (text: string) => string;
}

/** One kind of change. */
export interface ChangeType {
  /** The attributes and children that it knows; others are told as misspelt. */
  readonly fields: readonly string[];
  /** It is no SQL: Java, a program, an extension. Its step is custom code. */
  readonly foreign?: true;
  /** What Liquibase 4.28 does for it on PostgreSQL. */
  generate(change: Node, context: ChangeContext): readonly Step[] | Promise<readonly Step[]>;
  /** The changes by which Liquibase takes it back of its own accord (`createInverses`); absent where it cannot. */
  inverse?(change: Node): readonly Node[];
}

/** A statement that stands where its change does. */
export function statement(sql: string, location: SourceLocation): Step {
  return { kind: "statement", sql, location };
}

/** A change made of attributes alone, for inverses. */
export function changeNode(name: string, attributes: Readonly<Record<string, string | null>>, location: SourceLocation): Node {
  const children = Object.entries(attributes).flatMap(([key, value]): readonly Node[] =>
    value === null ? [] : [{ name: key, value, children: [], location }],
  );
  return { name, value: null, children, location };
}

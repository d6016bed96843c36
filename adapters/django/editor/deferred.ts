/** A table and columns of it that a waiting statement names. */
export interface Reference {
  readonly table: string;
  readonly columns: readonly string[];
}

/** A statement that Django keeps for the end of its migration (`deferred_sql`), so that what follows can rename or drop what it names. */
export interface Deferred {
  readonly references: readonly Reference[];
  readonly sql: (references: readonly Reference[]) => string;
}

/** `ddl_references.Statement`, as a list of those that wait. Has the lifetime of one migration. */
export interface DeferredStatements {
  add(...statements: readonly Deferred[]): void;
  /** Drops those that name the table. */
  forgetTable(table: string): void;
  forgetColumn(table: string, column: string): void;
  renameTable(from: string, to: string): void;
  renameColumn(table: string, names: { readonly from: string; readonly to: string }): void;
  /** In the order in which they were added. */
  all(): readonly string[];
}

export function createDeferred(): DeferredStatements {
  let waiting: readonly Deferred[] = [];
  const change = (change: (reference: Reference) => Reference): void => {
    waiting = waiting.map((each) => ({ ...each, references: each.references.map(change) }));
  };
  return {
    add(...statements) {
      waiting = [...waiting, ...statements];
    },
    forgetTable(table) {
      waiting = waiting.filter(({ references }) => references.every((each) => each.table !== table));
    },
    forgetColumn(table, column) {
      waiting = waiting.filter(({ references }) => references.every((each) => each.table !== table || !each.columns.includes(column)));
    },
    renameTable(from, to) {
      change((each) => (each.table === from ? { ...each, table: to } : each));
    },
    renameColumn(table, { from, to }) {
      change((each) => (each.table === table ? { ...each, columns: each.columns.map((column) => (column === from ? to : column)) } : each));
    },
    all: () => waiting.map(({ sql, references }) => sql(references)),
  };
}

/** What a statement says that names one table alone. */
export function firstReference(references: readonly Reference[]): Reference {
  return references[0] ?? { table: "", columns: [] };
}

/** An event trigger by which the pgGit extension records DDL by itself. */
export interface RecordingTrigger {
  readonly name: string;
  /** `pg_event_trigger.evtenabled`: O origin, D disabled, R replica, A always. */
  readonly enabled: "O" | "D" | "R" | "A";
  /** Whether this role may switch it (its owner, or a superuser). */
  readonly mayAlter: boolean;
}

/** The record that a target database holds, as `findStore` saw it. */
export type Store =
  | { readonly kind: "none" }
  /** Our own `pggit` schema. `missing`: numbered files that this program has and the target does not. */
  | { readonly kind: "own"; readonly missing: readonly number[] }
  /** The tables of the pgGit extension, in shape A. */
  | {
      readonly kind: "native";
      /** As `own`, of `pggit_migrate` alone. */
      readonly missing: readonly number[];
      /** Tables that not every release has. */
      readonly optional: ReadonlySet<OptionalTable>;
      readonly triggers: readonly RecordingTrigger[];
      /** What the user must know, in sentences. */
      readonly warnings: readonly string[];
    };

/** A store that is there and complete: what `createStore` gives. */
export type ReadyStore = Exclude<Store, { readonly kind: "none" }>;

export const optionalTables = ["external_migrations", "branch_size_metrics", "ai_decisions", "ai_edge_cases"] as const;
export type OptionalTable = (typeof optionalTables)[number];

/** Whether a schema belongs to the record or to the pgGit extension: no reader of the user's schema looks into it. */
export function isRecordSchema(name: string): boolean {
  return name === "pggit" || /^pggit_(?:migrate|audit|migration|base|branch|v0|v2)/.test(name);
}

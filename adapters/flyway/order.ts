import { inputFailure } from "../../src/model/failure.ts";
import type { Failure } from "../../src/model/failure.ts";
import type { Finding } from "../../src/model/history.ts";
import type { Entry } from "./entries.ts";
import { momentOf, orderOfEvent } from "./events.ts";
import type { FlywaySettings } from "./settings/interpret.ts";
import type { FlywayVersion } from "./version.ts";
import { compareText, compareVersions, parseVersion, versionKey } from "./version.ts";

/** The entries of a project in the order in which `migrate` runs them on an empty database. */
export interface OrderedEntries {
  /** Callbacks that run once, versioned migrations (a baseline where the chain begins with one) and repeatables. */
  readonly run: readonly Entry[];
  /** Callbacks around every migration, in order. */
  readonly beforeEach: readonly Entry[];
  readonly afterEach: readonly Entry[];
  /** By the key of the version. */
  readonly undo: ReadonlyMap<string, Entry>;
  /** Baselines beside a chain that reaches as far, with the last migration that they stand for. */
  readonly baselines: readonly { readonly entry: Entry; readonly through: Entry }[];
  readonly failures: readonly Failure[];
  readonly findings: readonly Finding[];
}

function note(code: string, message: string, entry: Entry): Finding {
  return { kind: "finding", code, message, location: { file: entry.shown, line: 1 }, migration: null };
}

/** Groups that Flyway would refuse: the same key twice where both count for one environment. */
function findDuplicates(entries: readonly Entry[], keyOf: (entry: Entry) => string, what: string): readonly Failure[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const failures: Failure[] = [];
  for (const group of groups.values()) {
    const clash = group.filter((entry, index) =>
      group.some(
        (other, at) =>
          at !== index && (other.environment === entry.environment || other.environment === null || entry.environment === null),
      ),
    );
    const [first] = clash;
    if (first === undefined) continue;
    failures.push(
      inputFailure("duplicate-migration", `${clash.length} ${what} are ${first.id}: ${clash.map((entry) => entry.shown).join(", ")}`, {
        location: { file: first.shown, line: 1 },
        hint: "Remove or rename all but one; if they belong to different databases, choose the folders with --location.",
      }),
    );
  }
  return failures;
}

function byVersion(left: Entry, right: Entry): number {
  return left.version === null || right.version === null ? 0 : compareVersions(left.version, right.version);
}

function keyOfVersion(entry: Entry): string {
  return entry.version === null ? "" : versionKey(entry.version);
}

function upTo(entries: readonly Entry[], version: FlywayVersion): readonly Entry[] {
  return entries.filter((entry) => entry.version !== null && compareVersions(entry.version, version) <= 0);
}

/** Where the chain begins, and which baselines stand beside it. Only the highest baseline without older migrations can be a beginning. */
function placeBaselines(
  baselines: readonly Entry[],
  versioned: readonly Entry[],
): Pick<OrderedEntries, "baselines" | "findings"> & { readonly chain: readonly Entry[] } {
  const findings: Finding[] = [];
  const beside: { entry: Entry; through: Entry }[] = [];
  let start: Entry | null = null;
  for (const entry of baselines) {
    const through = entry.version === null ? undefined : upTo(versioned, entry.version).at(-1);
    if (through !== undefined) beside.push({ entry, through });
    else {
      if (start !== null)
        findings.push(
          note("superseded-baseline", `${start.id} is passed over: ${entry.id} is a later baseline and nothing stands between them`, start),
        );
      start = entry;
    }
  }
  return { chain: start === null ? versioned : [start, ...versioned], baselines: beside, findings };
}

/**
 * Puts everything that was read into Flyway's order: events before the first migration, versions ascending, `afterVersioned`, then
 * `beforeRepeatables` and repeatables by description, then the events at the end (`DbMigrate`). Reports duplicates and what would not run.
 */
export function orderEntries(
  entries: readonly Entry[],
  { target, skipDefaultCallbacks }: Pick<FlywaySettings, "target" | "skipDefaultCallbacks">,
): OrderedEntries {
  const findings: Finding[] = [];
  const of = (kind: Entry["kind"]): readonly Entry[] => entries.filter((entry) => entry.kind === kind);
  const versionedAll = of("versioned").toSorted((left, right) => byVersion(left, right) || compareText(left.shown, right.shown));
  const limit = target === null || /^(?:latest|current|next)$/i.test(target) ? null : parseVersion(target.replace(/\?$/, ""));
  const below = (entry: Entry): boolean => limit === null || entry.version === null || compareVersions(entry.version, limit) <= 0;
  for (const entry of versionedAll)
    if (!below(entry))
      findings.push(note("above-target", `${entry.id} is above the target ${target ?? ""} of the settings and does not run`, entry));
  const versioned = versionedAll.filter(below);
  const repeatables = of("repeatable").toSorted((left, right) => compareText(left.description, right.description));
  const baselines = of("baseline").filter(below).toSorted(byVersion);
  const found = of("callback");
  const callbacks = (skipDefaultCallbacks ? [] : found).toSorted((left, right) => compareText(left.description, right.description));

  const [unused] = skipDefaultCallbacks ? found : [];
  if (unused !== undefined) {
    const ids = found.map((entry) => entry.id).join(", ");
    findings.push(note("callback-not-run", `skipDefaultCallbacks is on, so Flyway does not run ${ids}`, unused));
  }

  const failures = [
    ...findDuplicates(versionedAll, keyOfVersion, "migrations"),
    ...findDuplicates(repeatables, (entry) => entry.description, "repeatable migrations"),
    ...findDuplicates(of("undo"), keyOfVersion, "undo migrations"),
    ...findDuplicates(of("baseline"), keyOfVersion, "baseline migrations"),
    ...findDuplicates(callbacks, (entry) => entry.id, "callbacks"),
  ];

  const at = (...moments: readonly string[]): readonly Entry[] =>
    callbacks
      .filter((entry) => moments.includes(momentOf(entry.event ?? "")))
      .toSorted((left, right) => orderOfEvent(left.event ?? "") - orderOfEvent(right.event ?? ""));
  for (const entry of at("none"))
    findings.push(note("callback-not-run", `${entry.event ?? ""} does not fire when migrate succeeds, so ${entry.id} is left out`, entry));
  for (const entry of at("statement-before", "statement-after")) {
    findings.push(
      note("callback-not-run", `${entry.event ?? ""} fires in paid editions of Flyway only, so ${entry.id} is left out`, entry),
    );
  }

  const placed = placeBaselines(baselines, versioned);
  const undo = new Map(of("undo").map((entry) => [keyOfVersion(entry), entry]));
  const known = new Set(versionedAll.map(keyOfVersion));
  for (const [key, entry] of undo)
    if (!known.has(key)) findings.push(note("undo-without-migration", `${entry.id} undoes a version that has no migration`, entry));

  const anything = placed.chain.length + repeatables.length > 0;
  const once = at("once-after").filter((entry) => anything || entry.event !== "afterMigrateApplied");
  return {
    run: [
      ...at("once-before"),
      ...placed.chain,
      ...at("after-versioned"),
      ...(repeatables.length > 0 ? at("before-repeatables") : []),
      ...repeatables,
      ...once,
    ],
    beforeEach: at("each-before"),
    afterEach: at("each-after"),
    undo,
    baselines: placed.baselines,
    failures,
    findings: [...findings, ...placed.findings],
  };
}

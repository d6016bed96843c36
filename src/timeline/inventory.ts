import type { CatalogSlice } from "../model/catalog.ts";
import { failed, ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { readNeeds, type Need } from "./needs.ts";
import { rehearse, runUpTo, type RehearsalRequest } from "./rehearsal.ts";

/** One object of the history. */
export interface InventoryEntry {
  readonly kind: string;
  readonly identity: string;
  readonly version: string;
  readonly dropped: boolean;
  /** Those that changed it, in order. */
  readonly migrations: readonly string[];
  /** `kind identity` of what it needs to stand, and of what needs it. */
  readonly dependsOn: readonly string[];
  readonly requiredBy: readonly string[];
}

/** Every object of a history with its migrations and version, and, as the catalog at the head says, what it needs. Fails where the history does not run on the shadow. */
export async function takeInventory(request: RehearsalRequest): Promise<Result<readonly InventoryEntry[]>> {
  const { plan } = request.runnable;
  return rehearse(request, async (rehearsal) => {
    const failure = await runUpTo(rehearsal, request.runnable.migrations);
    if (failure !== null) return failed(failure);
    const objects = (await rehearsal.read()).all();
    return ok(entries(plan, { objects, needs: await readNeeds(rehearsal.shadow.session, objects) }));
  });
}

function entries(plan: Plan, head: { readonly objects: CatalogSlice; readonly needs: readonly Need[] }): readonly InventoryEntry[] {
  const nameOf = (key: string): string => {
    const object = head.objects.get(key);
    return object === undefined ? key : `${object.kind} ${object.identity}`;
  };
  const needs = new Map<string, Set<string>>();
  const neededBy = new Map<string, Set<string>>();
  const add = (into: Map<string, Set<string>>, key: string, value: string): void => {
    const known = into.get(key);
    if (known === undefined) into.set(key, new Set([value]));
    else known.add(value);
  };
  for (const need of head.needs) {
    add(needs, nameOf(need.object), nameOf(need.needs));
    add(neededBy, nameOf(need.needs), nameOf(need.object));
  }
  return plan.objects.map(({ kind, identity, version, dropped, history }) => {
    const name = `${kind} ${identity}`;
    const sorted = (from: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] =>
      dropped ? [] : [...(from.get(name) ?? [])].sort();
    return {
      kind,
      identity,
      version,
      dropped,
      migrations: history.map(({ migration }) => migration),
      dependsOn: sorted(needs),
      requiredBy: sorted(neededBy),
    };
  });
}

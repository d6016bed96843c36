import { ok, type ExitCode } from "../model/failure.ts";
import { takeInventory, type InventoryEntry } from "../timeline/inventory.ts";
import { runRehearsal, type RehearsalFlags } from "./rehearsal-command.ts";
import { alignColumns, counted, hang, listWithin, type Style } from "./terminal.ts";

export interface InventoryFlags extends RehearsalFlags {
  readonly all?: boolean;
}

/** `pggit inventory`: every object with its version, its migrations, what it needs and what needs it. `--json` lists the dropped ones in any case. */
export async function runInventory(flags: InventoryFlags): Promise<ExitCode> {
  return runRehearsal(flags, async ({ plan, request, progress }) => {
    progress.begin("running the history on a shadow", null);
    const taken = await takeInventory(request);
    if (taken.kind === "failed") return taken;
    const objects = taken.value;
    const shown = objects.filter(({ dropped }) => flags.all === true || !dropped);
    return ok({
      json: { version: plan.summary.version, objects },
      text: (screen) => render(shown, { ...screen, dropped: objects.length - shown.length, version: plan.summary.version }),
    });
  });
}

interface Rendering {
  readonly style: Style;
  readonly width: number;
  readonly dropped: number;
  readonly version: string;
}

function render(objects: readonly InventoryEntry[], { style, width, dropped, version }: Rendering): string {
  const heads = alignColumns(objects.map((entry) => [entry.kind, entry.identity, entry.dropped ? "dropped" : entry.version, ""])).map(
    (line) => line.trimEnd(),
  );
  const column = Math.max(0, ...heads.map(({ length }) => length)) + 2;
  const lines = objects.flatMap(({ migrations, dependsOn, requiredBy }, index) => {
    const head = (heads[index] ?? "").padEnd(column);
    return [
      `${head}${listWithin(migrations, Math.max(20, width - column))}`,
      ...named("needs", dependsOn, width),
      ...named("needed by", requiredBy, width),
    ];
  });
  const rest = dropped === 0 ? "" : `; ${counted(dropped, "object")} dropped on the way (--all)`;
  return `${[style.bold(`Schema ${version}: ${counted(objects.length, "object")}${rest}`), ...lines].join("\n")}\n`;
}

function named(label: string, objects: readonly string[], width: number): readonly string[] {
  return objects.length === 0 ? [] : hang(`    ${label} `, objects.map((name) => name.replaceAll(" ", "\u00A0")).join(", "), width);
}

import { readReportAssets } from "../export/report/assets.ts";
import { renderReport } from "../export/report/render-report.ts";
import { renderRunbook } from "../export/runbook/render-runbook.ts";
import type { ConversionFiles } from "../export/conversion-folder.ts";
import { ok, type Result } from "../model/failure.ts";
import type { Plan } from "../model/plan.ts";
import { readRunbookTerms } from "./runbook-terms.ts";

/** The files of a conversion that are there for people alone, by their names. Needs `loadParser()` once before. */
export async function renderForPeople(
  plan: Plan,
  from: { readonly planName: string; readonly project: string; readonly flags: { readonly config?: string } },
): Promise<Result<ConversionFiles>> {
  const { planName, project, flags } = from;
  const terms = await readRunbookTerms(plan, { planName, project }, flags.config === undefined ? {} : { config: flags.config });
  if (terms.kind === "failed") return terms;
  return ok(
    new Map([
      ["report.html", renderReport(plan, await readReportAssets())],
      ["runbook.md", renderRunbook(plan, terms.value)],
    ]),
  );
}

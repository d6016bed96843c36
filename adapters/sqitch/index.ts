import type { Adapter, Detection } from "../adapter.ts";
import { readSourceText } from "../../src/sql/psql/source-text.ts";
import { findProjects } from "./find-projects.ts";
import { readPlan } from "./plan/read-plan.ts";
import { read } from "./read.ts";
import { schemaHistory } from "./registry/index.ts";
import { findToolVersion } from "./tool-version.ts";

/** Sqitch projects for PostgreSQL, by the rules of Sqitch 1.3. */
export const sqitch: Adapter = { tool: "sqitch", detect, read, schemaHistory };

function detect(root: string): Promise<readonly Detection[]> {
  const detections = findProjects(root, null).projects.map((project): Detection => {
    const { planFile } = project.settings;
    const text = readSourceText(root, planFile);
    const plan = text.kind === "ok" ? readPlan(text.value) : text;
    const changes = plan.kind === "ok" ? plan.value.changes : [];
    const tags = changes.reduce((sum, change) => sum + change.tags.length, 0);
    const what =
      plan.kind === "ok" ? `${changes.length} changes and ${tags} tags of the project ${plan.value.project}` : "a plan that Sqitch refuses";
    return {
      tool: "sqitch",
      location: project.location,
      toolVersion: findToolVersion(root, [project]),
      evidence: [`${planFile} has ${what}`],
      migrations: changes.length,
    };
  });
  return Promise.resolve(detections);
}

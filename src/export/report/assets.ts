import { readFile } from "node:fs/promises";
import type { ReportAssets } from "./render-report.ts";

/** The program and the style sheet that the build put beside this module. */
export async function readReportAssets(): Promise<ReportAssets> {
  const [script, style] = await Promise.all(
    ["main.bundle.js", "report.css"].map((name) => readFile(new URL(`./${name}`, import.meta.url), "utf8")),
  );
  return { script: script ?? "", style: style ?? "" };
}

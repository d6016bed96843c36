import type { Command } from "commander";
import type { ExportFileFlags } from "./export-file.ts";

/** `pggit export report [PLAN]`: one HTML file that needs nothing else. */
export function registerExportReport(parent: Command): void {
  parent
    .command("report")
    .description("one self-contained HTML file to look at: summary, timeline, diagram, every migration with its proof")
    .argument("[plan]", "the plan file (default: the newest in pggit/)")
    .option("--to <file>", "the file to write (default: report.html beside the plan)")
    .option("--out <dir>", "where the newest plan is looked for (default: pggit)")
    .option("--json", "one JSON document on standard output, nothing else")
    .option("--quiet", "print nothing")
    .option("--no-color", "no colour, on a terminal too")
    .action(async (plan: string | undefined, flags: ExportFileFlags) => {
      const [{ exportFile }, { renderReport, reportMark }, { readReportAssets }, { loadParser }, { ok }] = await Promise.all([
        import("./export-file.ts"),
        import("../export/report/render-report.ts"),
        import("../export/report/assets.ts"),
        import("../sql/parser.ts"),
        import("../model/failure.ts"),
      ]);
      process.exitCode = await exportFile(plan, flags, {
        kind: "report",
        name: "report.html",
        mark: reportMark,
        async render(read) {
          await loadParser();
          return ok(renderReport(read, await readReportAssets()));
        },
      });
    });
}

import type { ReportData } from "../report-data.ts";
import { openDiagram } from "./diagram.ts";
import { openEntries } from "./entries.ts";
import { followLinks } from "./links.ts";
import { openMigrationList } from "./migration-list.ts";
import { openObjectList } from "./object-list.ts";
import { byId, readJson } from "./page.ts";
import { offerThemes } from "./theme.ts";
import { drawTimeline } from "./timeline-chart.ts";

const data = readJson("report-data") as ReportData;

offerThemes();
const entries = openEntries();
const list = openMigrationList(data.migrations, { entries, timeline: data.timeline });
const objects = openObjectList(entries);
drawTimeline(data.timeline, { container: byId("timeline-chart"), chosen: (bucket) => list.showBucket(bucket) });
followLinks({
  entries,
  reveal(entry) {
    list.reveal(entry);
    objects.reveal(entry);
  },
});
openDiagram();

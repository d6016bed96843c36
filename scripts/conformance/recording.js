/** What stands in a recording: lines under headings, the same bytes for the same result. */

/** Follows from other rows, which are there: where they are equal, so is it. The live comparison looks at all of it. */
const implied = new Set(["pg_depend", "pg_shdepend", "pg_init_privs"]);

/**
 * The rows of the catalog that a history brought or changed, one line each (`catalog name {columns}`), sorted. Both are snapshots by
 * `readWholeCatalog`: the empty database and what became of it.
 */
export function catalogLines(empty, found) {
  const lines = [];
  for (const [catalog, rows] of found.catalogs) {
    if (implied.has(catalog)) continue;
    const before = empty.catalogs.get(catalog);
    for (const [name, columns] of rows) {
      if (before?.get(name) === columns || (catalog === "pg_attribute" && isSystemColumn(columns))) continue;
      lines.push(`${catalog} ${name} ${withoutUsual(columns)}`);
    }
    for (const name of before?.keys() ?? []) if (!rows.has(name)) lines.push(`${catalog} ${name} is gone`);
  }
  return lines.sort();
}

function isSystemColumn(columns) {
  return !("position" in JSON.parse(columns)) || JSON.parse(columns).position === "undefined" || Number(JSON.parse(columns).position) < 1;
}

/** `false`, 0 and empty lists are what most columns of the catalog hold. */
function withoutUsual(columns) {
  const told = Object.entries(JSON.parse(columns)).filter(([, value]) => !["false", "0", "", "{}", "-1"].includes(value));
  return JSON.stringify(Object.fromEntries(told));
}

/** Tables that hold rows, sorted: `table: number digest`. A snapshot by `readRows`. */
export function rowLines(rows) {
  return [...rows]
    .filter(([, table]) => table.rows > 0)
    .map(([name, table]) => `${name}: ${table.rows} ${table.digest}`)
    .sort();
}

/** `sections`: heading → lines, in this order. The first line says who made it. */
export function writeRecording(title, sections) {
  const parts = Object.entries(sections).map(([heading, lines]) => `== ${heading}\n${lines.map((line) => `${line}\n`).join("")}`);
  return `${title}\n\n${parts.join("\n")}`;
}

/** The sections of a recording: heading → lines. */
export function readRecording(text) {
  const sections = new Map();
  for (const part of text.split(/^== /m).slice(1)) {
    const [heading, ...lines] = part.split("\n");
    sections.set(
      heading,
      lines.filter((line) => line !== ""),
    );
  }
  return sections;
}

import type { Migration } from "../../../src/model/history.ts";

/** Most characters that the columns of Flyway's table hold (`AbbreviationUtils`). */
const longestDescription = 200;
const longestScript = 1000;

type Named = Pick<Migration, "id" | "name" | "files">;

/** `V1_2__x@dev` as its file has it: what environment it belongs to is ours alone. */
function ownId(id: string): string {
  return id.replace(/@[^@]*$/, "");
}

/** What the migration is to Flyway; `null` for callbacks and for what pggit put before the first file. */
export function storedKind({ id }: Pick<Named, "id">): "V" | "B" | "R" | null {
  const [, letter = ""] = /^([VB])\d|^(R)__/.exec(ownId(id)) ?? [];
  return letter === "V" || letter === "B" ? letter : id.startsWith("R__") ? "R" : null;
}

/** `version`: the display text of the file name (`02` stays `02`); `null` for repeatables. */
export function storedVersion({ id }: Pick<Named, "id">): string | null {
  return storedKind({ id }) === "R" ? null : ownId(id).slice(1);
}

/** `description`, abbreviated as Flyway does. A file without one has the empty description, and its migration goes by its id. */
export function storedDescription({ id, name }: Pick<Named, "id" | "name">): string {
  const description = name === ownId(id) ? "" : name;
  return description.length <= longestDescription ? description : `${description.slice(0, longestDescription - 3)}...`;
}

/** The languages of classes, by the ending of their files. */
const classFile = /\.(?:java|kt|groovy|scala)$/;

/** `type`, by the file that the migration is in. */
export function storedType({ id, files }: Pick<Named, "id" | "files">): string {
  const path = upFile(files);
  const type = classFile.test(path) ? "JDBC" : /\.(?:cmd|bat|ps1|py|sh|bash)$/i.test(path) ? "SCRIPT" : "SQL";
  return storedKind({ id }) === "B" ? `${type}_BASELINE` : type;
}

/** `script`: the path relative to its location, or the name of the class with its package. `location`: folders joined by `, `. */
export function storedScript({ files }: Pick<Named, "files">, location: string): string {
  const path = upFile(files);
  const name = classFile.test(path)
    ? path
        .replace(/^.*?\bsrc\/[^/]+\/[^/]+\//, "")
        .replace(classFile, "")
        .replaceAll("/", ".")
    : withinLocation(path, location);
  return name.length <= longestScript ? name : `...${name.slice(3 - longestScript)}`;
}

function withinLocation(path: string, location: string): string {
  if (location === "." || location === "") return path;
  // The folder that holds it, of nested ones the outermost: Flyway leaves a location out that lies in another.
  const folders = [location, ...location.split(", ")].filter((folder) => path.startsWith(`${folder}/`));
  const [top] = folders.sort((left, right) => left.length - right.length);
  return top === undefined ? path : path.slice(top.length + 1);
}

function upFile(files: Named["files"]): string {
  return files.find(({ role }) => role === "up" || role === "both")?.path ?? "";
}

/** An `.ini` file: sections and their values, `%(name)s` filled in from the section, `DEFAULT` and `here`. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads it as Python's `configparser` does. `here`: the folder of the file. */
export function parseIni(text: string, here: string): Ini {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | null = null;
  let last: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    const head = /^\[(.+)\]\s*$/.exec(line)?.[1];
    if (head !== undefined) {
      current = sections.get(head) ?? new Map<string, string>();
      sections.set(head, current);
      last = null;
    } else if (/^\s*(?:[#;].*)?$/.test(line) || current === null) continue;
    else if (/^\s/.test(line) && last !== null) current.set(last, `${current.get(last) ?? ""}\n${line.trim()}`);
    else {
      const [, key = "", value = ""] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
      last = key.toLowerCase();
      current.set(last, value.replace(/\s[#;].*$/, "").trim());
    }
  }
  const defaults = sections.get("DEFAULT") ?? new Map<string, string>();
  return new Map(
    [...sections].map(([name, values]) => [
      name,
      new Map([...defaults, ...values].map(([key, value]) => [key, fill(value, new Map([["here", here], ...defaults, ...values]))])),
    ]),
  );
}

function fill(value: string, known: ReadonlyMap<string, string>, depth = 0): string {
  if (depth > 9) return value;
  return value.replace(/%\((\w+)\)s|%%/g, (whole, name?: string) =>
    name === undefined ? "%" : known.has(name.toLowerCase()) ? fill(known.get(name.toLowerCase()) ?? "", known, depth + 1) : whole,
  );
}

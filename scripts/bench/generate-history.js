// A generated Flyway history, realistic in kind: about every fourth migration makes a table, the others change what is there. The first table is a hub that
// hundreds of others come to refer to.
// Same size and seed, same files.

/** A generator of numbers in [0, 1) (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const nouns = [
  "account",
  "invoice",
  "shipment",
  "ticket",
  "member",
  "device",
  "payment",
  "lesson",
  "route",
  "batch",
  "claim",
  "offer",
  "parcel",
  "survey",
  "tenant",
  "voucher",
];
const fields = [
  "name",
  "status",
  "note",
  "amount",
  "quantity",
  "code",
  "country",
  "priority",
  "source",
  "started_at",
  "closed_on",
  "score",
  "reference",
  "is_active",
  "payload",
  "owner_id",
];
const types = ["text", "varchar(80)", "integer", "bigint", "numeric(12,2)", "boolean", "timestamptz", "date", "jsonb", "uuid"];
const constants = {
  text: "'-'",
  "varchar(80)": "'new'",
  integer: "0",
  bigint: "0",
  "numeric(12,2)": "0",
  boolean: "false",
  timestamptz: "now()",
  date: "current_date",
  jsonb: "'{}'",
  uuid: "gen_random_uuid()",
};
const wider = { "varchar(80)": "varchar(200)", integer: "bigint", "numeric(12,2)": "numeric(16,2)", date: "timestamptz" };

/**
 * The files of a history of `size` migrations as a Map of name → text.
 * @param {{ size: number, seed: number }} request
 */
export function generateHistory({ size, seed }) {
  const random = randomFrom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = (share) => random() < share;
  const tables = [];
  const enums = [];
  let serial = 0;
  const next = (word) => `${word}_${++serial}`;
  const files = new Map();

  const columnsOf = (count) => Array.from({ length: count }, () => ({ name: next(pick(fields)), type: pick(types) }));
  const createTable = (count = 3 + Math.floor(random() * 8)) => {
    const table = { name: next(pick(nouns)), columns: columnsOf(count), views: 0, indexes: [], deferred: false };
    const lines = [
      "id bigserial PRIMARY KEY",
      ...table.columns.map((column) => `${column.name} ${column.type}${chance(0.3) ? ` NOT NULL DEFAULT ${constants[column.type]}` : ""}`),
    ];
    if (tables.length > 0 && chance(0.6)) {
      const parent = chance(0.3) ? tables[0] : pick(tables);
      lines.push(`${parent.name}_id bigint REFERENCES ${parent.name} (id)`);
    }
    tables.push(table);
    return `CREATE TABLE ${table.name} (\n    ${lines.join(",\n    ")}\n);`;
  };
  const recent = () => (chance(0.7) ? tables[Math.max(0, tables.length - 1 - Math.floor(random() * 12))] : pick(tables));
  const free = (table) => table.columns.filter((column) => !column.used);
  const actions = [
    [
      14,
      (table) => {
        const column = { name: next(pick(fields)), type: pick(types) };
        table.columns.push(column);
        return `ALTER TABLE ${table.name} ADD COLUMN ${column.name} ${column.type}${chance(0.4) ? ` NOT NULL DEFAULT ${constants[column.type]}` : ""};`;
      },
    ],
    [
      9,
      (table) => {
        const column = pick(free(table));
        if (column === undefined || column.type === "jsonb") return null;
        column.used = true;
        const name = next("idx");
        table.indexes.push(name);
        return `CREATE INDEX ${name} ON ${table.name} (${column.name});`;
      },
    ],
    [
      6,
      (table) => {
        const parent = chance(0.5) ? tables[0] : pick(tables);
        const name = next("fk");
        const column = { name: next("ref"), type: "bigint", used: true };
        table.columns.push(column);
        const deferred = chance(0.2) ? " DEFERRABLE INITIALLY DEFERRED" : "";
        // Rows with checks that wait for the end of the transaction keep a long file from altering the table.
        table.deferred ||= deferred !== "";
        return `ALTER TABLE ${table.name} ADD COLUMN ${column.name} bigint;\nALTER TABLE ${table.name} ADD CONSTRAINT ${name} FOREIGN KEY (${column.name}) REFERENCES ${parent.name} (id)${deferred};`;
      },
    ],
    [
      4,
      (table) => {
        const column = free(table).find((candidate) => wider[candidate.type] !== undefined);
        if (column === undefined) return null;
        column.type = wider[column.type];
        return `ALTER TABLE ${table.name} ALTER COLUMN ${column.name} TYPE ${column.type};`;
      },
    ],
    [
      4,
      (table) => {
        const column = pick(free(table));
        if (column === undefined || constants[column.type] === undefined) return null;
        return `ALTER TABLE ${table.name} ALTER COLUMN ${column.name} SET DEFAULT ${constants[column.type]};`;
      },
    ],
    [
      3,
      (table) => {
        const column = pick(free(table));
        if (column === undefined) return null;
        const name = next(pick(fields));
        const old = column.name;
        column.name = name;
        return `ALTER TABLE ${table.name} RENAME COLUMN ${old} TO ${name};`;
      },
    ],
    [
      3,
      (table) => {
        const column = pick(free(table));
        if (column === undefined || table.columns.length < 4) return null;
        table.columns.splice(table.columns.indexOf(column), 1);
        return `ALTER TABLE ${table.name} DROP COLUMN ${column.name};`;
      },
    ],
    [2, (table) => (table.indexes.length === 0 ? null : `DROP INDEX ${table.indexes.pop()};`)],
    [
      3,
      (table) => {
        const column = pick(free(table));
        if (column === undefined) return null;
        column.used = true;
        return `CREATE VIEW ${next("view")} AS\n    SELECT id, ${column.name} FROM ${table.name} WHERE ${column.name} IS NOT NULL;`;
      },
    ],
    [
      2,
      (table) => {
        const name = next("touch");
        return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    RETURN NEW;\nEND;\n$$;\nCREATE TRIGGER ${name}_${table.name} BEFORE UPDATE ON ${table.name} FOR EACH ROW EXECUTE FUNCTION ${name}();`;
      },
    ],
    [1, () => `CREATE OR REPLACE FUNCTION ${next("total")}(a bigint) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT a + ${serial} $$;`],
    [
      2,
      (table) => {
        if (enums.length > 0 && chance(0.4)) return `ALTER TYPE ${pick(enums)} ADD VALUE '${next("label")}';`;
        const name = next("kind");
        enums.push(name);
        const column = { name: next("kind_of"), type: name, used: true };
        table.columns.push(column);
        return `CREATE TYPE ${name} AS ENUM ('new', 'open', 'closed');\nALTER TABLE ${table.name} ADD COLUMN ${column.name} ${name} NOT NULL DEFAULT 'new';`;
      },
    ],
    [
      1,
      () => {
        const name = next("measure");
        return `CREATE TABLE ${name} (at timestamptz NOT NULL, value numeric) PARTITION BY RANGE (at);\nCREATE TABLE ${name}_2023 PARTITION OF ${name} FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');\nCREATE TABLE ${name}_rest PARTITION OF ${name} DEFAULT;`;
      },
    ],
    [
      3,
      () => {
        const name = next("lookup");
        return `CREATE TABLE ${name} (code varchar(8) PRIMARY KEY, label text NOT NULL);\nINSERT INTO ${name} (code, label) VALUES ('a', 'first'), ('b', 'second'), ('c', 'third');`;
      },
    ],
    [
      2,
      (table) => {
        const column = table.columns.find((candidate) => candidate.type === "text");
        return column === undefined
          ? null
          : `UPDATE ${table.name} SET ${column.name} = trim(${column.name}) WHERE ${column.name} IS NOT NULL;`;
      },
    ],
    [1, (table) => `CREATE TABLE ${next("archive")} (archived_at timestamptz) INHERITS (${table.name});`],
    [1, (table) => `DO $$\nBEGIN\n    EXECUTE 'GRANT SELECT ON ${table.name} TO PUBLIC';\nEND;\n$$;`],
    [1, (table) => (table.deferred ? null : `INSERT INTO ${table.name} DEFAULT VALUES;`)],
    [2, (table) => `COMMENT ON TABLE ${table.name} IS 'Kept by team ${Math.floor(random() * 9)}';`],
    [
      2,
      (table) => {
        const column = free(table).find((candidate) => candidate.type === "integer" || candidate.type === "bigint");
        if (column === undefined) return null;
        column.used = true;
        return `ALTER TABLE ${table.name} ADD CONSTRAINT ${next("chk")} CHECK (${column.name} >= 0);`;
      },
    ],
  ];
  const total = actions.reduce((sum, [weight]) => sum + weight, 0);
  const change = () => {
    for (;;) {
      let at = random() * total;
      const [, make] = actions.find(([weight]) => (at -= weight) < 0) ?? actions[0];
      const sql = make(recent());
      if (sql !== null) return sql;
    }
  };

  for (let version = 1; version <= size; version += 1) {
    const wide = version % 500 === 7;
    const long = version % 700 === 40;
    const sql =
      tables.length < 2 || wide || chance(0.25)
        ? createTable(wide ? 180 : undefined)
        : long
          ? Array.from({ length: 300 }, change).join("\n\n")
          : change();
    files.set(
      `V${version}__${wide ? "wide_table" : long ? "long_file" : "change"}_${version}.sql`,
      `-- Generated, number ${version}.\n${sql}\n`,
    );
  }
  return files;
}

/**
 * The same history as a team under pressure would have left it: a tenth of the files fails, is written twice, is Java, or was merged out of order.
 * @param {{ size: number, seed: number }} request
 */
export function generateChaos(request) {
  const random = randomFrom(request.seed + 1);
  const chaos = new Map();
  for (const [name, text] of generateHistory(request)) {
    const kind = random() < 0.1 ? Math.floor(random() * 4) : -1;
    if (kind === 0) chaos.set(name, `${text}ALTER TABLE no_such_table ADD COLUMN x integer;\n`);
    else if (kind === 1)
      chaos
        .set(name, `${text}CREATE TABLE IF NOT EXISTS twice_${name.replace(/\D.*$/, "")} (id int);\n`)
        .set(name.replace(/^V(\d+)__/, "V$1_1__again_"), "-- The same once more.\nCREATE TABLE IF NOT EXISTS account_1 (id int);\n");
    else if (kind === 2)
      chaos
        .set(name, text)
        .set(
          name.replace(/^V(\d+)__.*$/, "V$1_2__Custom.java"),
          'package db.migration;\nclass Custom { String sql = "DELETE FROM account_1 WHERE id < 0"; }\n',
        );
    else if (kind === 3) chaos.set(name.replace(/^V(\d+)__/, "V$1_0_1__late_"), text);
    else chaos.set(name, text);
  }
  return chaos;
}

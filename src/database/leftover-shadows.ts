import { DatabaseError, type Client } from "pg";

/** `pggi` and `shad` in ASCII: who is about to open a shadow holds this lock until its session is there. */
const key = "1885824873, 1936220516";

/** A run names its shadows after its process. */
const ownName = "^pggit_shadow_[0-9]+(n[0-9]+|a[0-9]+|copy)$";

/** Tells other runs that a shadow without a session is about to get one, for the life of the connection. */
export async function announceShadow(client: Client): Promise<void> {
  await client.query(`select pg_advisory_lock_shared(${key})`);
}

/**
 * Removes shadows that runs which were killed left on a server: databases of this role with a run's name, in which no session is, while nobody is about to open one. The
 * order of the questions matters: a database that was there before nobody announced one has its session by now, or its run is gone.
 */
export async function removeLeftoverShadows(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_catalog.pg_database where datname ~ $1 and pg_catalog.pg_has_role(datdba, 'USAGE')`,
    [ownName],
  );
  if (rows.length === 0) return;
  const others = await client.query(
    `select from pg_catalog.pg_locks where locktype = 'advisory' and classid = ${key.split(", ")[0]} and objid = ${key.split(", ")[1]} and pid <> pg_backend_pid()`,
  );
  if (others.rowCount !== 0) return;
  const used = await client.query<{ name: string }>(
    "select distinct datname as name from pg_catalog.pg_stat_activity where datname is not null",
  );
  const living = new Set(used.rows.map(({ name }) => name));
  for (const { name } of rows.filter((row) => !living.has(row.name))) {
    try {
      await client.query(`DROP DATABASE IF EXISTS "${name}"`);
    } catch (error) {
      // Somebody looks into it (55006), or another run removes it just now.
      if (!(error instanceof DatabaseError)) throw error;
    }
  }
}

/** The folder of a migration: its place in the order and its name, in letters that every file system and shell takes. */
export function migrationFolder(place: number, migration: { readonly id: string; readonly name: string }): string {
  const words = (migration.name || migration.id)
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60)
    .replace(/_+$/, "");
  return `${String(place).padStart(4, "0")}_${words || "migration"}`;
}

import type { Plan } from "../../model/plan.ts";

/** The text of the repository's README.md. The same for every state of a history, so that no later commit has to change it. */
export function readmeText({ source }: Pick<Plan, "source">): string {
  return `# The history of ${source.location === "." ? "the schema" : `\`${source.location}\``}

Written by \`pggit export git\` from a ${source.tool} history: one commit for each migration, with its author and date. Commits are never rewritten; a later export adds what is new.

- \`schema/\` has one file for each object, as it stands behind the migration of the commit. \`git log -p schema/public/tables/users.sql\` shows how a table came to be what it is.
- \`migrations/\` has the migrations in order. On an empty database they build the schema: \`cat migrations/*/up.sql | psql -v ON_ERROR_STOP=1\`. A \`down.sql\` is the proven way back.
- Tags are the versions of the schema, branches its environments.
`;
}

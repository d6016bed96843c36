import { quoteLiteral } from "../../../src/sql/quote.ts";

/** What Sqitch says of a table of its registry and of each of its columns, word for word (`App/Sqitch/Engine/pg.sql`, 1.3). */
interface TableComment {
  readonly table: string;
  readonly columns: Readonly<Record<string, string>>;
}

const comments: Readonly<Record<string, TableComment>> = {
  releases: {
    table: "Sqitch registry releases.",
    columns: {
      version: "Version of the Sqitch registry.",
      installed_at: "Date the registry release was installed.",
      installer_name: "Name of the user who installed the registry release.",
      installer_email: "Email address of the user who installed the registry release.",
    },
  },
  projects: {
    table: "Sqitch projects deployed to this database.",
    columns: {
      project: "Unique Name of a project.",
      uri: "Optional project URI",
      created_at: "Date the project was added to the database.",
      creator_name: "Name of the user who added the project.",
      creator_email: "Email address of the user who added the project.",
    },
  },
  changes: {
    table: "Tracks the changes currently deployed to the database.",
    columns: {
      change_id: "Change primary key.",
      script_hash: "Deploy script SHA-1 hash.",
      change: "Name of a deployed change.",
      project: "Name of the Sqitch project to which the change belongs.",
      note: "Description of the change.",
      committed_at: "Date the change was deployed.",
      committer_name: "Name of the user who deployed the change.",
      committer_email: "Email address of the user who deployed the change.",
      planned_at: "Date the change was added to the plan.",
      planner_name: "Name of the user who planed the change.",
      planner_email: "Email address of the user who planned the change.",
    },
  },
  tags: {
    table: "Tracks the tags currently applied to the database.",
    columns: {
      tag_id: "Tag primary key.",
      tag: "Project-unique tag name.",
      project: "Name of the Sqitch project to which the tag belongs.",
      change_id: "ID of last change deployed before the tag was applied.",
      note: "Description of the tag.",
      committed_at: "Date the tag was applied to the database.",
      committer_name: "Name of the user who applied the tag.",
      committer_email: "Email address of the user who applied the tag.",
      planned_at: "Date the tag was added to the plan.",
      planner_name: "Name of the user who planed the tag.",
      planner_email: "Email address of the user who planned the tag.",
    },
  },
  dependencies: {
    table: "Tracks the currently satisfied dependencies.",
    columns: {
      change_id: "ID of the depending change.",
      type: "Type of dependency.",
      dependency: "Dependency name.",
      dependency_id: "Change ID the dependency resolves to.",
    },
  },
  events: {
    table: "Contains full history of all deployment events.",
    columns: {
      event: "Type of event.",
      change_id: "Change ID.",
      change: "Change name.",
      project: "Name of the Sqitch project to which the change belongs.",
      note: "Description of the change.",
      requires: "Array of the names of required changes.",
      conflicts: "Array of the names of conflicting changes.",
      tags: "Tags associated with the change.",
      committed_at: "Date the event was committed.",
      committer_name: "Name of the user who committed the event.",
      committer_email: "Email address of the user who committed the event.",
      planned_at: "Date the event was added to the plan.",
      planner_name: "Name of the user who planed the change.",
      planner_email: "Email address of the user who plan planned the change.",
    },
  },
};

/** The comments on a registry. `schema` is quoted. */
export function registryComments(schema: string): readonly string[] {
  return [
    `COMMENT ON SCHEMA ${schema} IS 'Sqitch database deployment metadata v1.1.'`,
    ...Object.entries(comments).flatMap(([name, { table, columns }]) => [
      `COMMENT ON TABLE ${schema}.${name} IS ${quoteLiteral(table)}`,
      ...Object.entries(columns).map(([column, text]) => `COMMENT ON COLUMN ${schema}.${name}.${column} IS ${quoteLiteral(text)}`),
    ]),
  ];
}

import type { GrantStmt, Node } from "libpg-query";
import type { Change } from "../../model/change.ts";
import type { ObjectRef } from "../../model/object.ts";
import { allOf, fieldsOf, options, partOf, roleName, roleNames, strings } from "../tree.ts";
import { change } from "./context.ts";
import type { ChangeParts, Classifiers } from "./context.ts";
import { isShared } from "./naming.ts";
import { kindOfObject, objectRef } from "./objects.ts";

function roleRef(name: string): ObjectRef | null {
  return ["public", "current_role", "current_user", "session_user", ""].includes(name) ? null : { kind: "role", schema: null, name };
}

function grantDetails(grant: GrantStmt): NonNullable<ChangeParts["details"]> {
  const privileges = allOf(grant.privileges, "AccessPriv");
  const columns = privileges.flatMap((privilege) => strings(privilege.cols));
  return {
    roles: roleNames(grant.grantees),
    privileges: privileges.length === 0 ? ["all"] : privileges.map((privilege) => privilege.priv_name ?? "all"),
    columns: columns.length === 0 ? undefined : columns,
    cascade: grant.behavior === "DROP_CASCADE",
    subcommand: grant.targtype === "ACL_TARGET_ALL_IN_SCHEMA" ? "ALL IN SCHEMA" : grant.grant_option === true ? "GRANT OPTION" : undefined,
  };
}

/** One change per object: `GRANT … ON a, b` is two. ALL … IN SCHEMA acts on what is there when it runs, so it names the schema. */
function classifyGrant(grant: GrantStmt): Change[] {
  const kind = grant.is_grant === true ? "grant" : "revoke";
  const target = grant.targtype === "ACL_TARGET_ALL_IN_SCHEMA" ? "schema" : kindOfObject(grant.objtype);
  if (target === null) return [change("opaque", null)];
  const details = grantDetails(grant);
  const roles = roleNames(grant.grantees).map(roleRef);
  return (grant.objects ?? []).map((node) => {
    const object = target === "parameter" ? { kind: target, schema: null, name: strings([node]).join("") } : objectRef(target, node);
    const columns = (details.columns ?? []).map((column) => partOf(object, "column", column));
    return change(kind, object, {
      reads: roles,
      writes: columns,
      details: { ...details, clusterWide: isShared(target) || target === "parameter" },
    });
  });
}

/** Whether a role statement sets a password: `PASSWORD NULL` takes one away and holds no secret. */
function hasPassword(nodes: readonly Node[] | undefined): boolean {
  return options(nodes).get("password") !== undefined;
}

/** Roles and privileges. */
export const PRIVILEGE_CLASSIFIERS = {
  GrantStmt(grant) {
    return classifyGrant(grant);
  },
  GrantRoleStmt(grant) {
    const members = roleNames(grant.grantee_roles);
    return allOf(grant.granted_roles, "AccessPriv").map((role) =>
      change(
        grant.is_grant === true ? "grant-role" : "revoke-role",
        { kind: "role", schema: null, name: role.priv_name ?? "" },
        {
          writes: members.map(roleRef),
          details: {
            roles: members,
            clusterWide: true,
            cascade: grant.behavior === "DROP_CASCADE",
            subcommand: [...options(grant.opt).keys()].sort().join(",") || undefined,
          },
        },
      ),
    );
  },
  AlterDefaultPrivilegesStmt(alter) {
    const given = options(alter.options);
    const schemas = strings(fieldsOf(given.get("schemas"), "List")?.items);
    const owners = roleNames(fieldsOf(given.get("roles"), "List")?.items);
    const action = alter.action ?? {};
    const kind = kindOfObject(action.objtype) ?? "default-privileges";
    const details = grantDetails(action);
    return (schemas.length === 0 ? [null] : schemas).map((schema) =>
      change(
        "alter-default-privileges",
        { kind: "default-privileges", schema, name: kind },
        {
          reads: [
            ...owners.map(roleRef),
            ...(details.roles ?? []).map(roleRef),
            schema === null ? null : { kind: "schema", schema: null, name: schema },
          ],
          details: { ...details, subcommand: action.is_grant === true ? "GRANT" : "REVOKE" },
        },
      ),
    );
  },
  CreateRoleStmt(role) {
    return [
      change(
        "create-role",
        { kind: "role", schema: null, name: role.role ?? "" },
        {
          details: { clusterWide: true, secret: hasPassword(role.options), subcommand: role.stmt_type },
        },
      ),
    ];
  },
  AlterRoleStmt(role) {
    const members = options(role.options).get("rolemembers");
    const details = {
      clusterWide: true,
      secret: hasPassword(role.options),
      subcommand: [...options(role.options).keys()].sort().join(","),
    };
    if (members === undefined) return [change("alter-role", { kind: "role", schema: null, name: roleName(role.role) }, { details })];
    // ALTER GROUP … ADD USER is GRANT by another name.
    const roles = roleNames(fieldsOf(members, "List")?.items);
    return [
      change(
        role.action === -1 ? "revoke-role" : "grant-role",
        { kind: "role", schema: null, name: roleName(role.role) },
        {
          writes: roles.map(roleRef),
          details: { clusterWide: true, roles },
        },
      ),
    ];
  },
  AlterRoleSetStmt(role) {
    const name = role.role === undefined ? "all" : roleName(role.role);
    return [
      change(
        "alter-role",
        { kind: "role", schema: null, name },
        {
          reads: [role.database === undefined ? null : { kind: "database", schema: null, name: role.database }],
          details: { clusterWide: true, setting: role.setstmt?.name, subcommand: "SET" },
        },
      ),
    ];
  },
  DropRoleStmt(drop) {
    return roleNames(drop.roles).map((name) =>
      change("drop-role", { kind: "role", schema: null, name }, { details: { clusterWide: true, ifExists: drop.missing_ok } }),
    );
  },
  ReassignOwnedStmt(reassign) {
    const roles = roleNames(reassign.roles);
    return [
      change("reassign-owned", null, {
        reads: [...roles.map(roleRef), roleRef(roleName(reassign.newrole))],
        details: { roles: [...roles, roleName(reassign.newrole)] },
      }),
    ];
  },
  DropOwnedStmt(drop) {
    const roles = roleNames(drop.roles);
    return [change("drop-owned", null, { reads: roles.map(roleRef), details: { roles, cascade: drop.behavior === "DROP_CASCADE" } })];
  },
} satisfies Partial<Classifiers>;

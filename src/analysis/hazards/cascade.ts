import { listNames, sayObject } from "../names.ts";
import type { HazardRule } from "./rule.ts";

/** DROP … CASCADE: what went without being named. */
export const cascade: HazardRule = {
  rule: "cascade",
  find(site, scope) {
    if (site.change.details.cascade !== true || !/^(drop-|alter-)/.test(site.change.kind)) return null;
    const named = new Set(scope.sites.filter((other) => other.change.kind.startsWith("drop-")).map((other) => other.change.object?.name));
    const { before, after } = scope.replay;
    const gone: string[] = [];
    for (const [key, object] of before) {
      const now = after.get(key);
      if (now === undefined && !named.has(object.name)) gone.push(sayObject(object));
      if (object.facts.kind !== "relation" || now?.facts.kind !== "relation") continue;
      const left = new Set(now.facts.constraints.map((item) => item.oid));
      for (const item of object.facts.constraints)
        if (!left.has(item.oid) && !named.has(item.name)) gone.push(`${sayObject(object)}.${item.name}`);
    }
    if (gone.length === 0) return null;
    return {
      severity: "high",
      message: `CASCADE also removes ${listNames(gone.sort(), 4)}, which the statement does not name.`,
      safer: "Drop each of them by name before, without CASCADE: then nothing goes that nobody saw.",
    };
  },
};

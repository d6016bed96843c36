import type { RunScope } from "./scope.ts";

/** Parts of column names that people use for data about persons, with what they usually hold. Names are no proof. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/(?:^|_)e?_?mail(?:_|$)|email/, "e-mail address"],
  [/(?:^|_)(?:phone|mobile|tel|telephone|fax)(?:_|$)|phone/, "telephone number"],
  [
    /^(?:first|last|full|middle|family|given|sur|maiden|user|display|nick)_?name$|(?:^|_)(?:firstname|lastname|surname|forename)(?:_|$)/,
    "name of a person",
  ],
  [/(?:^|_)(?:birth|dob|born)|birth_?(?:date|day)/, "date of birth"],
  [/(?:^|_)(?:street|address|zip|postal|postcode|city)(?:_|$)/, "address"],
  [/(?:^|_)(?:ssn|social_security|national_id|tax_id|passport|id_card|ahv|nino)(?:_|$)/, "official number"],
  [/(?:^|_)(?:iban|bic|account_number|card_number|credit_card|pan|cvv)(?:_|$)/, "account or card"],
  [/(?:^|_)(?:password|passwd|pwd|secret|token|api_key|salt)(?:_|$)|password/, "secret"],
  [/(?:^|_)(?:ip|ip_address|user_agent|device_id|cookie)(?:_|$)/, "trace of use"],
  [/(?:^|_)(?:gender|sex|religion|ethnicity|nationality|health|diagnosis)(?:_|$)/, "special category"],
  [/(?:^|_)(?:salary|income|wage)(?:_|$)/, "income"],
  [/(?:^|_)(?:lat|lon|lng|latitude|longitude|geo|location)(?:_|$)/, "place"],
];

/** Columns of the tables concerned whose names look as if they held personal data. */
export function personalColumns({ tables, created, head }: RunScope): readonly { readonly column: string; readonly holds: string }[] {
  return [...new Set([...tables.keys(), ...created])].sort().flatMap((identity) =>
    (head.get(identity)?.columns ?? []).flatMap(({ name }) => {
      const snake = name.replaceAll(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
      const rule = rules.find(([pattern]) => pattern.test(snake));
      return rule === undefined ? [] : [{ column: `${identity}.${name}`, holds: rule[1] }];
    }),
  );
}

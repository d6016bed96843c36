import { beforeAll, describe } from "vitest";
import { useServer } from "../support/server.ts";
import { describeBatches } from "./batch-suite.ts";
import { describeBesideExtension, describeOtherSchemas } from "./extension-suite.ts";
import { describeOwnStore } from "./own-suite.ts";
import { convertShop, type Shop } from "./shop.ts";

const url = useServer();
let shop: Shop;
// One conversion for all: it takes as long as the tests.
beforeAll(async () => {
  shop = await convertShop();
});

describe("as a plain owner", () => {
  describeOwnStore(url, () => shop);
});
describeBesideExtension(url, () => shop);
describeOtherSchemas(url);
describeBatches(url, () => shop.plan);

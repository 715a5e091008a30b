// The peer: PostGraphile on the same database, under row-level security.
// DATABASE_URL and PORT say where; VIEWERS names a JSON file, token → { keyring, person }, which is read once: Serra too
// remembers who holds a token, so neither asks the database for each request.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const viewers = new Map(
  Object.entries(JSON.parse(readFileSync(process.env.VIEWERS, "utf8"))).map(([token, { keyring, person }]) => [
    `Bearer ${token}`,
    { pgSettings: { "app.keyring": keyring.join(","), "app.person": person } },
  ]),
);
const nobody = { pgSettings: { "app.keyring": "public", "app.person": "" } };

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public"],
      pubsub: false,
      poolConfig: { max: 16 },
    }),
  ],
  grafast: {
    explain: false,
    context: ({ node }) => viewers.get(node?.req.headers.authorization) ?? nobody,
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, outputDataAsString: true },
});

const server = createServer();
server.keepAliveTimeout = 60_000;
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");

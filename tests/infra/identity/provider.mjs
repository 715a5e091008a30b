// A real OpenID Connect provider (oidc-provider) for the suite. What it is told stands in the file of its argument:
// {issuer, port, jwks, clients, accounts: {name: claims}, audience}. It says «ready» when it listens.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const told = JSON.parse(readFileSync(process.argv[2], "utf-8"));

const provider = new Provider(told.issuer, {
  clients: told.clients,
  jwks: told.jwks,
  cookies: { keys: ["only for tests"] },
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
  findAccount: (_, name) => ({ accountId: name, claims: () => ({ sub: name, ...told.accounts[name] }) }),
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: "serra:read serra:write",
        audience: told.audience,
        accessTokenFormat: "jwt",
        accessTokenTTL: 600,
      }),
    },
  },
  extraTokenClaims: (_, token) => (token.kind === "ClientCredentials" ? { groups: ["machines"] } : undefined),
  pkce: { required: () => true },
});

provider.listen(told.port, "127.0.0.1", () => console.log("ready"));

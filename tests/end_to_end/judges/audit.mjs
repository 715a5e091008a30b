// Runs graphql-http's audit of a server, the suite of the GraphQL-over-HTTP draft, and prints what it found as JSON.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
console.log(
  JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason: reason ?? null }))),
);

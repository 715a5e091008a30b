// Both clients follow a case while its server is replaced: they say «ready», wait for a line, and tell what they heard.
import { once } from 'node:events';
import { createClient as overEvents } from 'graphql-sse';
import { createClient as overWebSocket } from 'graphql-ws';
import WebSocket from 'ws';
import { address, bearer, comment, COMMENTS, sleep, within, world } from './judging.mjs';

const wait = () => sleep(200);
const closed = [];
const clients = [
  overWebSocket({
    url: address.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: bearer,
    retryAttempts: 200,
    retryWait: wait,
    shouldRetry: () => true, // a port that nobody listens at is an error, and not a close
    on: { closed: ({ code, reason }) => closed.push(`${code} ${reason}`) },
  }),
  overEvents({ url: address, headers: bearer, retryAttempts: 200, retry: wait }),
];
const all = clients.map((client) => client.iterate({ query: COMMENTS, variables: { id: world.case.id } }));

async function told(results, body) {
  for (;;) {
    const { value, done } = await results.next();
    if (done || value.errors) throw new Error(`Ended: ${JSON.stringify(value)}`);
    if (value.data.event.body === body) return;
  }
}

async function allAreTold(body) {
  let over = false;
  const heard = Promise.all(all.map((results) => told(results, body))).finally(() => {
    over = true;
  });
  const writing = (async () => {
    while (!over) {
      await sleep(300);
      if (!over) await comment(body);
    }
  })();
  await within(30_000, Promise.all([heard, writing]));
}

await allAreTold('Before');
console.log('ready');
await once(process.stdin, 'data');
await allAreTold('After');
console.log(JSON.stringify(closed));
process.exit(0);

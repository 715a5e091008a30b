// The client of graphql-ws against a running Serra.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import {
  bearer,
  comment,
  COMMENTS,
  events,
  expect,
  FOLLOWED,
  heard,
  judge,
  sleep,
  unknown,
  within,
  world,
} from './judging.mjs';

const url = `${world.url.replace('http', 'ws')}/graphql`;
const connect = (options = {}) =>
  createClient({ url, webSocketImpl: WebSocket, connectionParams: bearer, retryAttempts: 0, ...options });
const first = async (client, query, variables) =>
  (await within(5_000, client.iterate({ query, variables }).next())).value;

// What an operation fails with: the errors of an `error` message, or how the WebSocket was closed.
async function failure(client, query, variables) {
  try {
    await first(client, query, variables);
  } catch (reason) {
    return Array.isArray(reason) ? reason : { code: reason.code, reason: reason.reason };
  }
  throw new Error('It did not fail.');
}

const short = {
  ...events(connect),
  'a token that is not valid': async () => {
    const closed = await failure(connect({ connectionParams: { Authorization: 'Bearer serra_wrong' } }), COMMENTS, {
      id: world.case.id,
    });
    expect(closed.code, 4403);
    expect(/^Forbidden: .*token/.test(closed.reason), true, closed.reason);
  },
  'a query that is not valid': async () => {
    const client = connect();
    const [error] = await failure(client, 'subscription { nobodySaidThis }');
    expect(error.message.includes("'nobodySaidThis'"), true, error.message);
    expect(error.locations, [{ line: 1, column: 16 }]);
    await client.dispose();
  },
};

const long = {
  'the unreadable is as the unknown': async () => {
    const client = connect({ connectionParams: { Authorization: `Bearer ${world.outsider}` } });
    for (const { query, id } of Object.values(FOLLOWED)) {
      const unreadable = await failure(client, query, { id });
      expect(unreadable, await failure(client, query, { id: unknown(id) }));
      expect(unreadable, await failure(client, query, { id: 'no id at all' }));
      expect(unreadable[0].extensions.code, 'NOT_FOUND');
    }
    await client.dispose();
  },
  'completing ends what the server does': async () => {
    const client = connect({ lazyCloseTimeout: 60_000, generateID: () => 'always the same' });
    const sent = [];
    client.on('message', (message) => sent.push(message.type));
    for (let turn = 0; turn < 40; turn += 1) {
      const results = client.iterate({ query: COMMENTS, variables: { id: world.case.id } });
      results.next();
      await sleep(25);
      await results.return();
    }
    await sleep(500);
    sent.length = 0;
    await comment('To nobody');
    await sleep(800);
    expect(sent, [], 'After the last complete');
    expect((await first(client, '{ __typename }')).data, { __typename: 'Query' });
    await client.dispose();
  },
  'an id that is in use': async () => {
    const client = connect({ generateID: () => 'one' });
    const results = client.iterate({ query: COMMENTS, variables: { id: world.case.id } });
    results.next().catch(() => {});
    expect(await failure(client, COMMENTS, { id: world.case.id }), {
      code: 4409,
      reason: 'Subscriber for one already exists',
    });
  },
  'queries and mutations': async () => {
    const client = connect();
    const { data, extensions } = await first(client, '{ viewer { person { name } } }');
    expect(data, { viewer: { person: { name: world.name } } });
    expect(typeof extensions.cost, 'object');
    const add =
      'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { body } userErrors { code } } }';
    const input = { subject: world.case.id, body: 'Over WebSocket' };
    expect((await first(client, add, { input })).data, {
      addComment: { comment: { body: 'Over WebSocket' }, userErrors: [] },
    });
    const refused = await first(client, add, { input: { ...input, subject: unknown(world.case.id) } });
    expect(refused.data.addComment.userErrors.map(({ code }) => code), ['NOT_FOUND']);
    await client.dispose();
  },
  'pings of both sides': async () => {
    let asked = 0;
    let answered = 0;
    const client = connect({
      lazy: false,
      keepAlive: 300,
      on: {
        ping: (received) => (asked += received ? 1 : 0),
        pong: (received) => (answered += received ? 1 : 0),
      },
    });
    const results = client.iterate({ query: COMMENTS, variables: { id: world.case.id } });
    const waiting = results.next();
    await sleep(16_500);
    expect(asked, 1, 'Pings of the server');
    expect(answered > 30, true, `Pongs of the server: ${answered}`);
    await comment('Still there');
    expect((await within(5_000, waiting)).value.data.event.body, 'Still there');
    await client.dispose();
  },
  'lazy and not lazy': async () => {
    const seen = [];
    const watched = (lazy) => {
      seen.length = 0;
      return connect({
        lazy,
        on: { connected: () => seen.push('connected'), closed: ({ code }) => seen.push(code) },
      });
    };
    const lazy = watched(true);
    await sleep(300);
    expect(seen, []);
    await first(lazy, '{ __typename }');
    await sleep(300);
    expect(seen, ['connected', 1000]);
    const eager = watched(false);
    await sleep(500);
    expect(seen, ['connected']);
    await first(eager, '{ __typename }');
    await sleep(300);
    expect(seen, ['connected']);
    await eager.dispose();
    await sleep(300);
    expect(seen, ['connected', 1000]);
  },
  'a connection that breaks': async () => {
    const client = connect({ retryAttempts: 5, retryWait: () => sleep(100) });
    const results = client.iterate({ query: COMMENTS, variables: { id: world.case.id } });
    expect((await heard(results, () => comment('Before'))).data.event.body, 'Before');
    client.terminate();
    let result;
    do {
      result = await heard(results, () => comment('Afterwards'));
    } while (result.data.event.body === 'Before');
    expect(result.data.event.body, 'Afterwards');
    await results.return();
    await client.dispose();
  },
};

await judge(short, long);

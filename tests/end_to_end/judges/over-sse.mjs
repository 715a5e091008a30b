// The client of graphql-sse against a running Serra.
import { createClient } from 'graphql-sse';
import {
  address,
  bearer,
  comment,
  COMMENTS,
  events,
  expect,
  FOLLOWED,
  judge,
  sleep,
  unknown,
  within,
  world,
} from './judging.mjs';

const connect = (options = {}) => createClient({ url: address, headers: bearer, retryAttempts: 0, ...options });
const first = async (client, query, variables) =>
  (await within(5_000, client.iterate({ query, variables }).next())).value;

// The response that an operation was refused with: its status, and the words of its first error.
async function refusal(client, query, variables) {
  try {
    await first(client, query, variables);
  } catch (reason) {
    const { errors } = await reason.response.json();
    return { status: reason.response.status, code: errors[0].extensions.code, message: errors[0].message };
  }
  throw new Error('It was not refused.');
}

const short = {
  ...events(connect),
  'a token that is not valid': async () => {
    const client = connect({ headers: { Authorization: 'Bearer serra_wrong' } });
    const { status, code, message } = await refusal(client, COMMENTS, { id: world.case.id });
    expect([status, code], [401, 'UNAUTHENTICATED']);
    expect(message.includes('token'), true, message);
  },
  'a query that is not valid': async () => {
    const results = connect().iterate({ query: 'subscription { nobodySaidThis }' });
    const { value } = await results.next();
    expect('data' in value, false);
    expect(value.errors[0].message.includes("'nobodySaidThis'"), true, value.errors[0].message);
    expect((await results.next()).done, true);
  },
};

const long = {
  'the unreadable is as the unknown': async () => {
    const client = connect({ headers: { Authorization: `Bearer ${world.outsider}` } });
    for (const { query, id } of Object.values(FOLLOWED)) {
      const unreadable = await first(client, query, { id });
      expect(unreadable, await first(client, query, { id: unknown(id) }));
      expect(unreadable, await first(client, query, { id: 'no id at all' }));
      expect(unreadable.errors[0].extensions.code, 'NOT_FOUND');
    }
  },
  'leaving ends what the server does': async () => {
    // One person has sixteen streams at most; where one is refused it is tried again until another has ended.
    const client = connect({ retryAttempts: 50, retry: () => sleep(100) });
    const follow = async () => {
      let results;
      await within(
        5_000,
        new Promise((connected) => {
          results = client.iterate({ query: COMMENTS, variables: { id: world.case.id } }, { connected });
        }),
      );
      return results;
    };
    for (let turn = 0; turn < 40; turn += 1) {
      await (await follow()).return();
    }
    const all = [];
    while (all.length < 16) all.push(await follow());
    const { status, code } = await refusal(connect(), COMMENTS, { id: world.case.id });
    expect([status, code], [429, 'TOO_MANY_CONNECTIONS']);
    await comment('To sixteen');
    for (const results of all) {
      expect((await within(5_000, results.next())).value.data.event.body, 'To sixteen');
      await results.return();
    }
  },
  'queries and mutations': async () => {
    const client = connect({ retryAttempts: 50, retry: () => sleep(100) });
    const results = client.iterate({ query: '{ viewer { person { name } } }' });
    expect((await results.next()).value.data, { viewer: { person: { name: world.name } } });
    expect((await results.next()).done, true);
    const add = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { body } } }';
    const input = { subject: world.case.id, body: 'Over events' };
    expect((await first(client, add, { input })).data, { addComment: { comment: { body: 'Over events' } } });
  },
  'a long silence': async () => {
    const client = connect({ retryAttempts: 50, retry: () => sleep(100) });
    const waiting = client.iterate({ query: COMMENTS, variables: { id: world.case.id } }).next();
    await sleep(16_500);
    await comment('After a while');
    expect((await within(5_000, waiting)).value.data.event.body, 'After a while');
    client.dispose();
  },
  'a single connection': async () => {
    const tried = first(connect({ singleConnection: true }), COMMENTS, { id: world.case.id });
    expect(await tried.catch(({ message }) => message), 'Server responded with 405: Method Not Allowed');
    const reserved = await fetch(address, { method: 'PUT', headers: bearer });
    const { message } = (await reserved.json()).errors[0];
    expect(message.includes('singleConnection: false'), true, message);
    const told = await within(
      5_000,
      new Promise((onNonLazyError) => connect({ singleConnection: true, lazy: false, onNonLazyError })),
    );
    expect(told.response.status, 405);
  },
};

await judge(short, long);

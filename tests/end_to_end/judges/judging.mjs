// What the judges of subscriptions share: the world they are given, writes over HTTP, and a report in JSON.
import { isDeepStrictEqual } from 'node:util';

export const world = JSON.parse(process.argv[2]);
export const address = `${world.url}/graphql`;
export const bearer = { Authorization: `Bearer ${world.token}` };
export const sleep = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));

// A global id of the same kind, of nothing.
export const unknown = (id) => id.replace(/.{8}$/, '00000000');

export function expect(found, wanted, what = 'What came') {
  if (!isDeepStrictEqual(found, wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)}, where ${JSON.stringify(wanted)} was wanted.`);
  }
}

export async function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`Nothing came within ${milliseconds} ms.`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function change(mutation, type, input) {
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { message } } }`;
  const response = await fetch(address, {
    method: 'POST',
    headers: { ...bearer, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  expect((await response.json()).data, { [mutation]: { userErrors: [] } }, mutation);
}

export const COMMENTS = 'subscription ($id: ID!) { event: commentAdded(subject: $id) { body author { name } } }';
export const comment = (body) => change('addComment', 'AddCommentInput', { subject: world.case.id, body });

let edits = 0;
const fresh = (text) => [{ language: 'en', text: `${text} ${(edits += 1)}` }];

// Each subscription: its document, whom it follows, what makes an event of it, and what the event must be.
export const FOLLOWED = {
  commentAdded: {
    query: COMMENTS,
    id: world.case.id,
    write: () => comment('From outside'),
    event: { body: 'From outside', author: { name: world.name } },
  },
  caseChanged: {
    query: 'subscription ($id: ID!) { event: caseChanged(id: $id) { id } }',
    id: world.case.id,
    write: () =>
      change('editCase', 'EditCaseInput', {
        id: world.case.id,
        content: { ...world.case.content, title: fresh('A title') },
      }),
    event: { id: world.case.id },
  },
  testRoundChanged: {
    query: 'subscription ($id: ID!) { event: testRoundChanged(id: $id) { id status } }',
    id: world.round.id,
    write: () => change('editTestRound', 'EditTestRoundInput', { id: world.round.id, hypothesis: fresh('We guess') }),
    event: { id: world.round.id, status: 'PLANNED' },
  },
};

// The first result of a subscription. Nothing says that it has begun, so what makes an event is done until one comes.
export async function heard(results, write) {
  let over = false;
  const writing = (async () => {
    for (let tries = 0; tries < 15 && !over; tries += 1) {
      await sleep(200);
      if (!over) await write();
    }
  })();
  try {
    return (await within(10_000, results.next())).value;
  } finally {
    over = true;
    await writing;
  }
}

// One check for each subscription: a client that follows it gets its event.
export const events = (connect) =>
  Object.fromEntries(
    Object.entries(FOLLOWED).map(([name, { query, id, write, event }]) => [
      name,
      async () => {
        const client = connect();
        const results = client.iterate({ query, variables: { id } });
        expect(await heard(results, write), { data: { event } });
        await results.return();
        await client.dispose();
      },
    ]),
  );

// Run the checks one after the other, those of the short form alone where the world says so.
export async function judge(short, long) {
  const told = [];
  for (const [name, check] of Object.entries(world.short ? short : { ...short, ...long })) {
    try {
      await within(60_000, check());
      told.push({ name, fault: null });
    } catch (fault) {
      told.push({ name, fault: fault?.stack ?? JSON.stringify(fault) });
    }
  }
  console.log(JSON.stringify(told));
  process.exit(0);
}

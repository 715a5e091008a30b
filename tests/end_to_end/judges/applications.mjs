// What applications do with the clients they are made with: a query, a mutation, a wrong query, and a subscription.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { address, bearer, comment, COMMENTS, expect, heard, judge, world } from './judging.mjs';

const overWebSocket = () =>
  createClient({
    url: address.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: bearer,
    retryAttempts: 0,
  });

// Each gives the data, or throws the errors that the server told.
const apollo = () => {
  const socket = overWebSocket();
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: address, headers: bearer }),
    ),
  });
  const asked = async (answer) => {
    try {
      return (await answer).data;
    } catch (fault) {
      throw CombinedGraphQLErrors.is(fault) ? fault.errors : fault;
    }
  };
  return {
    query: (query, variables) => asked(client.query({ query: gql(query), variables })),
    mutate: (mutation, variables) => asked(client.mutate({ mutation: gql(mutation), variables })),
    subscribe: (query, variables, next) => client.subscribe({ query: gql(query), variables }).subscribe({ next }),
    end: () => socket.dispose(),
  };
};

const urql = () => {
  const socket = overWebSocket();
  const client = new Client({
    url: address,
    fetchOptions: { headers: bearer },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...operation, query: operation.query }, sink) }),
        }),
      }),
    ],
  });
  const asked = async (answer) => {
    const { data, error } = await answer.toPromise();
    if (error) throw error.graphQLErrors;
    return data;
  };
  return {
    query: (query, variables) => asked(client.query(query, variables)),
    mutate: (mutation, variables) => asked(client.mutation(mutation, variables)),
    subscribe: (query, variables, next) => client.subscription(query, variables).subscribe(next),
    end: () => socket.dispose(),
  };
};

const graphqlRequest = () => {
  const client = new GraphQLClient(address, { headers: bearer });
  const asked = async (query, variables) => {
    try {
      return await client.request(query, variables);
    } catch (fault) {
      throw fault instanceof ClientError ? fault.response.errors : fault;
    }
  };
  return { query: asked, mutate: asked, subscribe: null, end: () => {} };
};

const without = (value) => JSON.parse(JSON.stringify(value, (key, held) => (key === '__typename' ? undefined : held)));

const uses = (connect) => async () => {
  const client = connect();
  const person = 'query ($id: ID!) { viewer { person { name } } node(id: $id) { id } }';
  expect(without(await client.query(person, { id: world.case.id })), {
    viewer: { person: { name: world.name } },
    node: { id: world.case.id },
  });
  const add =
    'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { body } userErrors { code } } }';
  const input = { subject: world.case.id, body: 'From an application' };
  expect(without(await client.mutate(add, { input })), {
    addComment: { comment: { body: 'From an application' }, userErrors: [] },
  });
  expect(without(await client.mutate(add, { input: { ...input, body: '' } })).addComment.comment, null);
  const errors = await client.query('{ nobodySaidThis }', {}).then(
    (data) => [{ message: JSON.stringify(data) }],
    (told) => told,
  );
  expect(errors[0].message, "Cannot query field 'nobodySaidThis' on type 'Query'.");
  if (client.subscribe) {
    const next = () =>
      new Promise((come) => {
        client.subscribe(COMMENTS, { id: world.case.id }, (value) => come({ value }));
      });
    const { data } = await heard({ next }, () => comment('To an application'));
    expect(without(data.event), { body: 'To an application', author: { name: world.name } });
  }
  client.end();
};

await judge({ '@apollo/client': uses(apollo), '@urql/core': uses(urql), 'graphql-request': uses(graphqlRequest) }, {});

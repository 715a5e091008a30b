// What an application on Relay asks for: pages both ways, a thing fetched again by its id, an edge added by a mutation.
import { graphql } from 'react-relay';

export const page = graphql`
  query relayPageQuery($slug: String!) {
    case(slug: $slug) {
      id
      title {
        text
      }
      ...relay_rounds
    }
    ...relay_cases
  }
`;

export const rounds = graphql`
  fragment relay_rounds on Case
  @refetchable(queryName: "relayRoundsQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" }) {
    testRounds(first: $first, after: $after) @connection(key: "relay_testRounds") {
      totalCount
      edges {
        cursor
        node {
          id
          status
        }
      }
    }
  }
`;

export const cases = graphql`
  fragment relay_cases on Query
  @refetchable(queryName: "relayCasesQuery")
  @argumentDefinitions(last: { type: "Int", defaultValue: 10 }, before: { type: "String" }) {
    cases(last: $last, before: $before) @connection(key: "relay_cases") {
      edges {
        node {
          id
          slug
        }
      }
    }
  }
`;

export const add = graphql`
  mutation relayAddMutation($input: AddCommentInput!, $connections: [ID!]!) {
    addComment(input: $input) {
      comment @appendNode(connections: $connections, edgeTypeName: "CommentEdge") {
        id
        body
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;

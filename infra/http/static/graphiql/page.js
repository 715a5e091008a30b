// The editor, speaking to the endpoint that served this page.
const first = `# Serra. Put a token from .serra/demo.json under Headers, below:
#   { "Authorization": "Bearer serra_…" }
# Without one you see what is public.

query {
  search(query: "co-creation", first: 5, languages: [en, nl]) {
    totalCount
    edges {
      language
      score
      node {
        ... on Case { slug title { text language } owner { name { text } } }
      }
    }
  }
}
`;

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    defaultQuery: first,
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: "headers",
  }),
);

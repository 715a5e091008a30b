// Follows an invitation. Its secret stands behind the #, which a browser sends to nobody; from here it goes into the
// body of one request.
const secret = location.hash.slice(1);
const documentId = document.querySelector('meta[name="document"]').content;
const forms = [...document.forms];
const outcome = document.getElementById("outcome");

function say(...lines) {
  outcome.replaceChildren(
    ...lines.map(([element, text]) => Object.assign(document.createElement(element), { textContent: text })),
  );
}

async function accept(input, token) {
  const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch("graphql", {
    method: "POST",
    headers,
    body: JSON.stringify({ documentId, variables: { input: { secret, ...input } } }),
  });
  const answer = await response.json();
  const payload = answer.data?.acceptInvitation;
  const problem = answer.errors?.[0] ?? payload?.userErrors[0];
  if (problem) {
    say(["p", problem.message]);
    return;
  }
  const { membership, tokenSecret } = payload;
  for (const form of forms) form.remove();
  history.replaceState(null, "", location.pathname);
  const keep = "This is your personal token, with which you sign in. It is shown this once: keep it where you keep passwords.";
  say(
    ["p", `Welcome, ${membership.person.name}. You are in: ${membership.organisation.name.text}.`],
    ...(tokenSecret ? [["p", keep], ["code", tokenSecret]] : []),
  );
}

for (const form of forms) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const { name, token } = Object.fromEntries(new FormData(form));
    button.disabled = true;
    try {
      await accept(name ? { name } : {}, token?.trim());
    } catch {
      say(["p", "Serra could not be reached. Try again in a moment."]);
    }
    button.disabled = false;
  });
}

if (!secret) say(["p", "This address lacks the secret of an invitation. Open the link as you were sent it."]);

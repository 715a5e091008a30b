// Follows an invitation. Its secret stands behind the #, which a browser sends to nobody; from here it goes into the
// body of one request.
const secret = location.hash.slice(1);
const idOf = (name) => document.querySelector(`meta[name="${name}"]`).content;
const roles = { ADMIN: "an administrator", EDITOR: "an editor", REVIEWER: "a reviewer", READER: "a reader" };
const forms = [...document.forms];
const outcome = document.getElementById("outcome");

function say(...lines) {
  outcome.replaceChildren(
    ...lines.map(([element, text]) => Object.assign(document.createElement(element), { textContent: text })),
  );
}

async function ask(documentId, variables, token) {
  const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch("graphql", { method: "POST", headers, body: JSON.stringify({ documentId, variables }) });
  return response.json();
}

async function preview() {
  const { data } = await ask(idOf("preview"), { secret });
  if (!data) return; // whatever is wrong, the form will tell
  const found = data.invitationPreview;
  document.getElementById("preview").textContent = found
    ? `It leads to ${found.organisation.name.text}, where you would be ${roles[found.role]}.`
    : "This invitation is not valid any more, or never was. Ask whoever sent it for a new one.";
}

async function accept(input, token) {
  const answer = await ask(idOf("document"), { input: { secret, ...input } }, token);
  const payload = answer.data?.acceptInvitation;
  const problem = answer.errors?.[0] ?? payload?.userErrors[0];
  if (problem) {
    say(["p", problem.message]);
    return;
  }
  const { membership, tokenSecret } = payload;
  for (const over of [...forms, document.getElementById("preview")]) over.remove();
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

if (secret) preview().catch(() => {});
else say(["p", "This address lacks the secret of an invitation. Open the link as you were sent it."]);

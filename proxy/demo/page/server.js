// What the page asks of the process that serves it.  No key is needed here: that process has it.

async function answerOf(response) {
  if (response.ok) return response.status === 204 ? null : response.json();
  let problem = {};
  try {
    problem = await response.json();
  } catch { /* no problem document: the status says enough */ }
  throw new Error(problem.detail || `The demo answered ${response.status}.`);
}

export async function readState() {
  return answerOf(await fetch('/demo/state', { cache: 'no-store' }));
}

export async function tell(what, body = {}) {
  const response = await fetch(`/demo/${what}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Bauta-Demo': '1' },
    body: JSON.stringify(body),
  });
  return answerOf(response);
}

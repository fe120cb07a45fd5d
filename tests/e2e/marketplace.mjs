// A sample marketplace: it books stays, lets host and guest text each other through Bauta, and keeps what its webhook hears.
//   BAUTA_URL=… BAUTA_KEY=… node marketplace.mjs JOURNAL PORT
// Everything it knows lies in the journal, a line a fact, on the disk before anybody is answered: after kill -9 it goes on where it was.
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

const [journalFile, port] = process.argv.slice(2);
const { BAUTA_URL, BAUTA_KEY } = process.env;
const HOOK = `http://127.0.0.1:${port}/bauta`;

/** What it knows: the webhook's secret, stays by id, events in the order in which they came, and the ids of those. */
class Journal {
  secret = null;
  stays = new Map();
  events = [];
  seen = new Set();

  constructor(file) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));  // a line that a crash cut off was promised to nobody
    for (const line of whole.split('\n')) if (line) this.#apply(JSON.parse(line));
    this.file = openSync(file, 'a');
  }

  /** Durable when it returns. */
  write(fact) {
    writeSync(this.file, `${JSON.stringify(fact)}\n`);
    fsyncSync(this.file);
    this.#apply(fact);
  }

  #apply({ secret, stay, event }) {
    if (secret) this.secret = secret;
    if (stay) this.stays.set(stay.id, { ...this.stays.get(stay.id), ...stay });
    if (event) {
      this.events.push(event);
      this.seen.add(event.id);
    }
  }

  close() { closeSync(this.file); }
}

/** A call that is made again until it is answered: with the same Idempotency-Key it is done once. */
async function bauta(method, path, body, idempotencyKey) {
  for (let tries = 0; ; ++tries) {
    const answer = await fetch(BAUTA_URL + path, {
      method,
      headers: {
        Authorization: `Bearer ${BAUTA_KEY}`,
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(idempotencyKey ? { 'Idempotency-Key': idempotencyKey } : {}),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => null);
    const text = await answer?.text().catch(() => null) ?? null;
    const json = text ? JSON.parse(text) : null;
    const again = text === null || answer.status === 429 || answer.status >= 500 || json?.code === 'idempotency.in_flight';
    if (!again) return { status: answer.status, json };
    await sleep(Math.min(100 * 2 ** tries, 1000));
  }
}

async function wanted(...call) {
  const { status, json } = await bauta(...call);
  if (status >= 400) throw Object.assign(new Error(json.detail), { status, problem: json });
  return json;
}

/** The secret is shown once: if a crash came before it was kept, the webhook is made anew. */
async function subscribe(journal) {
  if (journal.secret) return;
  for (const { id, url } of (await wanted('GET', '/api/v1/webhooks')).data) if (url === HOOK) await wanted('DELETE', `/api/v1/webhooks/${id}`);
  const { secret } = await wanted('POST', '/api/v1/webhooks', { url: HOOK, types: ['session.*', 'message.*'] }, randomUUID());
  journal.write({ secret });
}

/** Some routes with `:names`, as web frameworks have them. */
class App {
  routes = [];

  on(method, path, handle) { this.routes.push({ method, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), handle }); }

  async take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const route = this.routes.find(({ method, pattern }) => method === request.method && pattern.test(request.url));
    const answer = (status, json) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(json && JSON.stringify(json));
    if (!route) return answer(404);
    try {
      answer(...await route.handle({ ...request.url.match(route.pattern).groups, headers: request.headers, body: Buffer.concat(chunks).toString('utf8') }));
    } catch (error) {
      answer(error.status ?? 500, error.problem ?? { detail: String(error) });
    }
  }
}

const journal = new Journal(journalFile);
const app = new App();

/** Does what a stay still wants of Bauta; what it wants was written down first, so a crash in between only delays it. */
async function settle(id) {
  const stay = journal.stays.get(id);
  if (!stay.session) {
    const participants = [{ address: stay.host, label: 'Host' }, { address: stay.guest, label: 'Guest' }];
    const session = await wanted('POST', '/api/v1/sessions', { participants, ttl_seconds: stay.ttl_seconds, metadata: { stay: id } }, `book-${id}`);
    journal.write({ stay: { id, session: session.id, lines: session.participants.map((one) => one.virtual_number), expires_at: session.expires_at } });
  }
  const { session, extend_by, ended } = journal.stays.get(id);
  if (extend_by) {
    const { expires_at } = await wanted('PATCH', `/api/v1/sessions/${session}`, { ttl_seconds: extend_by });
    journal.write({ stay: { id, expires_at, extend_by: 0 } });
  }
  if (ended === 'wanted') {
    await wanted('PATCH', `/api/v1/sessions/${session}`, { status: 'closed' });
    journal.write({ stay: { id, ended: 'done' } });
  }
  return [200, journal.stays.get(id)];
}

app.on('POST', '/stays', ({ body }) => {
  const { id, host, guest } = JSON.parse(body);
  if (!journal.stays.has(id)) journal.write({ stay: { id, host, guest, ttl_seconds: 3600 } });
  return settle(id);
});
app.on('POST', '/stays/:id/extend', ({ id, body }) => {
  journal.write({ stay: { id, extend_by: JSON.parse(body).seconds } });
  return settle(id);
});
app.on('POST', '/stays/:id/end', ({ id }) => {
  journal.write({ stay: { id, ended: 'wanted' } });
  return settle(id);
});
app.on('GET', '/stays/:id', ({ id }) => [200, journal.stays.get(id)]);
app.on('GET', '/events', () => [200, journal.events]);
app.on('POST', '/bauta', ({ headers, body }) => {
  let event;
  try {
    event = new Webhook(journal.secret).verify(body, headers);
  } catch {
    return [400];
  }
  if (!journal.seen.has(headers['webhook-id'])) journal.write({ event });
  return [204];
});

const server = http.createServer((request, response) => app.take(request, response));
await new Promise((listening) => server.listen(Number(port), '127.0.0.1', listening));
await subscribe(journal);
for (const { id } of journal.stays.values()) await settle(id);
console.log('marketplace ready');

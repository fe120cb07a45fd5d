// A marketplace built on Bauta as an integrator would build it, while both are killed again and again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { londoner, STRANGER, V1, V3, V4 } from './support/people.mjs';
import { request } from './support/http.mjs';
import { Process, Relay, freePort } from './support/relay.mjs';
import { PATIENCE, each, until } from './support/until.mjs';

const PROGRAM = new URL('marketplace.mjs', import.meta.url).pathname;
const STAYS = 4;
const ROUNDS = 4;

const host = (n) => `+1202555${String(100 + n).padStart(4, '0')}`;

/** The marketplace's process; it is started again on the same journal and the same port. */
class Marketplace {
  constructor({ relay, journal, port }) { Object.assign(this, { relay, journal, address: `127.0.0.1:${port}`, port, output: '' }); }

  async start() {
    this.child = spawn(process.execPath, [PROGRAM, this.journal, String(this.port)], {
      env: { ...process.env, BAUTA_URL: `http://${this.relay.address}`, BAUTA_KEY: this.relay.key }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    const from = this.output.length;
    for (const stream of [this.child.stdout, this.child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { this.output += chunk; });
    this.ended = new Promise((ended) => this.child.on('close', ended));
    await until('the marketplace is ready', () => {
      if (this.child.exitCode !== null) throw new Error(`the marketplace ended:\n${this.output}`);
      return this.output.slice(from).includes('marketplace ready');
    }, { seconds: 60 });
    return this;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async ask(method, path, body) {
    const answer = await request(method, this.address, path, { body: body && JSON.stringify(body) });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  /** The same, by a browser that asks again when nobody answers. */
  insist(method, path, body) {
    return until(`${method} ${path} is answered`, () => this.ask(method, path, body).catch((error) => {
      if (error instanceof assert.AssertionError) throw error;
      return null;
    }), { seconds: 60, every: 200 });
  }
}

test('a marketplace and Bauta survive kill -9: every event comes exactly once, in order in each session', { timeout: 300_000 * PATIENCE }, async (t) => {
  const phonesAt = `127.0.0.1:${await freePort()}`;
  const relay = await Relay.make({
    simulated: `http://${phonesAt}`,
    settings: {
      public: { listen: `127.0.0.1:${await freePort()}` }, relay: { unknown_wait_seconds: 1 }, log: { level: 'info' },
      webhooks: { allow_private: ['127.0.0.0/8'], retry_backoff_first_ms: 100, retry_backoff_max_ms: 500 },
    },
  });
  t.after(() => relay.remove());
  await relay.start();
  await relay.addNumbers(V1, V3, V4);
  const handsets = new Process(['handsets', '--listen', phonesAt, '--relay', `http://${relay.address}`],
    { BAUTA_HANDSETS_TOKEN: Relay.TOKEN, BAUTA_HANDSETS_SECRET: Relay.AUTH_TOKEN });
  t.after(() => handsets.end('SIGKILL'));
  await handsets.says(/handsets listen=/);
  const phone = async (path, body) => (await request('POST', phonesAt, path, { body: JSON.stringify(body) })).json;

  const marketplace = new Marketplace({ relay, journal: join(relay.folder, 'marketplace.journal'), port: await freePort() });
  t.after(() => marketplace.kill());
  await marketplace.start();

  const stays = await each(Array.from({ length: STAYS }, (_, n) => n), 2, (n) =>
    marketplace.insist('POST', '/stays', { id: `stay-${n}`, host: host(n), guest: londoner(n) }));
  const said = stays.map(() => []);
  const write = async (n, words) => {
    said[n].push(words);
    await phone('/handsets/text', { from: host(n), to: stays[n].lines[0], text: words });
  };

  for (let round = 0; round < ROUNDS; ++round) {
    // What people and the marketplace do goes on while one of the two, or both, are dead.
    const relayDies = round % 2 === 0, marketplaceDies = round !== 0;
    for (let n = 0; n < STAYS; ++n) await write(n, `round ${round}, before`);
    if (relayDies) await relay.kill();
    if (marketplaceDies) await marketplace.kill();
    for (let n = 0; n < STAYS; ++n) await write(n, `round ${round}, meanwhile`);
    if (relayDies) await relay.start();
    if (marketplaceDies) await marketplace.start();
    if (round === 1) await marketplace.insist('POST', '/stays/stay-0/extend', { seconds: 86_400 });
  }
  await until('everybody has read everything', async () => {
    for (let n = 0; n < STAYS; ++n) {
      const { texts } = await phone('/handsets/inbox', { address: londoner(n), after: 0 });
      if (texts.length < said[n].length) return false;
    }
    return true;
  }, { seconds: 60, every: 200 });

  // Bauta dies in the middle of the end of a stay: the marketplace asks again until it is done.
  const ending = [0, 1].map((n) => marketplace.insist('POST', `/stays/stay-${n}/end`));
  await relay.kill();
  await relay.start();
  for (const stay of await Promise.all(ending)) assert.equal(stay.ended, 'done');
  const extended = await relay.ask(200, 'GET', `/api/v1/sessions/${stays[0].session}`);
  assert.deepEqual([extended.status, extended.closed_reason, extended.metadata], ['closed', 'api', { stay: 'stay-0' }]);
  assert.ok(Date.parse(extended.expires_at) - Date.parse(stays[0].expires_at) > 80_000_000, 'it was extended by a day');

  await marketplace.kill();
  await marketplace.start();
  const wanted = (await relay.events()).filter(({ type }) => /^(session|message)\./.test(type));
  await until(`all of ${wanted.length} events are told`, async () => (await marketplace.ask('GET', '/events')).length >= wanted.length, { seconds: 60, every: 200 });
  const told = await marketplace.ask('GET', '/events');
  for (const session of new Set(wanted.map((event) => event.session))) {
    assert.deepEqual(told.filter((event) => event.session === session), wanted.filter((event) => event.session === session), 'as the log has it');
  }
  assert.equal(told.length, wanted.length);
  t.diagnostic(`${told.length} events, ${await relay.metric('bauta_webhook_deliveries_total')} attempts of the last process`);

  for (let n = 0; n < STAYS; ++n) {
    const { texts } = await phone('/handsets/inbox', { address: londoner(n), after: 0 });
    // In no order: the carrier brings again what met a dead relay, after what came since.
    assert.deepEqual(texts.map((one) => [one.from, one.text]).sort(), said[n].map((words) => [stays[n].lines[1], words]).sort(), 'each once');
  }
});

test('the marketplace believes nobody who does not sign', async (t) => {
  const relay = await Relay.make({ apiUrl: 'http://127.0.0.1:1', settings: { webhooks: { allow_private: ['127.0.0.0/8'] } } });
  t.after(() => relay.remove());
  await relay.start();
  const marketplace = await new Marketplace({ relay, journal: join(relay.folder, 'marketplace.journal'), port: await freePort() }).start();
  t.after(() => marketplace.kill());
  const forged = await request('POST', marketplace.address, '/bauta', {
    headers: { 'webhook-id': 'evt_1', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-signature': 'v1,AAAA' },
    body: JSON.stringify({ id: 'evt_1', type: 'message.delivered', session: STRANGER }),
  });
  assert.equal(forged.status, 400);
  assert.deepEqual(await marketplace.ask('GET', '/events'), []);
});

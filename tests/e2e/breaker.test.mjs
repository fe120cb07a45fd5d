// A carrier that is down is not tried with every text: what a platform is told of it, and what becomes of the texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './support/command.mjs';
import { A, B, V1, V2, berliner } from './support/people.mjs';
import { created, texts } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const numbers = [V1, V2];
const settings = {
  relay: {
    breaker_failures: 3, breaker_pause_seconds: 1, breaker_pause_seconds_max: 1, retry_backoff_first_ms: 50, retry_backoff_max_ms: 100, log_look_seconds: 1,
  },
};
const bodies = (carrier) => carrier.posts.map((post) => post.Body);
const breaker = (relay) => relay.metric('bauta_breaker_state', { connection: 'twilio' });

/** Nobody listens where the carrier was, until it comes back there. */
async function goDown(carrier) {
  const port = Number(new URL(carrier.url).port);
  await carrier.stop();
  return () => new Promise((listening) => carrier.server.listen(port, '127.0.0.1', listening));
}

async function toldOf(relay, type) {
  return until(type, async () => {
    const events = await relay.events(type);
    return events.length > 0 && events;
  });
}

test('while the carrier is down texts wait untried; when it is back all come in order, and both is told', async (t) => {
  const { relay, carrier } = await world({ t, numbers, settings });
  const session = await relay.openSession(A, B);
  const comeBack = await goDown(carrier);
  const words = ['one', 'two', 'three', 'four'];
  for (const word of words) await texts(relay, A, V1, word);
  const [down] = await toldOf(relay, 'carrier.down');
  assert.deepEqual(Object.keys(down.data).sort(), ['code', 'connection', 'since']);
  assert.deepEqual([down.data.connection, down.data.code, down.session], ['twilio', 'http.connect_failed', null]);
  assert.ok(Math.abs(Date.parse(down.data.since) - Date.now()) < 60_000, down.data.since);
  assert.ok(await breaker(relay) > 0);

  const { data: [queue] } = await relay.ask(200, 'GET', '/api/v1/queue');
  assert.deepEqual([queue.connection, queue.texts, queue.down.code], ['twilio', 4, 'http.connect_failed']);
  const { recipients: [recipient], down: [why] } = await relay.ask(200, 'POST', '/api/v1/explain', { from: A, to: V1 });
  assert.deepEqual(recipient.down, ['twilio']);
  assert.deepEqual([why.connection, why.code, why.since.slice(0, 19)], ['twilio', 'http.connect_failed', down.data.since.slice(0, 19)]);
  const [oldest] = await relay.messages(session);
  const traced = await relay.ask(200, 'GET', `/api/v1/messages/${oldest.id}/trace`);
  assert.deepEqual(traced.down.map((one) => one.connection), ['twilio']);
  // The command line promises no arrival, and says what a text waits for.
  const environment = { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  const waits = /^twilio is down since 20\S+Z \(http\.connect_failed\); it is tried again at 20\S+Z$/m;
  const explained = await run(['explain', A, V1], environment);
  assert.match(explained.stdout, / {2}waits {2}/);
  assert.match(explained.stderr, waits);
  // Now and then a probe is on its way.
  const shown = await until('the trace shows the code', async () => {
    const ran = await run(['trace', oldest.id], environment);
    return / queued +http\.connect_failed +\d+ /.test(ran.stdout) && ran;
  });
  assert.match(shown.stdout, /^TO +FROM +STATUS +CODE +ATTEMPTS/m);
  assert.match(shown.stderr, waits);

  await comeBack();
  await carrier.received(4);
  assert.deepEqual(bodies(carrier), words);
  const [up] = await toldOf(relay, 'carrier.up');
  assert.deepEqual([up.data.connection, up.data.since], ['twilio', down.data.since]);
  assert.match(up.data.down_seconds, /^\d+$/);
  assert.equal((await relay.events('carrier.down')).length, 1);
  assert.equal(await breaker(relay), 0);
  assert.equal(await relay.metric('bauta_breaker_transitions_total', { connection: 'twilio', to: 'closed' }), 1);
  assert.deepEqual([await relay.deadLetters(), carrier.faults], [[], []]);
});

test('numbers with a fallback send by it, and the connection that is down is tried by probes alone', async (t) => {
  const { relay, carrier, spare } = await world({
    t, numbers, settings: { relay: { ...settings.relay, breaker_pause_seconds: 3, breaker_pause_seconds_max: 3 } }, fallbacks: { spare: () => created },
  });
  await relay.openSession(A, B);
  const comeBack = await goDown(carrier);
  const words = ['1', '2', '3', '4', '5', '6'];
  for (const word of words) await texts(relay, A, V1, word);
  await spare.received(6);
  assert.deepEqual(bodies(spare), words);
  assert.ok(await relay.metric('bauta_breaker_kept_texts_total', { connection: 'twilio' }) > 0);
  await toldOf(relay, 'carrier.down');
  await comeBack();
  let more = 0;
  await until('texts leave by the first again', async () => {
    more += 1;
    await texts(relay, A, V1, `again ${more}`);
    return carrier.posts.length > 0;
  }, { every: 200 });
  await toldOf(relay, 'carrier.up');
  assert.deepEqual(await relay.deadLetters(), []);
});

test('what was told of as down before a restart is told of as up after it', async (t) => {
  const { relay, carrier } = await world({ t, numbers, settings });
  await relay.openSession(A, B);
  const comeBack = await goDown(carrier);
  await texts(relay, A, V1, 'waits');
  await toldOf(relay, 'carrier.down');
  await relay.stop();
  await relay.start();
  assert.ok(await breaker(relay) > 0, 'it is remembered');
  await comeBack();
  await carrier.received(1);
  await toldOf(relay, 'carrier.up');
  assert.equal((await relay.events('carrier.down')).length, 1);
});

test('a booking that brings one person near the size of a locality tells of it', async (t) => {
  const washington = [160, 161, 162, 163, 164].map((line) => `+12025550${line}`);
  const { relay } = await world({ t, numbers: [...washington, V2], settings: { metrics: { census_seconds: 1 } } });
  await until('the numbers are counted', async () =>
    await relay.metric('bauta_pool_numbers', { country: 'US', area_code: '202', status: 'active' }) === 5);
  for (const n of [0, 1, 2]) await relay.openSession(A, berliner(n));
  assert.deepEqual(await relay.events('pool.low'), []);
  await relay.openSession(A, berliner(3));
  await relay.openSession(A, berliner(4));
  const told = await relay.events('pool.low');
  assert.deepEqual(told.map((event) => [event.data, event.session]), [
    [{ country: 'US', area_code: '202', numbers: '5', lines: '4', percent: '80' }, null],
  ]);
});

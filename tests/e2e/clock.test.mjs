// A machine whose clock somebody sets by days, while the relay runs and while it does not.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { Endpoint, verify } from './support/endpoint.mjs';
import { request } from './support/http.mjs';
import { A, B, C, STRANGER, V1, V2, V4, londoner } from './support/people.mjs';
import { Relay, bauta, temporaryFolder } from './support/relay.mjs';
import { settableClock } from './support/settable_clock.mjs';
import { TwilioStandIn, texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { linesOf } from './support/world.mjs';

const HOUR = 3600, DAY = 24 * HOUR;
/** What a test may take between two readings. */
const SLACK = 60;

async function compiles() {
  const folder = await temporaryFolder();
  const clock = await settableClock(folder);
  await clock?.close();
  await rm(folder, { recursive: true });
  return clock !== null;
}
const options = { timeout: 120_000, skip: await compiles() ? false : 'there is no C compiler to build the settable clock with' };

async function machine(t) {
  const folder = await temporaryFolder();
  const clock = await settableClock(folder);
  const carrier = await TwilioStandIn.start();
  const relay = await Relay.make({ apiUrl: carrier.url, settings: { clock: { mark_seconds: 1 }, webhooks: { allow_private: ['127.0.0.0/8'] } } });
  t.after(async () => {
    try {
      await relay.remove();
    } finally {
      await carrier.stop();
      await clock.close();
      await rm(folder, { recursive: true });
    }
  });
  await relay.start(clock.environment);
  await relay.addNumbers(V1, V2, V4);
  return { relay, carrier, clock };
}

const shown = async (relay) => (await request('GET', relay.admin, '/clock')).json;
const isNear = (actual, expected) => assert.ok(Math.abs(actual - expected) < SLACK, `${actual} is not about ${expected}`);
const states = (relay, state) => until(`the clock to be ${state}`, async () => (await shown(relay)).state === state);
const ask = (relay, command, ...more) => bauta('clock', command, '--url', `http://${relay.admin}`, ...more);

test('NeverMisroute: a clock that is set two days ahead ends no session and frees no line, until somebody confirms it', options, async (t) => {
  const { relay, carrier, clock } = await machine(t);
  const endpoint = await Endpoint.start(t);
  const { secret } = await relay.ask(201, 'POST', '/api/v1/webhooks', { url: endpoint.url, types: ['message.received'] });
  const open = await relay.ask(201, 'POST', '/api/v1/sessions',
    { participants: [{ address: STRANGER }, { address: C }], ttl_seconds: HOUR });
  const ended = await relay.openSession(A, B);
  await relay.ask(200, 'PATCH', `/api/v1/sessions/${ended.id}`, { status: 'closed' });
  const claim = (status) => relay.ask(status, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: londoner(1) }] });
  assert.equal((await claim(409)).code, 'pool.exhausted', 'the line that ended cools');
  assert.deepEqual([(await shown(relay)).state, await relay.metric('bauta_clock_doubted')], ['trusted', 0]);
  assert.equal((await request('GET', relay.admin, '/readyz')).text, 'ready\n');

  await clock.set(2 * DAY);
  await states(relay, 'doubted');
  isNear((await shown(relay)).offset_seconds, 2 * DAY);
  await until('the metrics to say so', async () => await relay.metric('bauta_clock_doubted') === 1);
  isNear(await relay.metric('bauta_clock_offset_seconds'), 2 * DAY);
  const ready = await request('GET', relay.admin, '/readyz');
  assert.equal(ready.status, 200);
  assert.match(ready.text, /^ready\nwarning: clock: the machine's clock is 17\d{4} seconds ahead of /);

  const session = async () => relay.ask(200, 'GET', `/api/v1/sessions/${open.id}`);
  await never('the session ends', async () => (await session()).status === 'closed', { seconds: 2.5 });
  assert.equal((await claim(409)).code, 'pool.exhausted');
  await texts(relay, STRANGER, linesOf(open)[STRANGER], 'still here?');
  await carrier.received(1);
  assert.deepEqual([carrier.posts[0].To, carrier.posts[0].Body], [C, 'still here?']);
  const [told] = await endpoint.received(1);
  isNear(Number(told.headers['webhook-timestamp']), Date.now() / 1000 + 2 * DAY);
  isNear(Date.parse(told.event.created_at) / 1000, Date.now() / 1000);
  assert.throws(() => verify(told, secret), /timestamp/i, 'it is stamped by the clock of the machine, which is wrong');
  assert.equal(relay.log.match(/machine's clock leapt/g).length, 1, 'said once');

  await relay.kill();
  await relay.start(clock.environment);
  assert.equal((await shown(relay)).state, 'doubted', 'also after a crash');
  await never('the session ends', async () => (await session()).status === 'closed', { seconds: 2.5 });
  assert.equal((await claim(409)).code, 'pool.exhausted');
  assert.match((await ask(relay, 'show')).stdout, /^state +doubted$/m);

  const page = await request('POST', relay.admin, '/clock/confirm', { headers: { Origin: 'http://127.0.0.1:9090' } });
  assert.deepEqual([page.status, page.json.code], [403, 'admin.from_a_page']);
  assert.equal((await shown(relay)).state, 'doubted');
  const confirmed = await ask(relay, 'confirm', '--json');
  assert.equal(confirmed.code, 0, confirmed.stderr);
  assert.deepEqual([JSON.parse(confirmed.stdout).state, JSON.parse(confirmed.stdout).offset_seconds], ['trusted', 0]);
  const closed = await until('what has come due by the clock is done', async () => {
    const now = await session();
    return now.status === 'closed' && now;
  });
  assert.equal(closed.closed_reason, 'expired');
  await claim(201);
  assert.equal(await relay.metric('bauta_clock_doubted'), 0);
  assert.equal(await relay.metric('bauta_clock_offset_seconds'), 0);
});

test('a start behind the last time that was known goes on from there, until somebody confirms the clock', options, async (t) => {
  const { relay, clock } = await machine(t);
  const before = Date.parse((await shown(relay)).now);
  await relay.stop();
  await clock.set(2 * DAY);
  await relay.start(clock.environment);
  assert.equal((await shown(relay)).state, 'trusted', 'forward is downtime');
  isNear((Date.parse((await shown(relay)).now) - before) / 1000, 2 * DAY);
  const commits = () => relay.metric('bauta_commits_total', { outcome: 'committed' });
  const first = await commits();
  await until('it is written down, second by second', async () => await commits() >= first + 2);

  await relay.kill();
  await clock.set(DAY);
  await relay.start(clock.environment);
  const doubted = await shown(relay);
  assert.equal(doubted.state, 'doubted');
  isNear((Date.parse(doubted.now) - before) / 1000, 2 * DAY);
  isNear(doubted.offset_seconds, -DAY);
  assert.match((await request('GET', relay.admin, '/readyz')).text, /seconds behind the time/);

  // Set right, it is still for somebody to say so.
  await relay.stop();
  await clock.set(2 * DAY);
  await relay.start(clock.environment);
  assert.equal((await shown(relay)).state, 'doubted');
  assert.equal((await request('POST', relay.admin, '/clock/confirm')).json.state, 'trusted');
  await relay.kill();
  await relay.start(clock.environment);
  assert.equal((await shown(relay)).state, 'trusted');
});

test('a clock that goes wrong by less than five minutes is followed', options, async (t) => {
  const { relay, clock } = await machine(t);
  for (const seconds of [290, 0, -290]) {
    await clock.set(seconds);
    const now = await shown(relay);
    assert.deepEqual([now.state, now.offset_seconds], ['trusted', 0], `${seconds} s`);
    isNear(Date.parse(now.now) / 1000, Date.now() / 1000 + seconds);
  }
});

test('bauta clock says when nobody is there', async () => {
  const { code, stderr } = await bauta('clock', 'show', '--url', 'http://127.0.0.1:9');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /server\.unreachable/);
});

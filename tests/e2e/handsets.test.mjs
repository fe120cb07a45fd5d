// Through `bauta handsets`, the simulated carrier as a process of its own, with the trouble that carriers make.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { V2, V4, berliner, londoner } from './support/people.mjs';
import { request } from './support/http.mjs';
import { Process, Relay, freePort } from './support/relay.mjs';
import { until } from './support/until.mjs';

const SESSIONS = 3;
const TEXTS = 25;

async function phones(t, trouble, settings = { relay: { unknown_wait_seconds: 2 } }) {
  const address = `127.0.0.1:${await freePort()}`;
  const relay = await Relay.make({ simulated: `http://${address}`, settings });
  t.after(() => relay.remove());
  await relay.start();
  await relay.addNumbers(V2, V4);
  const handsets = new Process(['handsets', '--listen', address, '--relay', `http://${relay.address}`],
    { BAUTA_HANDSETS_TOKEN: Relay.TOKEN, BAUTA_HANDSETS_SECRET: Relay.AUTH_TOKEN });
  t.after(() => handsets.end('SIGKILL'));
  await handsets.says(/handsets listen=/);
  const ask = async (path, body) => {
    const answer = await request(body ? 'POST' : 'GET', address, path, { body: body && JSON.stringify(body) });
    assert.ok(answer.status < 300, answer.text);
    return answer.json;
  };
  await ask('/trouble', trouble);
  return {
    relay,
    stats: () => ask('/handsets/stats'),
    write: (from, to, text) => ask('/handsets/text', { from, to, text }),
    inbox: async (phone) => (await ask('/handsets/inbox', { address: phone, after: 0 })).texts,
  };
}

/** Everybody writes; what each phone should get, in its order. */
async function converse(world) {
  const expected = new Map();
  for (let n = 0; n < SESSIONS; ++n) {
    await world.relay.openSession(berliner(n), londoner(n));
    expected.set(berliner(n), { from: V2, texts: [] }).set(londoner(n), { from: V4, texts: [] });
  }
  for (let i = 0; i < TEXTS; ++i) {
    for (let n = 0; n < SESSIONS; ++n) {
      await world.write(berliner(n), V2, `to London ${n}, ${i}`);
      await world.write(londoner(n), V4, `to Berlin ${n}, ${i}`);
      expected.get(londoner(n)).texts.push(`to London ${n}, ${i}`);
      expected.get(berliner(n)).texts.push(`to Berlin ${n}, ${i}`);
    }
  }
  return expected;
}

test('callbacks that come twice, are put off, and receipts that come before the answer: once each, in order', { timeout: 60_000 }, async (t) => {
  const world = await phones(t, { duplicate_percent: 40, throttle_percent: 6, loss_percent: 0, delay_ms: 10, receipts: 'early', seed: 7 });
  const expected = await converse(world);
  await until('all texts are shown', async () => (await world.stats()).texts_shown >= 2 * SESSIONS * TEXTS, { seconds: 45, every: 100 });
  await until('no callback waits', async () => (await world.stats()).callbacks_waiting === 0, { seconds: 20, every: 100 });
  for (const [phone, { from, texts }] of expected) {
    const inbox = await world.inbox(phone);
    assert.deepEqual(inbox.map((one) => one.text), texts);
    assert.ok(inbox.every((one) => one.from === from));
  }
  assert.ok(await world.relay.metric('bauta_texts_total', { direction: 'inbound', outcome: 'duplicate' }) > 0);
  assert.equal(await world.relay.metric('bauta_possible_doubles_total'), 0);
});

test('texts that overtake each other, answers and texts that are lost: each arrives once, or is a dead letter', { timeout: 60_000 }, async (t) => {
  const world = await phones(t, { duplicate_percent: 30, reorder_percent: 30, loss_percent: 15, delay_ms: 5, receipts: 'normal', seed: 3 });
  const expected = await converse(world);
  const total = 2 * SESSIONS * TEXTS;
  await until('all texts are shown or lost', async () => {
    const stats = await world.stats();
    return stats.texts_shown + stats.texts_lost >= total && stats.callbacks_waiting === 0;
  }, { seconds: 45, every: 100 });
  let missing = 0;
  for (const [phone, { from, texts }] of expected) {
    const inbox = await world.inbox(phone);
    assert.equal(new Set(inbox.map((one) => one.text)).size, inbox.length, 'none twice');
    assert.ok(inbox.every((one) => one.from === from && texts.includes(one.text)));
    missing += texts.length - inbox.length;
  }
  const dead = await world.relay.deadLetters();
  assert.equal(dead.length, missing);
  assert.ok(missing > 0 && dead.every((letter) => letter.status === 'undelivered'));
  assert.equal((await world.relay.events('message.undelivered')).length, missing);
});

test('a text that was taken and never answered is asked about: the phone shows it once', async (t) => {
  const world = await phones(t, { hang_percent: 100, receipts: 'never' }, { relay: { unknown_wait_seconds: 1 }, http: { client_read_timeout_seconds: 1 } });
  const session = await world.relay.openSession(berliner(0), londoner(0));
  await world.write(berliner(0), V2, 'are you there?');
  await until('it is sent', async () => (await world.relay.messages(session))[0]?.deliveries[0].status === 'sent');
  assert.deepEqual((await world.inbox(londoner(0))).map((one) => one.text), ['are you there?']);
  assert.equal((await world.stats()).texts_taken, 1);
  assert.equal(await world.relay.metric('bauta_asked_total', { connection: 'simulated', outcome: 'found' }), 1);
  assert.equal(await world.relay.metric('bauta_possible_doubles_total'), 0);
});

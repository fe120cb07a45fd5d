import assert from 'node:assert/strict';
import { test } from 'node:test';
import { V2, V4, berliner, londoner } from './support/people.mjs';
import { created, hang, report, texts } from './support/twilio_stand_in.mjs';
import { each, until } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

const SENDERS = 50;
const TEXTS = 10;

test('C49: SIGTERM while the carrier hangs: the relay ends in time, and 500 texts that were answered 200 arrive', { timeout: 120_000 }, async (t) => {
  const { relay, carrier } = await world({
    t, numbers: [V2, V4], answer: () => hang,
    settings: { server: { drain_seconds: 2 }, relay: { unknown_wait_seconds: 2 }, http: { client_read_timeout_seconds: 120 }, log: { level: 'info' } },
  });
  const expected = new Map();  // text -> [From, To]
  const senders = await each(Array.from({ length: SENDERS }, (_, n) => n), 8, async (n) => {
    const session = await relay.openSession(berliner(n), londoner(n));
    assert.deepEqual(linesOf(session), { [berliner(n)]: V2, [londoner(n)]: V4 });
    return n;
  });
  await each(senders, 16, async (n) => {
    for (let i = 0; i < TEXTS; ++i) {
      const words = `text ${i} of ${n}`;
      expected.set(words, [V4, londoner(n)]);
      await texts(relay, berliner(n), V2, words);
    }
  });
  await carrier.received(SENDERS);
  assert.equal(carrier.posts.length, SENDERS, 'one in flight a lane');

  const signalled = Date.now();
  const exit = await relay.stop();
  const took = Date.now() - signalled;
  assert.deepEqual(exit, { code: 0, signal: null });
  assert.ok(took < 4000, `ended after ${took} ms`);
  assert.match(relay.log, new RegExp(`stopped reason=signal cut_off=${SENDERS}\\b`));

  const inFlight = new Set(carrier.posts.map((post) => post.Body));
  carrier.posts.length = 0;
  carrier.answer = () => created;
  const started = Date.now();
  await relay.start();
  const unknown = await until('those in flight are marked unknown', async () => {
    const events = await relay.events('message.unknown');
    return events.length >= SENDERS && events;
  });
  assert.equal(unknown.length, SENDERS);
  assert.equal(await relay.metric('bauta_crashed_claims_total'), SENDERS);

  await carrier.received(expected.size, 60);
  for (const post of carrier.posts) assert.deepEqual([post.From, post.To], expected.get(post.Body), post.Body);
  assert.deepEqual(new Set(carrier.posts.map((post) => post.Body)), new Set(expected.keys()));
  assert.equal(carrier.posts.length, expected.size, 'each once');
  for (const post of carrier.posts) {
    if (inFlight.has(post.Body)) assert.ok(post.at - started >= 1900, `resent blindly after ${post.at - started} ms`);
  }
  assert.equal(await relay.metric('bauta_possible_doubles_total', { connection: 'twilio' }), SENDERS);
  for (const n of senders) {
    const bodies = carrier.posts.filter((post) => post.To === londoner(n)).map((post) => post.Body);
    assert.deepEqual(bodies, Array.from({ length: TEXTS }, (_, i) => `text ${i} of ${n}`), 'in order');
  }
  assert.deepEqual(await relay.deadLetters(), []);
});

test('a text whose outcome was lost in a crash is not sent again once its receipt comes', async (t) => {
  const { relay, carrier } = await world({
    t, numbers: [V2, V4], answer: (_, count) => (count === 1 ? { taken: true, lost: true } : created),
    settings: { relay: { unknown_wait_seconds: 3 } },
  });
  const session = await relay.openSession(berliner(1), londoner(1));
  await texts(relay, berliner(1), V2, 'first');
  await texts(relay, berliner(1), V2, 'second');
  const [taken] = await carrier.received(1);
  await until('it is unknown', async () => (await relay.messages(session))[0].deliveries[0].status === 'unknown');
  await relay.kill();
  await relay.start();
  assert.equal((await report(relay, taken, 'delivered')).status, 200);
  await carrier.received(2);
  assert.deepEqual(carrier.posts.map((post) => post.Body), ['first', 'second']);
  assert.equal(await relay.metric('bauta_possible_doubles_total'), 0);
  assert.equal((await relay.messages(session))[0].deliveries[0].status, 'delivered');
});

test('a service that wants no possible doubles gets a dead letter instead', async (t) => {
  const { relay, carrier } = await world({
    t, numbers: [V2, V4], answer: (_, count) => (count === 1 ? { taken: true, lost: true } : created), settings: { relay: { unknown_wait_seconds: 1 } },
  });
  carrier.asking = () => 'refused';
  await relay.ask(200, 'PATCH', '/api/v1/services/default', { unknown: 'dead_letter' });
  await relay.openSession(berliner(1), londoner(1));
  await texts(relay, berliner(1), V2, 'first');
  await texts(relay, berliner(1), V2, 'second');
  await carrier.received(2);
  assert.deepEqual(carrier.posts.map((post) => post.Body), ['first', 'second']);
  const [letter] = await relay.deadLetters();
  assert.deepEqual([letter.status, letter.error.code], ['failed', 'outcome_unknown']);
  assert.equal((await relay.events('message.failed')).length, 1);
});

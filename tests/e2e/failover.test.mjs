// A number's fallbacks: connections that send what its own one puts off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, V1, V2 } from './support/people.mjs';
import { Relay } from './support/relay.mjs';
import { answerLost, callback, created, inboundFields, report, texts, throttled } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { world } from './support/world.mjs';

const numbers = [V1, V2];
const bodies = (carrier) => carrier.posts.map((post) => post.Body);

test('what the first connection puts off is sent by the next at once, and so is what follows', async (t) => {
  const { relay, carrier, spare } = await world({ t, numbers, answer: () => throttled(60), fallbacks: { spare: () => created } });
  const session = await relay.openSession(A, B);
  for (const words of ['one', 'two']) await texts(relay, A, V1, words);
  await spare.received(2, 10);
  assert.deepEqual([bodies(carrier), bodies(spare)], [['one'], ['one', 'two']]);
  assert.deepEqual(spare.posts.map((post) => [post.From, post.To]), [[V2, B], [V2, B]]);

  const deliveries = async () => (await relay.messages(session)).map((message) => message.deliveries[0]);
  await until('both are sent', async () => (await deliveries()).every((delivery) => delivery.status === 'sent'));
  assert.deepEqual((await deliveries()).map((delivery) => [delivery.connection, delivery.error]), [['spare', null], ['spare', null]]);
  assert.deepEqual((await relay.events('message.sent')).map((event) => event.data.connection), ['spare', 'spare']);
  assert.equal((await report(relay, spare.posts[0], 'delivered')).status, 200);
  assert.deepEqual((await deliveries()).map((delivery) => delivery.status), ['delivered', 'sent']);

  assert.equal(await relay.metric('bauta_failovers_total', { from: 'twilio', to: 'spare' }), 2);
  assert.equal(await relay.metric('bauta_texts_total', { connection: 'twilio', direction: 'outbound', outcome: 'later' }), 1);
  assert.equal(await relay.metric('bauta_texts_total', { connection: 'spare', direction: 'outbound', outcome: 'accepted' }), 2);
  const { recipients: [recipient] } = await relay.ask(200, 'POST', '/api/v1/explain', { from: A, to: V1 });
  assert.deepEqual([recipient.connection, recipient.fallbacks], ['twilio', ['spare']]);
  assert.deepEqual([await relay.deadLetters(), carrier.faults, spare.faults], [[], [], []]);
});

test('while all are busy the one that is free first is waited for', async (t) => {
  const { relay, carrier, spare } = await world({
    t, numbers, answer: () => throttled(60), fallbacks: { spare: (_, count) => (count === 1 ? throttled(1) : created) },
  });
  await relay.openSession(A, B);
  for (const words of ['first', 'second']) await texts(relay, A, V1, words);
  const posts = await spare.received(3);
  assert.deepEqual([bodies(carrier), bodies(spare)], [['first'], ['first', 'first', 'second']]);
  assert.ok(posts[1].at - posts[0].at >= 990, `came again after ${posts[1].at - posts[0].at} ms`);
});

test('a text that the first may have is asked about and retried there, and never given to the next', async (t) => {
  const { relay, carrier, spare } = await world({
    t, numbers, answer: (_, count) => (count === 1 ? answerLost : created), fallbacks: { spare: () => created },
    settings: { relay: { unknown_wait_seconds: 1 } },
  });
  carrier.asking = () => 'refused';
  const session = await relay.openSession(A, B);
  for (const words of ['lost', 'next']) await texts(relay, A, V1, words);
  await carrier.received(3);
  await until('both are sent', async () => (await relay.messages(session)).every((message) => message.deliveries[0].status === 'sent'));
  await never('a text by the other connection', () => spare.posts.length > 0, { seconds: 0.3 });
  assert.deepEqual(bodies(carrier), ['lost', 'lost', 'next']);
  assert.deepEqual([carrier.questions.length, spare.questions.length], [1, 0]);
  assert.equal(await relay.metric('bauta_possible_doubles_total', { connection: 'twilio' }), 1);
  assert.equal(await relay.metric('bauta_failovers_total'), 0);
});

test('a connection that is taken out of the configuration is passed over', async (t) => {
  const { relay, carrier, spare } = await world({ t, numbers, fallbacks: { spare: () => created } });
  const session = await relay.openSession(A, B);
  await relay.stop();
  relay.connections = relay.connections.slice(relay.connections.lastIndexOf('[[connections]]'));
  await relay.configure(relay.settings);
  await relay.start();
  await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text: 'Check-in is from 3 pm.' });
  await spare.received(2);
  assert.deepEqual([carrier.posts, spare.posts.map((post) => post.To).sort()], [[], [A, B].sort()]);
  assert.equal(await relay.metric('bauta_failovers_total', { from: 'none', to: 'spare' }), 2);
});

test('a fallback only sends: what is texted to the number by it is refused', async (t) => {
  const { relay, carrier, spare } = await world({ t, numbers, fallbacks: { spare: () => created } });
  const session = await relay.openSession(A, B);
  const answer = await callback(relay, `/carriers/spare/${Relay.TOKEN}/inbound`, inboundFields(A, V1, 'by the other'));
  assert.equal(answer.status, 200);
  assert.equal(await relay.metric('bauta_refusals_total', { code: 'inbound.wrong_connection' }), 1);
  const unrouted = await relay.events('inbound.unrouted');
  assert.deepEqual(unrouted.map((event) => [event.data.number, event.data.code]), [[V1, 'inbound.wrong_connection']]);
  await texts(relay, A, V1, 'by its own');
  await carrier.received(1);
  assert.deepEqual([bodies(carrier), spare.posts, (await relay.messages(session)).length], [['by its own'], [], 1]);
});

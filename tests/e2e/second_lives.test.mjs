// What is asked for once more: dead letters, and sessions that ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, V1, V2 } from './support/people.mjs';
import { created, report, texts, throttled } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { world } from './support/world.mjs';

const numbers = [V1, V2];

test('what the carrier still says of the first attempt does not swallow the second', async (t) => {
  const { relay, carrier } = await world({ t, numbers, answer: (_, count) => (count === 2 ? throttled(3) : created) });
  const session = await relay.openSession(A, B);
  await texts(relay, A, V1, 'one');
  const [first] = await carrier.received(1);
  assert.equal((await report(relay, first, 'undelivered')).status, 200);
  const [letter] = await until('it is dead', async () => {
    const letters = await relay.deadLetters();
    return letters.length === 1 && letters;
  });

  // Put off for three seconds, so that what is asked for again waits behind it.
  await texts(relay, A, V1, 'two');
  await carrier.received(2);
  await relay.ask(202, 'POST', `/api/v1/dead-letters/${letter.message}/${letter.to}/retry`, {});
  for (const late of ['sent', 'undelivered']) assert.equal((await report(relay, first, late)).status, 200);
  await carrier.received(4);
  assert.deepEqual(carrier.posts.map((post) => post.Body), ['one', 'two', 'two', 'one']);
  await until('both are sent', async () => (await relay.messages(session)).every((message) => message.deliveries[0].status === 'sent'));

  // Of the attempt that counts the same words are believed.
  assert.equal((await report(relay, carrier.posts[3], 'undelivered')).status, 200);
  await until('it is dead again', async () => (await relay.deadLetters()).length === 1);
  assert.deepEqual(carrier.faults, []);
});

test('a session in which only the platform spoke is as open as it was when it is opened again', async (t) => {
  const { relay, carrier } = await world({ t, numbers });
  const session = await relay.openSession(A, B);
  const path = `/api/v1/sessions/${session.id}`;
  await relay.ask(202, 'POST', `${path}/messages`, { text: 'Check-in is from 3 pm.' });
  await carrier.received(2);
  await relay.ask(200, 'PATCH', path, { status: 'closed' });
  assert.equal((await relay.ask(200, 'PATCH', path, { status: 'open' })).status, 'open');
  assert.deepEqual(await relay.events('session.in_progress'), []);
  await texts(relay, A, V1, 'Thank you!');
  await carrier.received(3);
  assert.equal((await relay.events('session.in_progress')).length, 1);

  await relay.ask(200, 'PATCH', path, { status: 'closed' });
  assert.equal((await relay.ask(200, 'PATCH', path, { status: 'open' })).status, 'in_progress');
  await texts(relay, A, V1, 'And good night.');
  await carrier.received(4);
  assert.equal((await relay.events('session.in_progress')).length, 1);
});

test('a session is not opened again with a number of the pool in it', async (t) => {
  const { relay, carrier } = await world({ t, numbers });
  const session = await relay.openSession(A, B);
  const path = `/api/v1/sessions/${session.id}`;
  await relay.ask(200, 'PATCH', path, { status: 'closed' });
  await relay.addNumbers(B);
  const refused = await relay.ask(409, 'PATCH', path, { status: 'open' });
  assert.equal(refused.code, 'session.cannot_reopen');
  assert.deepEqual(refused.errors.map((one) => one.code), ['address.is_virtual_number']);
  await never('a text', () => carrier.posts.length > 0, { seconds: 0.2 });
});

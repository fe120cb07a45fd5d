import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';
import { A, B, V1, V2 } from './support/people.mjs';
import { Relay } from './support/relay.mjs';
import { INBOUND, callback, inboundFields, newSid, report, text, texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { world } from './support/world.mjs';

const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

test('the first text of a session reaches the other person from the number that they know', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  assert.deepEqual(session.participants.map((one) => [one.address, one.virtual_number]), [[A, V1], [B, V2]]);
  assert.equal(session.status, 'open');

  const answer = await text(relay, A, V1, 'Hello, Berlin!');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/xml');
  assert.equal(answer.text, EMPTY_TWIML);

  const [post] = await carrier.received(1);
  assert.equal(post.From, V2);
  assert.equal(post.To, B);
  assert.equal(post.Body, 'Hello, Berlin!');
  assert.ok(!post.StatusCallback.includes('3023125142') && !post.StatusCallback.includes('2025550142'), 'a URL holds no real address');

  await texts(relay, B, V2, 'Hallo, Washington! 😀');
  await carrier.received(2);
  assert.deepEqual([carrier.posts[1].From, carrier.posts[1].To, carrier.posts[1].Body], [V1, A, 'Hallo, Washington! 😀']);

  await report(relay, post, 'delivered');
  const messages = await relay.messages(session);
  assert.equal(messages.length, 2);
  assert.equal(messages[0].deliveries[0].status, 'delivered');
  assert.equal(messages[0].from, session.participants[0].id);
  assert.equal(messages[0].text, 'Hello, Berlin!');
  assert.equal((await relay.ask(200, 'GET', `/api/v1/sessions/${session.id}`)).status, 'in_progress');
  assert.deepEqual(carrier.faults, []);
});

test('a wrong or missing signature is refused, counted, and leaves nothing behind', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  const before = await relay.events();
  const fields = inboundFields(A, V1, 'forged');
  const wrong = await callback(relay, INBOUND, fields, { signature: twilio.getExpectedTwilioSignature('another token', Relay.PUBLIC_URL + INBOUND, fields) });
  assert.equal(wrong.status, 403);
  assert.match(wrong.headers['content-type'], /^application\/problem\+json/);
  assert.equal(wrong.json.code, 'carrier.bad_signature');
  assert.equal((await callback(relay, INBOUND, fields, { signature: '' })).status, 403);
  // Signed for another address, by the right secret.
  assert.equal((await callback(relay, INBOUND, fields, { signature: twilio.getExpectedTwilioSignature(Relay.AUTH_TOKEN, `https://elsewhere.example.com${INBOUND}`, fields) })).status, 403);
  assert.equal((await callback(relay, INBOUND.replace(Relay.TOKEN, 'fedcba9876543210'), fields)).status, 404);

  assert.equal(await relay.metric('bauta_texts_total', { direction: 'inbound', connection: 'twilio', outcome: 'bad_signature' }), 3);
  assert.equal(await relay.metric('bauta_refusals_total', { code: 'carrier.bad_signature' }), 3);
  assert.deepEqual(await relay.events(), before);
  assert.deepEqual(await relay.messages(session), []);
  // Its id was not remembered either: the true one gets through.
  assert.equal((await callback(relay, INBOUND, fields)).status, 200);
  await carrier.received(1);
  assert.equal(carrier.posts.length, 1);
});

test('the same MessageSid again is answered like the first, and sent once', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  await relay.openSession(A, B);
  const sid = newSid();
  const first = await texts(relay, A, V1, 'once', sid);
  await carrier.received(1);
  const again = await texts(relay, A, V1, 'once', sid);
  assert.equal(again.text, first.text);
  // Ten at the same time of another one.
  const other = newSid();
  const answers = await Promise.all(Array.from({ length: 10 }, () => text(relay, A, V1, 'twice', other)));
  assert.ok(answers.every((answer) => answer.status === 200), answers.map((answer) => answer.status).join());
  await carrier.received(2);
  // Not by content: the same words with an id of their own are another text.
  await texts(relay, A, V1, 'twice');
  await carrier.received(3);
  await never('a fourth POST', () => carrier.posts.length > 3, { seconds: 0.5 });
  assert.deepEqual(carrier.posts.map((post) => post.Body), ['once', 'twice', 'twice']);
  assert.equal(await relay.metric('bauta_texts_total', { direction: 'inbound', outcome: 'duplicate' }), 10);
  // And after a restart.
  await relay.stop();
  await relay.start();
  await texts(relay, A, V1, 'once', sid);
  await never('a POST for what was seen before the restart', () => carrier.posts.length > 3, { seconds: 0.5 });
});

test('a session that is closed is dead in both directions at once', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  await texts(relay, A, V1, 'one');
  await carrier.received(1);
  const closed = await relay.ask(200, 'PATCH', `/api/v1/sessions/${session.id}`, { status: 'closed' });
  assert.equal(closed.closed_reason, 'api');
  await texts(relay, A, V1, 'too late');
  await texts(relay, B, V2, 'zu spät');
  // Each is told, and neither reaches the other.
  await carrier.received(3);
  assert.deepEqual(carrier.posts.slice(1).map((post) => [post.From, post.To]).sort(), [[V1, A], [V2, B]]);
  assert.ok(carrier.posts.slice(1).every((post) => /ended|beendet/.test(post.Body)));
  await until('both counted', async () => await relay.metric('bauta_refusals_total', { code: 'session.ended' }) === 2);
});

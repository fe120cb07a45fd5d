// Who is out by a carrier's word, whichever way it comes, gets nothing until they come back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, C, V1, V2, V3, V4 } from './support/people.mjs';
import { Relay } from './support/relay.mjs';
import { callback, report, texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

const pool = [V1, V3, V2, V4];

/** One text of A's to B, which the carrier took. */
async function sent(relay, carrier) {
  const session = await relay.openSession(A, B);
  const line = linesOf(session)[A];
  await texts(relay, A, line, 'one');
  await carrier.received(1);
  await until('it is sent', async () => (await relay.events('message.sent')).length === 1);
  return { session, line, post: carrier.posts[0] };
}

/** What A writes next reaches nobody, and A is told so once; until B says START. */
async function isOutUntilStart(relay, carrier, line) {
  const event = await until('B is known to be out', async () => (await relay.events('participant.opted_out'))[0]);
  assert.deepEqual([event.data.source, event.data.number], ['carrier', V2]);
  for (const words of ['two', 'three']) await texts(relay, A, line, words);
  await until('both are blocked', async () => (await relay.events('message.blocked')).length === 2);
  await until('A is told', () => carrier.posts.some((post) => post.To === A));
  await never('a text to B, or a second note',
    () => carrier.posts.some((post) => ['two', 'three'].includes(post.Body)) || carrier.posts.filter((post) => post.To === A).length > 1,
    { seconds: 0.5 });
  assert.match(carrier.posts.find((post) => post.To === A).Body, /cannot be reached/);
  await texts(relay, B, V2, 'START');
  await texts(relay, A, line, 'welcome back');
  await until('it reaches B', () => carrier.posts.some((post) => post.To === B && post.Body === 'welcome back'));
}

test('a status word that nobody knows, with the code of an opt-out, opts out and moves no status', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const { session, line, post } = await sent(relay, carrier);
  for (let time = 0; time < 2; ++time) assert.equal((await report(relay, post, 'banana', { ErrorCode: '21610' })).status, 200);
  assert.equal(await relay.metric('bauta_unknown_status_words_total', { connection: 'twilio' }), 2);
  const [message] = await relay.messages(session);
  assert.deepEqual(message.deliveries.map((one) => one.status), ['sent']);
  await isOutUntilStart(relay, carrier, line);
  assert.equal((await relay.events('participant.opted_out')).length, 1);
});

test('C40: a status that names no send of ours, but whom it was sent to and from which number, opts out once', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const { line, post } = await sent(relay, carrier);
  const bare = (fields) => callback(relay, `/carriers/twilio/${Relay.TOKEN}/status`, {
    MessageSid: post.sid, AccountSid: Relay.ACCOUNT_SID, MessageStatus: 'failed', ErrorCode: '21610', From: V2, To: B, ...fields,
  });
  // Of a number that is none of ours nothing is believed.
  assert.equal((await bare({ MessageSid: `SM${'0'.repeat(32)}`, From: '+493023125199' })).status, 200);
  assert.equal((await bare({ MessageSid: `SM${'1'.repeat(32)}`, To: C, ErrorCode: '30003' })).status, 200);
  assert.deepEqual(await relay.events('participant.opted_out'), []);

  assert.equal((await bare({})).status, 200);
  await isOutUntilStart(relay, carrier, line);
  // Twilio says it again; B came back meanwhile.
  assert.equal((await bare({})).status, 200);
  await texts(relay, A, line, 'still there?');
  await until('it reaches B', () => carrier.posts.some((one) => one.To === B && one.Body === 'still there?'));
  assert.equal((await relay.events('participant.opted_out')).length, 1);
});

// Faults that others' relays had, with the same inputs: what a text is sent as, and how many SMS it takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, V1, V2 } from './support/people.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

/** What the record of each text says, in their order, once all are sent. */
async function sent(relay, session, count) {
  const messages = await until(`${count} texts to be sent`, async () => {
    const all = await relay.messages(session);
    return all.length === count && all.every(({ deliveries }) => deliveries.every(({ status }) => status === 'sent')) && all;
  });
  return messages.map(({ text, encoding, segments, deliveries }) => ({ text, encoding, segments, delivered: deliveries.map((one) => one.segments) }));
}

const counted = async (relay, encoding) => relay.metric('bauta_segments_total', { connection: 'twilio', encoding });

test('C17: an invisible character arrives, and what it costs is shown and counted', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  const text = `${'a'.repeat(100)}\u200c`;
  await texts(relay, A, V1, text);
  const [post] = await carrier.received(1);
  assert.deepEqual([post.From, post.To, post.Body], [V2, B, text]);
  assert.deepEqual(await sent(relay, session, 1), [{ text, encoding: 'ucs2', segments: 2, delivered: [2] }]);
  assert.deepEqual([await counted(relay, 'ucs2'), await counted(relay, 'gsm7')], [2, 0]);
});

test('C14: a bracket takes two septets only where there are septets, and never stands in two parts', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  const guest = session.participants[1].id;
  const cases = [
    { text: `${'a'.repeat(10)}${']'.repeat(70)}\u{1f618}`, encoding: 'ucs2', segments: 2 },
    { text: ']'.repeat(80), encoding: 'gsm7', segments: 1 },
    { text: ']'.repeat(81), encoding: 'gsm7', segments: 2 },
    { text: ']'.repeat(153), encoding: 'gsm7', segments: 3 },  // 152, 152 and 2 septets
  ];
  for (const { text, encoding, segments } of cases) {
    const message = await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text, to: [guest] });
    assert.deepEqual([message.encoding, message.segments, message.deliveries.map((one) => one.segments)], [encoding, segments, [segments]], text);
  }
  await carrier.received(4);
  assert.deepEqual(await sent(relay, session, 4), cases.map((one) => ({ ...one, delivered: [one.segments] })));
  assert.deepEqual(carrier.posts.map((post) => post.Body), cases.map(({ text }) => text));
  assert.deepEqual([await counted(relay, 'ucs2'), await counted(relay, 'gsm7')], [2, 6]);
});

// HELP is answered to anybody; to a machine that answers the answer with it, not without end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, STRANGER, V1, V2 } from './support/people.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

test('C34: HELP is answered as often as the same words are relayed, to a participant and to a stranger', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2], settings: { relay: { repeats_max: 3 } } });
  const line = linesOf(await relay.openSession(A, B))[A];
  for (let time = 0; time < 30; ++time) {
    await texts(relay, A, line, 'HELP');
    await texts(relay, STRANGER, line, 'HELP');
  }
  const to = (person) => carrier.posts.filter((post) => post.To === person);
  await until('three answers each, and three texts for B', () => to(A).length === 3 && to(STRANGER).length === 3 && to(B).length === 3);
  await never('a tenth text', () => carrier.posts.length > 9, { seconds: 0.5 });
  for (const person of [A, STRANGER]) for (const post of to(person)) assert.match(post.Body, /both numbers stay private/);
  assert.deepEqual(to(B).map((post) => post.Body), ['HELP', 'HELP', 'HELP']);
  assert.equal(await relay.metric('bauta_refusals_total', { code: 'inbound.repeated' }), 54);
  const unrouted = await relay.events('inbound.unrouted');
  assert.equal(unrouted.filter((event) => event.data.code === 'inbound.repeated').length, 54);
});

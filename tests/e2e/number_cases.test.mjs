// Faults that others' relays had, with the same inputs: numbers that are written in more than one way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, C, STRANGER, V1, V2, V3, V4 } from './support/people.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { never } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

const pool = [V1, V3, V2, V4];

/** A world whose numbers may be given to, and can text, telephones of every country. */
async function wideWorld(t, settings = {}) {
  const { relay, carrier } = await world({ t, numbers: pool });
  await relay.ask(200, 'PATCH', '/api/v1/services/default', { locality_fallback: 'any', ...settings });
  for (const number of pool) await relay.ask(200, 'PATCH', `/api/v1/numbers/${number}`, { reach: [] });
  return { relay, carrier };
}

/** `from` texts `line`: the one POST that this makes. */
async function relayed({ relay, carrier }, from, line, body) {
  await texts(relay, from, line, body);
  const before = carrier.posts.filter((post) => post.Body !== body).length;
  await carrier.received(before + 1);
  const [post] = carrier.posts.filter((one) => one.Body === body);
  return { from: post.From, to: post.To };
}

test('C56: who is written without Argentina\'s 9 or Brazil\'s ninth digit reaches their own conversation, unless that number is somebody else\'s', async (t) => {
  const all = await wideWorld(t);
  const { relay, carrier } = all;
  const cases = [
    { where: 'Argentina', seat: '+5491123456789', written: '+541123456789', friend: A, somebody: C },
    { where: 'Brazil', seat: '+5511987654321', written: '+551187654321', friend: B, somebody: STRANGER },
  ];
  for (const one of cases) {
    const { where, seat, written, friend } = one;
    one.lines = linesOf(await relay.openSession(seat, friend));
    assert.deepEqual(await relayed(all, written, one.lines[seat], `from ${where}`), { from: one.lines[friend], to: friend });
    // The answer goes to the spelling that the platform gave.
    assert.deepEqual(await relayed(all, friend, one.lines[friend], `to ${where}`), { from: one.lines[seat], to: seat });
  }
  // The trap: that number is a person of its own, at the same virtual number.
  for (const { where, seat, written, friend, somebody, lines } of cases) {
    const other = linesOf(await relay.ask(201, 'POST', '/api/v1/sessions',
      { participants: [{ address: written, virtual_number: lines[seat] }, { address: somebody }] }));
    assert.equal(other[written], lines[seat]);
    assert.deepEqual(await relayed(all, written, lines[seat], `somebody else in ${where}`), { from: other[somebody], to: somebody });
    assert.deepEqual(await relayed(all, seat, lines[seat], `still from ${where}`), { from: lines[friend], to: friend });
  }
  await never('a text too many', () => carrier.posts.length > 8, { seconds: 0.3 });
  assert.deepEqual(await relay.events('inbound.unrouted'), []);
});

test('C57: the Italian zero belongs to the number, San Marino\'s two forms are one, and both find their seats', async (t) => {
  const all = await wideWorld(t, { default_region: 'IT' });
  const { relay, carrier } = all;
  const [rome, sanMarino] = ['+390612345678', '+3780549886377'];
  const withSanMarino = linesOf(await relay.openSession('+39 06 1234 5678', '+378 886377'));
  const withA = linesOf(await relay.openSession('0612345678', A));
  assert.deepEqual(Object.keys(withSanMarino), [rome, sanMarino]);
  assert.deepEqual(Object.keys(withA), [rome, A]);
  assert.notEqual(withSanMarino[rome], withA[rome]);

  const bare = rome.slice(1);
  assert.deepEqual(await relayed(all, bare, withSanMarino[rome], 'Ci vediamo?'), { from: withSanMarino[sanMarino], to: sanMarino });
  assert.deepEqual(await relayed(all, bare, withA[rome], 'See you?'), { from: withA[A], to: A });
  assert.deepEqual(await relayed(all, sanMarino, withSanMarino[sanMarino], 'Sì!'), { from: withSanMarino[rome], to: rome });
  // As some carriers write them.
  assert.deepEqual(await relayed(all, '+39612345678', withA[rome], 'Tomorrow'), { from: withA[A], to: A });
  assert.deepEqual(await relayed(all, '+378886377', withSanMarino[sanMarino], 'Domani'), { from: withSanMarino[rome], to: rome });
  await never('a text too many', () => carrier.posts.length > 5, { seconds: 0.3 });
  assert.deepEqual(await relay.events('inbound.unrouted'), []);
});

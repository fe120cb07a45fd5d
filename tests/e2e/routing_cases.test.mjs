// Faults that others' relays had, with the same inputs: who reaches whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, C, STRANGER, V1, V2, V3, V4 } from './support/people.mjs';
import { created, refusal, report, texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

const pool = [V1, V3, V2, V4];

test('C31: two conversations of one person have two numbers, and answers do not cross', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const withB = linesOf(await relay.openSession(A, B));
  const withC = linesOf(await relay.openSession(A, C));
  assert.notEqual(withB[A], withC[A]);
  assert.deepEqual([withB[B], withC[C]], [V2, V4]);

  await texts(relay, B, V2, 'from B');
  await texts(relay, C, V4, 'from C');
  await carrier.received(2);
  const threadOf = (body) => carrier.posts.find((post) => post.Body === body);
  assert.deepEqual([threadOf('from B').To, threadOf('from B').From], [A, withB[A]]);
  assert.deepEqual([threadOf('from C').To, threadOf('from C').From], [A, withC[A]]);

  await texts(relay, A, threadOf('from B').From, 'to B');
  await texts(relay, A, threadOf('from C').From, 'to C');
  await carrier.received(4);
  assert.deepEqual([threadOf('to B').To, threadOf('to B').From], [B, V2]);
  assert.deepEqual([threadOf('to C').To, threadOf('to C').From], [C, V4]);
  await never('a fifth text', () => carrier.posts.length > 4, { seconds: 0.3 });
});

test('C33: a late text on an ended line meets "ended", never the next person', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const first = await relay.openSession(A, B);
  const ended = linesOf(first)[A];
  await relay.ask(200, 'PATCH', `/api/v1/sessions/${first.id}`, { status: 'closed' });
  const second = linesOf(await relay.openSession(A, C));
  assert.notEqual(second[A], ended);
  assert.ok([V1, V3].includes(second[A]));

  await texts(relay, A, ended, 'I found your umbrella');
  await carrier.received(1);
  assert.deepEqual([carrier.posts[0].From, carrier.posts[0].To], [ended, A]);
  assert.doesNotMatch(carrier.posts[0].Body, /umbrella/);
  // Once a day, however often they text.
  await texts(relay, A, ended, 'Do you hear me?');
  await never('a text to anybody else, or a second note', () => carrier.posts.length > 1, { seconds: 0.5 });
});

test('C33: with one number only, the next conversation waits until it has cooled', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2, V4] });
  await relay.ask(200, 'PATCH', '/api/v1/services/default', { cooling_seconds: 2, deadline_seconds: 60 });
  const first = await relay.openSession(A, B);
  await relay.ask(200, 'PATCH', `/api/v1/sessions/${first.id}`, { status: 'closed' });
  const refused = await relay.ask(409, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: C }] });
  assert.equal(refused.code, 'pool.exhausted');
  assert.equal(refused.country, 'US');
  assert.equal(refused.needed, 1);
  assert.ok(!refused.detail.includes(A));
  await texts(relay, A, V1, 'I found your umbrella');
  await carrier.received(1);
  assert.deepEqual([carrier.posts[0].From, carrier.posts[0].To], [V1, A]);
  const second = await until('the number has cooled', async () => {
    const answer = await relay.call('POST', '/api/v1/sessions', { participants: [{ address: A }, { address: C }] });
    return answer.status === 201 && answer.json;
  }, { seconds: 10, every: 200 });
  assert.equal(linesOf(second)[A], V1);
  await texts(relay, A, V1, 'hello C');
  await carrier.received(2);
  assert.deepEqual([carrier.posts[1].From, carrier.posts[1].To, carrier.posts[1].Body], [V4, C, 'hello C']);
});

test('C34: our own numbers and strangers are not answered without end', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  await relay.openSession(A, B);
  await texts(relay, V2, V1, 'hi');
  assert.equal(await relay.metric('bauta_refusals_total', { code: 'inbound.loop' }), 1);
  for (let i = 0; i < 20; ++i) await texts(relay, STRANGER, V1, `who are you? ${i}`);
  await never('more than one note to a stranger, or anything to anybody else',
    () => carrier.posts.length > 1 || carrier.posts.some((post) => post.To !== STRANGER), { seconds: 0.5 });
  assert.equal(await relay.metric('bauta_refusals_total', { code: 'inbound.no_route' }), 20);
  assert.equal((await relay.events('inbound.unrouted')).length, 21);
  assert.deepEqual(await relay.deadLetters(), []);
  // A number of ours cannot take a seat either.
  const refused = await relay.ask(422, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: V2 }] });
  assert.deepEqual(refused.errors.map((one) => [one.pointer, one.code]), [['/participants/1/address', 'address.is_virtual_number']]);
});

test('C34: two machines that answer each other are cut at the configured limit, each way, and all of it is counted', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool, settings: { relay: { repeats_max: 3, repeats_window_seconds: 3600 } } });
  const session = await relay.openSession(A, B);
  const lines = linesOf(session);
  for (let i = 0; i < 30; ++i) {
    await texts(relay, A, lines[A], 'I am driving.');
    await texts(relay, B, lines[B], 'Ich bin im Urlaub.');
  }
  await carrier.received(6);
  await never('a fourth', () => carrier.posts.length > 6, { seconds: 0.5 });
  const to = (address) => carrier.posts.filter((post) => post.To === address).map((post) => post.Body);
  assert.deepEqual(to(B), Array(3).fill('I am driving.'));
  assert.deepEqual(to(A), Array(3).fill('Ich bin im Urlaub.'));
  const cut = (await relay.events('inbound.unrouted')).filter((event) => event.data.code === 'inbound.repeated');
  assert.deepEqual([lines[A], lines[B]].map((number) => cut.filter((event) => event.data.number === number).length), [27, 27]);
  assert.equal(await relay.metric('bauta_refusals_total', { code: 'inbound.repeated' }), 54);
  assert.equal((await relay.messages(session)).length, 6);
  // Other words are cut off by nothing.
  await texts(relay, A, lines[A], 'Really me.');
  await carrier.received(7);
  assert.equal(to(B)[3], 'Really me.');
});

test('C34: the same words come through again when the configured time is over', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool, settings: { relay: { repeats_max: 1, repeats_window_seconds: 1 } } });
  const lines = linesOf(await relay.openSession(A, B));
  await texts(relay, A, lines[A], 'ok');
  await carrier.received(1);
  await until('they come through a second time', async () => {
    await texts(relay, A, lines[A], 'ok');
    return carrier.posts.length > 1;
  }, { seconds: 15, every: 200 });
});

test('C37: "stop" inside a sentence is a word like any other', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  const words = ['We have got to STOP this', 'STOP 12345', 'please stop by at 5', 'No', 'unsubscribed from my gym'];
  for (const word of words) await texts(relay, B, V2, word);
  await carrier.received(words.length);
  assert.deepEqual(carrier.posts.map((post) => [post.From, post.To, post.Body]), words.map((word) => [V1, A, word]));
  const shown = await relay.ask(200, 'GET', `/api/v1/sessions/${session.id}`);
  assert.deepEqual(shown.participants.map((one) => one.state), ['active', 'active']);
  assert.deepEqual(await relay.events('participant.opted_out'), []);
});

test('STOP is obeyed at once and START takes it back', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  await texts(relay, B, V2, ' "Stop." ');
  const [confirmation] = await carrier.received(1);
  assert.deepEqual([confirmation.From, confirmation.To], [V2, B]);
  assert.match(confirmation.Body, /START/);
  await texts(relay, A, V1, 'are you there?');
  await until('it is blocked', async () => (await relay.events('message.blocked')).length === 1);
  assert.equal((await relay.deadLetters()).length, 1);
  // A repeated STOP is not confirmed again.
  await texts(relay, B, V2, 'STOP');
  await never('anything to who said STOP', () => carrier.posts.filter((post) => post.To === B).length > 1, { seconds: 0.5 });
  // What they write themselves still arrives.
  const before = carrier.posts.length;
  await texts(relay, B, V2, 'one last word');
  await carrier.received(before + 1);
  assert.deepEqual([carrier.posts.at(-1).To, carrier.posts.at(-1).Body], [A, 'one last word']);

  await texts(relay, B, V2, 'START');
  await carrier.received(before + 2);
  assert.deepEqual([carrier.posts.at(-1).From, carrier.posts.at(-1).To], [V2, B]);
  await texts(relay, A, V1, 'welcome back');
  await carrier.received(before + 3);
  assert.deepEqual([carrier.posts.at(-1).To, carrier.posts.at(-1).Body], [B, 'welcome back']);
  // For somebody who is not out, START is a word like any other.
  await texts(relay, B, V2, 'START');
  await carrier.received(before + 4);
  assert.deepEqual([carrier.posts.at(-1).To, carrier.posts.at(-1).Body], [A, 'START']);
  assert.deepEqual((await relay.events('participant.opted_out', 'participant.opted_in')).map((event) => event.type),
    ['participant.opted_out', 'participant.opted_in']);
  assert.equal((await relay.messages(session)).length, 4);
});

test('C40: a carrier that says "opted out", in its answer or later, is believed; nothing is tried again', async (t) => {
  const { relay, carrier } = await world({
    t, numbers: pool, answer: (post) => (post.To === B && post.Body === 'to B' ? refusal(21610, `The message From/To pair violates a rule: ${B}`) : created),
  });
  const withB = linesOf(await relay.openSession(A, B));
  const withC = linesOf(await relay.openSession(A, C));
  await texts(relay, A, withB[A], 'to B');
  await texts(relay, A, withC[A], 'to C');
  await carrier.received(2);
  await report(relay, carrier.posts.find((post) => post.To === C), 'failed', { ErrorCode: '21610' });
  await until('both are known to be out', async () => (await relay.events('participant.opted_out')).length === 2);

  await texts(relay, A, withB[A], 'again to B');
  await texts(relay, A, withC[A], 'again to C');
  await until('both are blocked', async () => (await relay.events('message.blocked')).length === 2);
  // Whoever wrote is told on the line where they wrote, once, and not why.
  const notes = (line) => carrier.posts.filter((post) => post.To === A && post.From === line).map((post) => post.Body);
  await until('A is told on both lines', () => notes(withB[A]).length > 0 && notes(withC[A]).length > 0);
  await never('another try, or a second note', () => carrier.posts.length > 4);
  for (const line of [withB[A], withC[A]]) {
    assert.equal(notes(line).length, 1);
    assert.match(notes(line)[0], /cannot be reached/);
  }
  assert.deepEqual(carrier.posts.filter((post) => post.To !== A).map((post) => [post.To, post.Body]).sort(), [[B, 'to B'], [C, 'to C']].sort());
  assert.deepEqual((await relay.events('participant.opted_out')).map((event) => event.data.source), ['carrier', 'carrier']);

  for (const [person, line, lineOfA] of [[B, V2, withB[A]], [C, V4, withC[A]]]) {
    const count = () => carrier.posts.filter((post) => post.To === person).length;
    await texts(relay, person, line, 'START');
    await until('START is confirmed', () => count() === 2);
    await texts(relay, A, lineOfA, 'welcome back');
    await until('it reaches them', () => count() === 3);
    assert.equal(carrier.posts.at(-1).Body, 'welcome back');
  }
  assert.equal((await relay.events('participant.opted_in')).length, 2);
  assert.ok(!JSON.stringify(await relay.deadLetters()).includes('3023125142'));
});

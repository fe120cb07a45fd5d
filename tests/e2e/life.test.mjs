// The life of sessions, of texts and of what people are told, against the real binary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, C, STRANGER, V1, V2, V3, V4, berliner, londoner } from './support/people.mjs';
import { created, refusal, texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

const pool = [V1, V3, V2, V4];
const to = (carrier, address) => carrier.posts.filter((post) => post.To === address).map((post) => post.Body);

test('a group of three: every text goes to all others and says whose it is; who leaves is out', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const session = await relay.openSession(A, B);
  const cleaner = await relay.ask(201, 'POST', `/api/v1/sessions/${session.id}/participants`, { address: C, label: 'Cleaner' });
  assert.equal(cleaner.virtual_number, V4);
  const [a] = session.participants;
  await relay.ask(200, 'PATCH', `/api/v1/sessions/${session.id}/participants/${a.id}`, { label: 'Host' });

  await texts(relay, A, linesOf(session)[A], 'hi all');
  await carrier.received(2);
  assert.deepEqual([to(carrier, B), to(carrier, C)], [['Host: hi all'], ['Host: hi all']]);
  await texts(relay, C, V4, 'on my way');
  await carrier.received(4);
  assert.deepEqual([to(carrier, A), to(carrier, B)[1]], [['Cleaner: on my way'], 'Cleaner: on my way']);
  assert.equal(carrier.posts.find((post) => post.To === A).From, linesOf(session)[A]);

  await relay.ask(204, 'DELETE', `/api/v1/sessions/${session.id}/participants/${cleaner.id}`);
  await texts(relay, B, V2, 'two of us');
  await carrier.received(5);
  await texts(relay, C, V4, 'wait for me');
  await carrier.received(6);
  assert.equal(carrier.posts[4].To, A);
  assert.equal(carrier.posts[5].To, C);
  assert.doesNotMatch(carrier.posts[5].Body, /two of us|wait for me/);
  const found = await relay.ask(200, 'POST', '/api/v1/sessions/search', { address: C });
  assert.deepEqual(found.data.map((one) => one.id), [session.id]);
  assert.deepEqual(carrier.faults, []);
});

test('a session that ended is opened again on the same lines, unless somebody has them', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const session = await relay.openSession(A, B);
  const path = `/api/v1/sessions/${session.id}`;
  await relay.ask(200, 'PATCH', path, { status: 'closed' });
  const again = await relay.ask(200, 'PATCH', path, { status: 'open' });
  assert.deepEqual(linesOf(again), linesOf(session));
  await texts(relay, A, linesOf(session)[A], 'hello again');
  await carrier.received(1);
  assert.deepEqual(to(carrier, B), ['hello again']);

  await relay.ask(200, 'PATCH', '/api/v1/services/default', { sticky: 'prefer' });
  const second = await relay.openSession(A, C);
  await relay.ask(200, 'PATCH', `/api/v1/sessions/${second.id}`, { status: 'closed' });
  const third = await relay.openSession(A, C);
  assert.deepEqual(linesOf(third), linesOf(second));
  const refused = await relay.ask(409, 'PATCH', `/api/v1/sessions/${second.id}`, { status: 'open' });
  assert.equal(refused.code, 'session.cannot_reopen');
  assert.deepEqual(refused.errors.map((one) => one.pointer), ['/participants/0', '/participants/1']);
});

test('own addresses are masked, HELP is answered and forwarded, words are the service\'s own', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  await relay.ask(200, 'PATCH', '/api/v1/services/default', {
    display_name: 'Harbour', texts: { en: { help: 'Write to {service}.' }, de: { cannot_be_reached: 'Niemand da.' } },
  });
  const session = await relay.openSession(A, B);
  const line = linesOf(session)[A];
  await texts(relay, A, line, 'call (202) 555-0142 or 030 23125142');
  await carrier.received(1);
  assert.deepEqual(to(carrier, B), ['call *** or ***']);
  const [received] = await relay.events('message.received');
  assert.equal(received.data.masked, 'true');

  await texts(relay, A, line, 'help');
  await carrier.received(3);
  assert.deepEqual([to(carrier, A), to(carrier, B)[1]], [['Write to Harbour.'], 'help']);

  await texts(relay, A, line, 'STOP');
  await texts(relay, B, V2, 'are you there?');
  await carrier.received(5);
  assert.match(to(carrier, A)[1], /^Harbour: .*START/);
  await until('B is told', () => to(carrier, B).includes('Niemand da.'));
  const shown = await relay.ask(200, 'GET', `/api/v1/sessions/${session.id}`);
  assert.deepEqual(shown.participants.map((one) => one.state), ['opted_out', 'active']);
});

test('a US long code sends one text a second, and others do not wait for it', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const session = await relay.openSession(A, B);
  const line = linesOf(session)[A];
  await relay.ask(200, 'PATCH', `/api/v1/numbers/${line}`, { rate_per_second: 1 });
  for (let i = 0; i < 4; ++i) await texts(relay, B, V2, `text ${i}`);
  for (let i = 0; i < 4; ++i) await texts(relay, A, line, `answer ${i}`);
  await until('the other way is not held up', () => to(carrier, B).length === 4, { seconds: 5 });
  await carrier.received(8);
  const times = carrier.posts.filter((post) => post.To === A).map((post) => post.at);
  assert.deepEqual(to(carrier, A), ['text 0', 'text 1', 'text 2', 'text 3']);
  assert.ok(times[3] - times[0] >= 2900, `four texts took ${times[3] - times[0]} ms`);
});

test("a service's one text does not wait until all texts of another have gone by the same connection", async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  relay.connections += 'rate_per_second = 4\n';
  await relay.configure(relay.settings);
  await relay.stop();
  await relay.start();
  await relay.ask(201, 'POST', '/api/v1/services', { name: 'rides' });
  const rides = { headers: { 'Bauta-Service': 'rides' } };
  await relay.ask(201, 'POST', '/api/v1/numbers', { number: '+442079460178', connection: 'twilio', rate_per_second: 1000 }, rides);
  const ride = await relay.ask(201, 'POST', '/api/v1/sessions', { participants: [{ address: C }, { address: londoner(1) }] }, rides);

  const stay = await relay.openSession(...Array.from({ length: 20 }, (_, n) => berliner(n)));
  await relay.ask(202, 'POST', `/api/v1/sessions/${stay.id}/messages`, { text: 'to all twenty' });
  await carrier.received(4);
  await texts(relay, C, '+442079460178', 'one to one');
  await carrier.received(21);
  const place = carrier.posts.findIndex((post) => post.To === londoner(1));
  assert.equal(carrier.posts[place].Body, 'one to one');
  assert.ok(place < 12, `it was number ${place + 1} of 21`);
  assert.equal(ride.participants.length, 2);
});

test('the same words again and again are cut, with an event', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  const session = await relay.openSession(A, B);
  for (let i = 0; i < 30; ++i) await texts(relay, A, linesOf(session)[A], 'I am driving.');
  await carrier.received(10);
  await never('an eleventh', () => carrier.posts.length > 10, { seconds: 0.5 });
  assert.equal((await relay.events('inbound.unrouted')).filter((event) => event.data.code === 'inbound.repeated').length, 20);
});

test('a dead letter is sent again, or deleted', async (t) => {
  let broken = true;
  const { relay, carrier } = await world({ t, numbers: pool, answer: () => (broken ? refusal(30007) : created) });
  const session = await relay.openSession(A, B);
  await texts(relay, A, linesOf(session)[A], 'one');
  await texts(relay, A, linesOf(session)[A], 'two');
  await until('both are dead', async () => (await relay.deadLetters()).length === 2);
  broken = false;
  const [one, two] = await relay.deadLetters();
  const path = (letter) => `/api/v1/dead-letters/${letter.message}/${letter.to}`;
  await relay.ask(202, 'POST', `${path(one)}/retry`, {});
  await carrier.received(3);
  assert.equal(carrier.posts[2].Body, 'one');
  await relay.ask(204, 'DELETE', path(two));
  await relay.ask(404, 'DELETE', path(two));
  assert.deepEqual(await relay.deadLetters(), []);
});

test('sessions end by their clocks, with events, and a pool says what it holds', async (t) => {
  const { relay } = await world({ t, numbers: pool });
  await relay.ask(201, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: B }], ttl_seconds: 1 });
  await until('its end is written down', async () => (await relay.events('session.closed')).length === 1);
  assert.equal((await relay.events('session.closed'))[0].data.reason, 'expired');
  const places = (await relay.ask(200, 'GET', '/api/v1/pool')).data;
  assert.deepEqual(places.map((one) => [one.country, one.numbers, one.lines_live, one.lines_cooling]),
    [['DE', 1, 0, 1], ['GB', 1, 0, 0], ['US', 2, 0, 1]]);
});

test('a stranger is told that there is no conversation, if the service wants that, once a day', async (t) => {
  const { relay, carrier } = await world({ t, numbers: pool });
  await relay.ask(200, 'PATCH', '/api/v1/services/default', { answer_strangers: true });
  for (let i = 0; i < 5; ++i) await texts(relay, STRANGER, V1, `hello? ${i}`);
  await carrier.received(1);
  await never('a second note', () => carrier.posts.length > 1, { seconds: 0.5 });
  assert.match(carrier.posts[0].Body, /no conversation/);
});

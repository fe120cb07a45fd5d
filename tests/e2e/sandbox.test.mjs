// The sandbox: the same relay for test keys, with phones that do what they are told, a clock that moves, and no carrier behind it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Endpoint, taken, verify } from './support/endpoint.mjs';
import { A, C, V1 } from './support/people.mjs';
import { BAUTA } from './support/relay.mjs';
import { MAGIC, SCOPES, Sandbox } from './support/sandbox.mjs';
import { never, until } from './support/until.mjs';
import { world } from './support/world.mjs';

/** A session of A with somebody whose number means something, and a text to them. */
async function told(sandbox, address, more = {}) {
  const session = await sandbox.open(more, A, address);
  const [ours, theirs] = session.participants;
  assert.equal(await sandbox.text(A, ours.virtual_number, 'Hello'), 'relayed');
  return { session, ours, theirs };
}
const arrived = (sandbox, address, count = 1) =>
  until(`${count} texts on a phone`, async () => { const texts = await sandbox.inbox(address); return texts.length >= count && texts; });

test('a test key opens, relays and reads out of the box, and its account is the live one\'s', async (t) => {
  const sandbox = await Sandbox.make(t);
  assert.match(sandbox.key, /^bauta_test_[A-Za-z0-9_-]{43}$/);
  assert.equal(sandbox.made.test, true);
  const session = await sandbox.open({}, A, C);
  const [host, guest] = session.participants;
  assert.match(host.virtual_number, /^\+120255501/);
  assert.match(guest.virtual_number, /^\+442079460/);
  assert.equal(await sandbox.text(A, host.virtual_number, 'I am outside'), 'relayed');
  const [text] = await arrived(sandbox, C);
  assert.deepEqual([text.from, text.text], [guest.virtual_number, 'I am outside']);
  await sandbox.delivery(session, guest.id, 'delivered');
  assert.equal(await sandbox.text('+12025550199', host.virtual_number, 'Who is this?'), 'refused');
  assert.equal((await sandbox.ask(404, 'POST', '/api/v1/sandbox/handsets/text', { from: A, to: '+12025550111', text: 'x' })).code, 'number.not_found');
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/sandbox/handsets/text', { from: 'x', to: host.virtual_number })).code, 'request.invalid');
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/sandbox/handsets/inbox', {})).code, 'field.required');
  for (const [status, length] of [[400, 512], [422, 513]]) await sandbox.ask(status, 'POST', '/api/v1/sandbox/handsets/inbox', { address: A, cursor: 'x'.repeat(length) });
  const number = await sandbox.ask(201, 'POST', '/api/v1/numbers', { number: '+13125550111' });
  assert.equal(number.connection, 'sandbox');
  // A test key makes no live one, and a service of its own has numbers too.
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/keys', { scopes: SCOPES, test: false })).code, 'field.value');
  const more = await sandbox.ask(201, 'POST', '/api/v1/keys', { scopes: ['account'] });
  assert.match(more.secret, /^bauta_test_/);
  await sandbox.ask(201, 'POST', '/api/v1/services', { name: 'rides' });
  const rides = await sandbox.ask(200, 'GET', '/api/v1/numbers?limit=100', undefined, { headers: { 'Bauta-Service': 'rides' } });
  assert.equal(rides.data.length, 20);
  // The clock is that of all services: a key of one of them does not move it.
  const ofOne = await sandbox.ask(201, 'POST', '/api/v1/keys', { scopes: ['sessions:read', 'sessions:write'], service: 'rides' });
  const refused = await sandbox.relay.ask(403, 'POST', '/api/v1/sandbox/clock/advance', { seconds: 60 }, { key: ofOne.secret });
  assert.equal(refused.code, 'sandbox.clock_shared');
  assert.equal((await sandbox.ask(200, 'GET', '/api/v1/sandbox/clock')).ahead_seconds, 0);
});

test('live keys and test keys see nothing of each other, and no carrier is called', async (t) => {
  const sandbox = await Sandbox.make(t, { live: true });
  const { relay, carrier } = sandbox;
  await relay.addNumbers(V1, '+12025550179');
  const real = await relay.openSession(A, '+12025550143');
  const played = await sandbox.open({ unique_name: 'played' }, A, C);
  const ids = async (ask, path) => (await ask(path)).data.map((one) => one.id ?? one.number);
  const live = (path) => relay.ask(200, 'GET', path);
  const test_ = (path) => sandbox.ask(200, 'GET', path);
  assert.deepEqual(await ids(live, '/api/v1/sessions'), [real.id]);
  assert.deepEqual(await ids(test_, '/api/v1/sessions'), [played.id]);
  await relay.ask(404, 'GET', `/api/v1/sessions/${played.id}`);
  await sandbox.ask(404, 'GET', `/api/v1/sessions/${real.id}`);
  // The same number may stand in both: as two that have nothing to do with each other.
  assert.equal((await sandbox.ask(200, 'GET', `/api/v1/numbers/${V1}`)).connection, 'sandbox');
  assert.equal((await relay.ask(200, 'GET', `/api/v1/numbers/${V1}`)).connection, 'twilio');
  assert.deepEqual((await live('/api/v1/numbers')).data.map((one) => one.connection), ['twilio', 'twilio']);
  assert.ok(!(await ids(live, '/api/v1/keys')).includes(sandbox.made.id));
  for (const path of ['/api/v1/events', '/api/v1/keys']) {
    const [ours, theirs] = [await ids(live, path), await ids(test_, path)];
    assert.deepEqual(ours.filter((id) => theirs.includes(id)), [], path);
  }
  // What only the sandbox has is refused to a live key, and swapping the word at a key's beginning gains nothing.
  for (const [method, path, body] of [['GET', '/clock'], ['POST', '/clock/advance', { seconds: 1 }], ['POST', '/handsets/text', {}], ['POST', '/handsets/inbox', {}]]) {
    assert.equal((await relay.ask(403, method, `/api/v1/sandbox${path}`, body)).code, 'sandbox.live_key');
  }
  await relay.ask(401, 'GET', '/api/v1/sessions', undefined, { key: sandbox.key.replace('bauta_test_', 'bauta_live_') });
  await relay.ask(401, 'GET', '/api/v1/sessions', undefined, { key: relay.key.replace('bauta_live_', 'bauta_test_') });
  // Accounts are the live relay's: whoever made them here could take another's place in the sandbox.
  const operator = (await relay.ask(201, 'POST', '/api/v1/keys', { scopes: ['operator'], test: true })).secret;
  for (const [method, body] of [['GET'], ['POST', { name: 'mine' }]]) {
    assert.equal((await relay.ask(403, method, '/api/v1/accounts', body, { key: operator })).code, 'account.live_only');
  }
  // The live connection is none of the sandbox's: no number of it can name one that leads out.
  const unknown = await sandbox.ask(422, 'POST', '/api/v1/numbers', { number: '+13125550112', connection: 'twilio' });
  assert.equal(unknown.code, 'number.unknown_connection');
  assert.match(unknown.detail, /; there is \w+$/, 'which there are is said');
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/numbers', { number: '+13125550112', fallbacks: ['twilio'] })).code, 'number.unknown_connection');
  const number = (await sandbox.list('/api/v1/numbers'))[0].number;
  await sandbox.ask(422, 'PATCH', `/api/v1/numbers/${number}`, { connection: 'twilio' });
  const [host, guest] = played.participants;
  for (let n = 0; n < 5; ++n) assert.equal(await sandbox.text(A, host.virtual_number, `text ${n}`), 'relayed');
  await sandbox.ask(202, 'POST', `/api/v1/sessions/${played.id}/messages`, { text: 'from the platform' });
  await arrived(sandbox, C, 6);
  await sandbox.delivery(played, guest.id, 'delivered');
  assert.deepEqual(carrier.posts, [], 'nothing came to the real carrier');
  // The live relay goes on beside it, and its metrics count its own texts alone.
  await relay.ask(202, 'POST', `/api/v1/sessions/${real.id}/messages`, { text: 'real' });
  await carrier.received(2);
  assert.deepEqual(new Set(carrier.posts.map((post) => post.Body)), new Set(['real']));
  assert.equal(await relay.metric('bauta_texts_total', { connection: 'sandbox' }), 0);
  const counted = await relay.call('GET', '/metrics', undefined, { key: null }).catch(() => null);
  assert.notEqual(counted?.status, 200, 'metrics are the admin listener\'s');
});

test('numbers with a meaning', async (t) => {
  const sandbox = await Sandbox.make(t, { settings: { relay: { unknown_wait_seconds: 1, retry_backoff_first_ms: 100, unknown_resends_max: 1 } } });

  await t.test('always undelivered', async () => {
    const { session, theirs } = await told(sandbox, MAGIC.undelivered);
    await sandbox.delivery(session, theirs.id, 'undelivered');
    assert.deepEqual(await sandbox.inbox(MAGIC.undelivered), []);
  });
  await t.test('slow', async () => {
    const { session, theirs } = await told(sandbox, MAGIC.slow);
    await sandbox.delivery(session, theirs.id, 'sent');
    assert.deepEqual(await sandbox.inbox(MAGIC.slow), []);
    assert.equal((await sandbox.advance(61)).settled, true);
    await sandbox.delivery(session, theirs.id, 'delivered');
    assert.equal((await sandbox.inbox(MAGIC.slow)).length, 1);
  });
  await t.test('unconfirmed', async () => {
    const { session, theirs } = await told(sandbox, MAGIC.unconfirmed);
    await sandbox.delivery(session, theirs.id, 'sent');
    await sandbox.advance(73 * 3600);
    await sandbox.delivery(session, theirs.id, 'unconfirmed');
    assert.equal((await sandbox.inbox(MAGIC.unconfirmed)).length, 1);
  });
  await t.test('refuses', async () => {
    const { session, theirs } = await told(sandbox, MAGIC.refuses);
    const delivery = await sandbox.delivery(session, theirs.id, 'failed');
    assert.equal(delivery.error.code, 'carrier.refused');
  });
  await t.test('sends STOP', async () => {
    const { session } = await told(sandbox, MAGIC.saysStop);
    await until('the platform to hear of it', async () => (await sandbox.show(session)).participants[1].state === 'opted_out');
    assert.equal((await sandbox.events('participant.opted_out')).length, 1);
  });
  await t.test('sends twice', async () => {
    const { session, theirs } = await told(sandbox, MAGIC.textsTwice);
    const answers = () => sandbox.ask(200, 'GET', `/api/v1/sessions/${session.id}/messages`)
      .then(({ data }) => data.filter((message) => message.from === theirs.id));
    await until('an answer', async () => (await answers()).length > 0);
    await sandbox.advance(1);
    assert.equal((await answers()).length, 1, 'delivered twice, relayed once');
    assert.equal((await sandbox.inbox(A)).filter(({ text }) => text === 'Said once, delivered twice.').length, 1);
  });
  await t.test('answers after the close', async () => {
    const { session } = await told(sandbox, MAGIC.answersLate);
    await arrived(sandbox, MAGIC.answersLate);
    await sandbox.close(session);
    const before = (await sandbox.inbox(A)).length;
    await sandbox.advance(601);
    const [, notice] = await arrived(sandbox, MAGIC.answersLate, 2);
    assert.match(notice.text, /ended|over|closed/i);
    assert.equal((await sandbox.inbox(A)).length, before, 'and the other is told nothing');
  });
  await t.test('unknown outcome', async () => {
    const { session, theirs } = await told(sandbox, MAGIC.unknown);
    await arrived(sandbox, MAGIC.unknown);
    await sandbox.advance(30);
    const texts = await arrived(sandbox, MAGIC.unknown, 2);
    assert.deepEqual(texts.map(({ text }) => text), ['Hello', 'Hello'], 'made again, as the service chose');
    await sandbox.advance(30);
    await until('a dead letter', async () => (await sandbox.list('/api/v1/dead-letters')).some((letter) => letter.to === theirs.id));
    assert.ok(session.id);
  });
  await t.test('busy', async () => {
    const { session, theirs } = await told(sandbox, MAGIC.busy);
    assert.deepEqual(await sandbox.inbox(MAGIC.busy), []);
    await until('it to be put off', async () => (await sandbox.delivery(session, theirs.id, 'queued')));
    for (let n = 0; n < 3; ++n) await sandbox.advance(90);
    await sandbox.delivery(session, theirs.id, 'delivered');
  });
  await t.test('opted out at the carrier', async () => {
    const { session } = await told(sandbox, MAGIC.optedOut);
    await until('the ledger to follow', async () => (await sandbox.show(session)).participants[1].state === 'opted_out');
  });
});

test('the clock moves expiry, cooling and deadlines, and a kill -9 sets nothing back', async (t) => {
  const sandbox = await Sandbox.make(t);
  const { relay } = sandbox;
  const before = await sandbox.clock();
  assert.equal(before.ahead_seconds, 0);
  assert.ok(Math.abs(Date.parse(before.now) - Date.now()) < 5_000);

  const stay = await sandbox.open({ ttl_seconds: 7200 }, A, C);
  const [host, guest] = stay.participants;
  await relay.kill();
  await relay.start();
  assert.equal(await sandbox.text(A, host.virtual_number, 'Hello'), 'relayed');
  await arrived(sandbox, C);
  await relay.kill();
  await relay.start();
  assert.deepEqual((await sandbox.inbox(C)).map(({ text }) => text), ['Hello'], 'phones outlive a crash');
  await sandbox.delivery(stay, guest.id, 'delivered');

  const moved = await sandbox.advance(7201);
  assert.deepEqual([moved.ahead_seconds, moved.settled], [7201, true]);
  assert.equal((await sandbox.show(stay)).closed_reason, 'expired');
  assert.equal((await sandbox.events('session.closed')).length, 1, 'written down when the call returns');
  assert.equal(await sandbox.text(A, host.virtual_number, 'Still there?'), 'ended');
  // Cooling: nobody gets a line of theirs at this number before it is over.
  const taken_ = { participants: [{ address: A, virtual_number: host.virtual_number }, { address: '+442079460143' }] };
  assert.equal((await sandbox.ask(409, 'POST', '/api/v1/sessions', taken_)).code, 'number.in_use_by_address');
  await relay.kill();
  await relay.start();
  assert.equal((await sandbox.clock()).ahead_seconds, 7201, 'a crash does not set it back');
  await sandbox.advance(24 * 3600);
  await sandbox.ask(201, 'POST', '/api/v1/sessions', taken_);

  // A deadline: four hours by default; the busy carrier puts off until then.
  const { session, theirs } = await told(sandbox, MAGIC.busy);
  await until('the text to be put off', () => sandbox.delivery(session, theirs.id, 'queued'));
  await relay.kill();
  await relay.start();
  await sandbox.advance(4 * 3600 + 60);
  assert.match((await sandbox.delivery(session, theirs.id, 'failed')).error.code, /deadline/);
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/sandbox/clock/advance', { seconds: 0 })).code, 'field.out_of_range');
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/sandbox/clock/advance', { seconds: -5 })).code, 'field.out_of_range');
  for (let n = 0; n < 9; ++n) await sandbox.advance(366 * 86_400);
  assert.equal((await sandbox.ask(409, 'POST', '/api/v1/sandbox/clock/advance', { seconds: 366 * 86_400 })).code, 'sandbox.clock_limit');
});

test('a repeated move of the clock and a repeated text are done once, also across a kill -9', async (t) => {
  const sandbox = await Sandbox.make(t);
  const { relay } = sandbox;
  const stay = await sandbox.open({ ttl_seconds: 30 * 86_400 }, A, C);
  const [host] = stay.participants;
  const post = (path, body, key) => relay.call('POST', `/api/v1/sandbox/${path}`, body, { key: sandbox.key, headers: { 'Idempotency-Key': key } });
  // Two days: the mark must not be forgotten by the very leap that it is of.
  const leap = { seconds: 2 * 86_400 };
  const said = { from: A, to: host.virtual_number, text: 'Once' };
  const [moved, texted] = [await post('clock/advance', leap, 'leap'), await post('handsets/text', said, 'text')];
  assert.deepEqual([moved.status, moved.json.ahead_seconds, moved.json.settled], [200, leap.seconds, true]);
  assert.deepEqual([texted.status, texted.json.outcome], [200, 'relayed']);
  await arrived(sandbox, C);
  await relay.kill();
  await relay.start();
  for (const [first, again] of [[moved, await post('clock/advance', leap, 'leap')], [texted, await post('handsets/text', said, 'text')]]) {
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(again.text, first.text);
  }
  assert.equal((await post('clock/advance', { seconds: 1 }, 'leap')).json.code, 'idempotency.mismatch');
  assert.equal((await sandbox.clock()).ahead_seconds, leap.seconds);
  assert.equal((await sandbox.inbox(C)).length, 1);
  // A question is answered by how things are, whatever was asked under its key before.
  for (const address of [A, C]) assert.equal((await post('handsets/inbox', { address }, 'look')).status, 200);
});

test('what the carrier still owes survives a kill -9', async (t) => {
  const sandbox = await Sandbox.make(t);
  const { session, theirs } = await told(sandbox, MAGIC.slow);
  await sandbox.delivery(session, theirs.id, 'sent');
  await sandbox.relay.kill();
  await sandbox.relay.start();
  assert.equal((await sandbox.advance(61)).settled, true);
  await sandbox.delivery(session, theirs.id, 'delivered');
  assert.equal((await sandbox.inbox(MAGIC.slow)).length, 1, 'once');
});

test('webhooks: stamped by the real clock, and their retries follow the sandbox\'s', async (t) => {
  const sandbox = await Sandbox.make(t, { settings: { webhooks: { retry_backoff_first_ms: 3_600_000, retry_backoff_max_ms: 3_600_000 } } });
  let well = false;
  const endpoint = await Endpoint.start(t, () => (well ? taken : { status: 500 }));
  const { id, secret } = await sandbox.ask(201, 'POST', '/api/v1/webhooks', { url: endpoint.url, types: ['session.created'] });
  await sandbox.advance(30 * 86_400);
  await sandbox.open({}, A, C);
  await endpoint.received(1);
  verify(endpoint.posts[0], secret);  // within five minutes of now, or it throws
  well = true;
  await sandbox.advance(2 * 3600);
  assert.equal(endpoint.posts.length, 2, 'tried again when the call returns');
  verify(endpoint.posts[1], secret);
  const test_ = await sandbox.ask(200, 'POST', `/api/v1/webhooks/${id}/test`);
  assert.equal(test_.result, 'delivered');
  verify(endpoint.posts[2], secret);
  // Three days of failures disable it, in a moment.
  well = false;
  await sandbox.open({}, A, '+442079460143');
  await endpoint.received(4);
  await sandbox.advance(73 * 3600);
  await until('the webhook to be disabled', async () => (await sandbox.ask(200, 'GET', `/api/v1/webhooks/${id}`)).status === 'disabled');
});

test('webhooks that misbehave on request', async (t) => {
  const sandbox = await Sandbox.make(t, { settings: { webhooks: { retry_backoff_first_ms: 100, retry_backoff_max_ms: 100 } } });
  const hook = async (misbehave, types = ['message.received']) => {
    const endpoint = await Endpoint.start(t);
    const made = await sandbox.ask(201, 'POST', '/api/v1/webhooks', { url: endpoint.url, types, misbehave });
    return { endpoint, ...made };
  };
  const twice = await hook({ twice: true });
  const late = await hook({ late_seconds: 3600 });
  const shuffled = await hook({ shuffle: true });
  const failing = await hook({ fail_one_in: 2 });
  const plain = await hook(null);
  assert.deepEqual(late.misbehave, { twice: false, late_seconds: 3600, shuffle: false, fail_one_in: null });
  assert.equal(plain.misbehave, undefined);
  const live = { url: 'https://example.com/hook', misbehave: { twice: true } };
  assert.equal((await sandbox.relay.ask(422, 'POST', '/api/v1/webhooks', live)).code, 'webhook.sandbox_only');
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/webhooks', { ...live, misbehave: { fail_one_in: 0 } })).code, 'field.out_of_range');
  assert.equal((await sandbox.ask(422, 'POST', '/api/v1/webhooks', { ...live, misbehave: { slowly: true } })).code, 'field.unknown');

  const session = await sandbox.open({}, A, C);
  for (let n = 0; n < 6; ++n) await sandbox.text(A, session.participants[0].virtual_number, `text ${n}`);
  const sent = (await sandbox.events('message.received')).map((event) => event.id);
  const seen = ({ endpoint }) => endpoint.events.map((event) => event.id);

  await twice.endpoint.received(12);
  assert.deepEqual(seen(twice), sent.flatMap((id) => [id, id]), 'each twice, with its id');
  verify(twice.endpoint.posts[1], twice.secret);
  await plain.endpoint.received(6);
  assert.deepEqual(seen(plain), sent);
  await shuffled.endpoint.received(6);
  assert.deepEqual([...seen(shuffled)].sort(), [...sent].sort());
  assert.notDeepEqual(seen(shuffled), sent, 'out of order');
  await failing.endpoint.received(6);
  assert.deepEqual(seen(failing), sent, 'in order all the same, each once');
  const attempts = await sandbox.list(`/api/v1/webhooks/${failing.id}/attempts`);
  assert.ok(attempts.filter((attempt) => attempt.status === 503).length >= 5, 'one in two');
  assert.equal(late.endpoint.posts.length, 0);
  await sandbox.relay.kill();
  await sandbox.relay.start();
  await never('a late event comes early, for a restart', () => late.endpoint.posts.length > 0);
  await sandbox.advance(3601);
  assert.deepEqual(seen(late), sent, 'when its time has come, and not before');
  const mended = await sandbox.ask(200, 'PATCH', `/api/v1/webhooks/${twice.id}`, { misbehave: null });
  assert.equal(mended.misbehave, undefined);
});

test('without a sandbox a test key means nothing, and says why', async (t) => {
  const { relay } = await world({ t });
  const refused = await relay.ask(401, 'GET', '/api/v1/sessions', undefined, { key: `bauta_test_${'A'.repeat(43)}` });
  assert.equal(refused.code, 'auth.invalid_key');
  assert.match(refused.detail, /\[sandbox\]/);
  assert.equal((await relay.ask(409, 'POST', '/api/v1/keys', { scopes: ['account'], test: true })).code, 'sandbox.none');
});

test('the command line', async (t) => {
  const sandbox = await Sandbox.make(t);
  const run = (key, ...words) => execFileSync(BAUTA, words, {
    env: { ...process.env, BAUTA_URL: `http://${sandbox.relay.address}`, BAUTA_KEY: key }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
  });
  const key = run(sandbox.relay.key, 'key', 'create', '--test', ...SCOPES.flatMap((scope) => ['--scope', scope])).trim();
  assert.match(key, /^bauta_test_/);
  assert.match(run(key, 'sandbox', 'clock'), /ahead_seconds +0/);
  assert.match(run(key, 'sandbox', 'advance', '60'), /settled +yes/);
  const session = await sandbox.open({}, A, C);
  assert.match(run(key, 'sandbox', 'text', A, session.participants[0].virtual_number, 'Hello'), /relayed/);
  await arrived(sandbox, C);
  assert.match(run(key, 'sandbox', 'inbox', C), /Hello/);
  assert.equal(JSON.parse(run(key, 'sandbox', 'clock', '--json')).ahead_seconds, 60);
});

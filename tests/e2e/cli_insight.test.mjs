// What would happen to a text, what happened to one, and what waits: over the API and at the command line.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { A, B, STRANGER, V1, V2, V3 } from './support/people.mjs';
import { BAUTA } from './support/relay.mjs';
import { report, texts, throttled, created } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

function bautaOf(relay) {
  return (args, input = '') => {
    const child = spawn(BAUTA, args, { env: { ...process.env, BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key } });
    const ran = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (chunk) => { ran[stream] += chunk; });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...ran })));
  };
}

test('a text is explained before it is sent', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  const [host, guest] = session.participants;
  const line = linesOf(session)[A];
  const explain = (body) => relay.ask(200, 'POST', '/api/v1/explain', body);

  const relayed = await explain({ from: A, to: line });
  assert.deepEqual([relayed.outcome, relayed.code, relayed.connection, relayed.session.id, relayed.session.participant, relayed.from],
    ['relayed', null, 'twilio', session.id, host.id, A]);
  assert.deepEqual(relayed.recipients.map((one) => [one.participant, one.address, one.virtual_number, one.outcome, one.connection]),
    [[guest.id, B, guest.virtual_number, 'sent', 'twilio']]);
  assert.deepEqual([(await explain({ from: A, to: line, text: 'STOP' })).outcome, (await explain({ from: A, to: line, text: `It is ${A}` })).masked], ['keyword', true]);
  assert.deepEqual([(await explain({ from: STRANGER, to: line })).code, (await explain({ from: A, to: V3 })).code], ['inbound.no_route', 'inbound.not_our_number']);
  assert.equal((await relay.ask(422, 'POST', '/api/v1/explain', { from: A })).errors[0].pointer, '/to');
  assert.deepEqual((await relay.ask(422, 'POST', '/api/v1/explain', { from: '12', to: line, text: '' })).errors.map((fault) => fault.pointer), ['/from', '/text']);

  // The command line says what a code means, and leaves out what says nothing.
  const bauta = bautaOf(relay);
  const stranger = await bauta(['explain', STRANGER, line]);
  assert.match(stranger.stdout, /^code +inbound\.no_route\nwhat it means +Whoever texted has no conversation .*\nwhat to do +\S.*\n/m);
  assert.doesNotMatch(stranger.stdout, /^\S+ +-$/m);
  assert.doesNotMatch(stranger.stderr, /swapped/);
  const swapped = await bauta(['explain', line, A]);
  assert.match(swapped.stdout, /^code +inbound\.not_our_number$/m);
  assert.match(swapped.stderr, /are they swapped\?/);

  // A key that reads no addresses sees none.
  const { secret } = await relay.ask(201, 'POST', '/api/v1/keys', { label: 'desk', scopes: ['sessions:read'] });
  const masked = await relay.call('POST', '/api/v1/explain', { from: A, to: line }, { key: secret });
  assert.equal(masked.status, 200);
  for (const address of [A, B]) assert.ok(!masked.text.includes(address.slice(1)), masked.text);

  // The explanation and the text agree, also about consent and the end.
  await texts(relay, B, guest.virtual_number, 'STOP');
  assert.deepEqual((await explain({ from: A, to: line })).recipients.map((one) => [one.outcome, one.code]), [['blocked', 'consent.opted_out']]);
  assert.match((await bauta(['explain', A, line])).stdout, /^consent\.opted_out: \S/m);
  assert.equal((await explain({ from: B, to: guest.virtual_number })).consent.service, 'opted_out');
  await relay.ask(200, 'PATCH', `/api/v1/sessions/${session.id}`, { status: 'closed' });
  const told = await bauta(['explain', '-', line], `${A}\n`);
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /^outcome +ended\ncode +session\.ended\n/m);
  assert.match(told.stdout, new RegExp(`^session\\.id +${session.id}\n`, 'm'));
  assert.match(told.stdout, /^answer +conversation_ended$/m);
  assert.equal(JSON.parse((await bauta(['explain', A, line, '--json'])).stdout).outcome, 'ended');
  assert.deepEqual([(await bauta(['explain', A, 'V1'])).code, (await bauta(['explain', '12', line])).code], [2, 1]);
  assert.equal(carrier.posts.filter((post) => post.Body === 'hi').length, 0);
});

test('a text is traced from its arrival to its end', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  await texts(relay, A, linesOf(session)[A], 'hi');
  const [post] = await carrier.received(1);
  await report(relay, post, 'delivered');
  const [message] = (await relay.ask(200, 'GET', `/api/v1/sessions/${session.id}/messages`)).data;
  const trace = await until('the delivery is traced', async () => {
    const found = await relay.ask(200, 'GET', `/api/v1/messages/${message.id}/trace`);
    return found.steps.some((step) => step.type === 'message.delivered') && found;
  });
  assert.deepEqual(trace.steps.map((step) => step.type), ['message.received', 'message.sent', 'message.delivered']);
  assert.ok(trace.complete);
  assert.deepEqual(trace.deliveries.map((one) => [one.to, one.attempts, one.provider_ids]), [[session.participants[1].id, 1, [post.sid]]]);
  assert.equal(trace.message.text, 'hi');
  for (const id of ['msg_01k9xkq4z1x2y3z4a5b6c7d8e9', 'nonsense'])
    assert.equal((await relay.ask(404, 'GET', `/api/v1/messages/${id}/trace`)).code, 'message.not_found');

  const bauta = bautaOf(relay);
  const { code, stdout, stderr } = await bauta(['trace', message.id]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n');
  assert.ok(lines.some((line) => /^20\S+Z +0\.000 s +message\.received +- +-/.test(line)), stdout);
  assert.ok(lines.some((line) => /^20\S+Z +\d+\.\d{3} s +message\.delivered +par_\w+ +twilio/.test(line)), stdout);
  assert.match(stdout, new RegExp(`${post.sid}`));
  assert.deepEqual(JSON.parse((await bauta(['trace', message.id, '--json'])).stdout).steps.length, 3);
  assert.deepEqual([(await bauta(['trace', 'ses_1'])).code, (await bauta(['trace', 'msg_01k9xkq4z1x2y3z4a5b6c7d8e9'])).code], [2, 1]);
});

test('what waits is counted by connection and age', async (t) => {
  let busy = true;
  const { relay, carrier } = await world({ t, numbers: [V1, V2], answer: () => (busy ? throttled(1) : created) });
  const session = await relay.openSession(A, B);
  assert.deepEqual(await relay.ask(200, 'GET', '/api/v1/queue'), { data: [], complete: true });
  for (const body of ['one', 'two', 'three']) await texts(relay, A, linesOf(session)[A], body);
  const { data: [queue] } = await relay.ask(200, 'GET', '/api/v1/queue');
  assert.deepEqual([queue.connection, queue.texts, queue.ages.map((age) => age.up_to_seconds)], ['twilio', 3, [1, 10, 60, 600, 3600, null]]);
  assert.equal(queue.ages.reduce((sum, age) => sum + age.texts, 0), 3);
  assert.ok(queue.oldest_at);
  const bauta = bautaOf(relay);
  assert.match((await bauta(['queue'])).stdout, /^CONNECTION +TEXTS .*\ntwilio +3 /);
  assert.equal(JSON.parse((await bauta(['queue', '--json'])).stdout).data[0].texts, 3);
  await relay.ask(422, 'GET', '/api/v1/queue?limit=1');
  busy = false;
  await until('nothing waits', async () => (await relay.ask(200, 'GET', '/api/v1/queue')).data.length === 0);
  assert.deepEqual(carrier.faults, []);
});

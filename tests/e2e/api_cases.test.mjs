// Faults that others' APIs had, with the same inputs: retries, bodies that are none, clients that wait.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { A, B, C, V1, V2, V3, V4, berliner, londoner } from './support/people.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const { relay } = await world({ numbers: [V1, V2, V3, V4] });

const body1 = { participants: [{ address: A }, { address: B }] };
const body2 = { participants: [{ address: A }, { address: C }] };
const open = (body, key) => relay.call('POST', '/api/v1/sessions', body, { headers: { 'Idempotency-Key': key } });

test('C42: a retried call has one effect and one answer; a reused key is told so', async () => {
  const first = await open(body1, 'k1');
  assert.equal(first.status, 201);
  const again = await open(body1, 'k1');
  assert.equal(again.status, 201);
  assert.equal(again.text, first.text);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assert.equal(first.headers['idempotency-replayed'], undefined);
  const mismatch = await open(body2, 'k1');
  assert.equal(mismatch.status, 422);
  assert.equal(mismatch.json.code, 'idempotency.mismatch');

  // Other people, since B has one number only.
  const body3 = { participants: [{ address: berliner(1) }, { address: londoner(1) }] };
  const body4 = { participants: [{ address: berliner(1) }, { address: londoner(2) }] };
  const count = (await relay.list('/api/v1/sessions')).length;
  const twenty = Array.from({ length: 20 }, () => open(body3, 'k2'));
  await Promise.race(twenty);  // the key is taken now, and most of them still run
  const other = open(body4, 'k2');
  const answers = await Promise.all(twenty);
  const made = answers.filter((answer) => answer.status === 201);
  assert.ok(made.length >= 1);
  assert.equal(new Set(made.map((answer) => answer.json.id)).size, 1);
  for (const answer of answers) {
    assert.ok(answer.status === 201 || (answer.status === 409 && answer.json.code === 'idempotency.in_flight'), `${answer.status} ${answer.text}`);
  }
  assert.equal((await other).status, 422);  // not 409
  assert.equal((await relay.list('/api/v1/sessions')).length, count + 1);
  assert.equal((await open(body4, 'k2')).status, 422);
});

test('C46: bodies that are no JSON are refused with a code, whatever the parser would forgive', async () => {
  const count = (await relay.list('/api/v1/sessions')).length;
  const right = JSON.stringify(body1);
  const bodies = {
    deep: '['.repeat(2000),
    duplicate: '{"participants":[],"participants":[]}',
    trailing: `${right}garbage`,
    comment: `/* x */${right}`,
    octet: Buffer.concat([Buffer.from('{"unique_name":"'), Buffer.from([0xff]), Buffer.from(`",${right.slice(1)}`)]),
  };
  const codes = { deep: 'json.too_deep', duplicate: 'json.duplicate_name', trailing: 'json.malformed', comment: 'json.malformed', octet: 'json.not_utf8' };
  for (const [name, body] of Object.entries(bodies)) {
    const answer = await relay.call('POST', '/api/v1/sessions', body);
    assert.equal(answer.status, 400, name);
    assert.match(answer.headers['content-type'], /^application\/problem\+json/);
    assert.equal(answer.json.code, codes[name], name);
    assert.equal(answer.json.request_id, answer.headers['bauta-request-id']);
  }
  assert.equal((await relay.list('/api/v1/sessions')).length, count);
});

/** Writes to a bare connection, and gathers what comes back. */
function connect() {
  const [host, port] = relay.address.split(':');
  const socket = net.connect({ host, port });
  const connection = { socket, got: '', closed: false };
  socket.setEncoding('utf8').on('data', (chunk) => { connection.got += chunk; });
  socket.on('close', () => { connection.closed = true; }).on('error', () => {});
  return connection;
}

test('C54: who waits for 100 Continue gets it at once, or the final answer instead', async () => {
  const body = JSON.stringify({ participants: [{ address: londoner(1), label: 'x' }, { address: londoner(1), label: 'y' }], metadata: { filler: 'z'.repeat(400) } }).padEnd(2048);
  const head = (length) => `POST /api/v1/sessions HTTP/1.1\r\nHost: relay.example.com\r\nAuthorization: Bearer ${relay.key}\r\n`
    + `Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
  const polite = connect();
  const started = Date.now();
  polite.socket.write(head(body.length));
  await until('100 Continue', () => polite.got.startsWith('HTTP/1.1 100 Continue\r\n'), { seconds: 5, every: 5 });
  polite.socket.write(body);
  await until('the final answer', () => /\r\n\r\nHTTP\/1\.1 422 /.test(polite.got), { seconds: 5, every: 5 });
  assert.ok(Date.now() - started < 1000, `${Date.now() - started} ms`);
  polite.socket.destroy();

  const huge = connect();
  huge.socket.write(head(50_000_000));
  await until('413', () => huge.got.startsWith('HTTP/1.1 413 '), { seconds: 5, every: 5 });
  assert.doesNotMatch(huge.got, / 100 Continue/);
  huge.socket.destroy();
});

test('every faulty field is named, and no address is repeated in clear', async () => {
  const refused = await relay.ask(422, 'POST', '/api/v1/sessions', {
    participants: [{ address: 'nonsense' }, { address: A, virtual_nummber: V1 }], ttl_seconds: 0, surprise: true,
  });
  assert.deepEqual(refused.errors.map((one) => one.pointer).sort(), ['/participants/0/address', '/participants/1/virtual_nummber', '/surprise', '/ttl_seconds']);
  assert.equal(refused.status, 422);
  assert.ok(refused.type.endsWith(`/errors/${refused.code}`));
  const same = await relay.call('POST', '/api/v1/sessions', { participants: [{ address: A }, { address: A }] });
  assert.equal(same.status, 422);
  assert.match(same.text, /participants\.same_address/);
  assert.ok(!same.text.includes('2025550142'));
});

test('keys: wrong ones are 401, scopes are kept, addresses are masked without theirs', async () => {
  assert.equal((await relay.call('GET', '/api/v1/sessions', undefined, { key: null })).json.code, 'auth.invalid_key');
  assert.equal((await relay.call('GET', '/api/v1/sessions', undefined, { key: `${relay.key.slice(0, -1)}${relay.key.endsWith('a') ? 'b' : 'a'}` })).status, 401);
  const { secret } = await relay.ask(201, 'POST', '/api/v1/keys', { label: 'reader', scopes: ['sessions:read'] });
  const session = await relay.openSession(berliner(2), londoner(3));
  const shown = await relay.ask(200, 'GET', `/api/v1/sessions/${session.id}`, undefined, { key: secret });
  assert.ok(shown.participants.every((one) => one.address.includes('…')), JSON.stringify(shown.participants));
  assert.equal((await relay.call('POST', '/api/v1/sessions', body1, { key: secret })).json.code, 'auth.scope_missing');
});

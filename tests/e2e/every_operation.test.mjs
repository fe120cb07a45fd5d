// A walk through the whole API: each operation of docs/openapi.yaml that no other test calls over HTTP itself, once as it is meant and once in vain.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { A, B, C, V1, V2, V3, V4 } from './support/people.mjs';
import { created, refusal } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const NO_SESSION = '/api/v1/sessions/ses_00000000000000000000000000';

test('sessions and who takes part in them', async (t) => {
  const { relay } = await world({ t, numbers: [V1, V3, V2, V4] });
  const session = await relay.openSession(A, B);
  const path = `/api/v1/sessions/${session.id}`;
  assert.deepEqual((await relay.ask(200, 'GET', '/api/v1/sessions?status=open')).data.map((one) => one.id), [session.id]);
  assert.equal((await relay.ask(200, 'GET', path)).id, session.id);
  const cleaner = await relay.ask(201, 'POST', `${path}/participants`, { address: C, label: 'Cleaner' });
  assert.equal((await relay.ask(200, 'GET', `${path}/participants`)).data.length, 3);
  await relay.ask(200, 'PATCH', `${path}/participants/${cleaner.id}`, { state: 'blocked' });
  await relay.ask(204, 'DELETE', `${path}/participants/${cleaner.id}`);
  await relay.ask(202, 'POST', `${path}/messages`, { text: 'Check-in is from 3 pm.' });
  assert.equal((await relay.ask(200, 'GET', `${path}/messages`)).data.length, 1);
  await relay.ask(200, 'PATCH', path, { metadata: { stay: '8812' } });
  await relay.ask(412, 'PATCH', path, { metadata: {} }, { headers: { 'If-Match': '"1"' } });
  await relay.ask(400, 'PATCH', path, { metadata: {} }, { headers: { 'If-Match': 'x' } });
  assert.equal((await relay.ask(200, 'POST', '/api/v1/sessions/search', { address: A })).data.length, 1);
  await relay.ask(204, 'DELETE', path);
  for (const [method, below, body] of [['GET', ''], ['PATCH', '', {}], ['DELETE', ''], ['GET', '/participants'], ['POST', '/participants', { address: A }],
    ['GET', '/messages'], ['POST', '/messages', { text: 'Hello' }]]) {
    assert.equal((await relay.ask(404, method, NO_SESSION + below, body)).code, 'session.not_found');
  }
});

test('dead letters', async (t) => {
  let broken = true;
  const { relay, carrier } = await world({ t, numbers: [V1, V2], answer: () => (broken ? refusal(30007) : created) });
  const session = await relay.openSession(A, B);
  await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text: 'Hello' });
  const dead = async (count) => until(`${count} dead letters`, async () => {
    const { data } = await relay.ask(200, 'GET', '/api/v1/dead-letters');
    return data.length === count && data;
  });
  const [letter, other] = await dead(2);
  const path = `/api/v1/dead-letters/${letter.message}/${letter.to}`;
  await relay.ask(202, 'POST', `${path}/retry`, {});
  await carrier.received(3);
  await dead(2);
  broken = false;
  const headers = { 'Idempotency-Key': 'again' };
  const again = await relay.call('POST', `${path}/retry`, {}, { headers });
  const replayed = await relay.call('POST', `${path}/retry`, {}, { headers });
  assert.deepEqual([again.status, replayed.status, replayed.headers['idempotency-replayed']], [202, 202, 'true']);
  assert.equal(replayed.text, again.text);
  await carrier.received(4);
  await dead(1);
  const rest = `/api/v1/dead-letters/${other.message}/${other.to}`;
  await relay.ask(204, 'DELETE', rest);
  await relay.ask(404, 'DELETE', rest);
  await relay.ask(404, 'POST', `${path}/retry`, {});
});

test('numbers and the pool', async (t) => {
  const { relay } = await world({ t, numbers: [V1] });
  const batch = await relay.ask(207, 'POST', '/api/v1/numbers', { numbers: [{ number: V2, connection: relay.connection }, { number: V1, connection: relay.connection }] });
  assert.deepEqual(batch.data.map((one) => one.status), [201, 409]);
  assert.equal((await relay.ask(200, 'GET', '/api/v1/numbers?country=US')).data.length, 1);
  assert.equal((await relay.ask(200, 'GET', `/api/v1/numbers/${V2}`)).number, V2);
  await relay.ask(200, 'PATCH', `/api/v1/numbers/${V2}`, { status: 'draining', tags: ['old'] });
  assert.equal((await relay.ask(200, 'GET', '/api/v1/pool')).data.length, 2);
  await relay.ask(204, 'DELETE', `/api/v1/numbers/${V2}`);
  for (const method of ['GET', 'DELETE']) await relay.ask(404, method, `/api/v1/numbers/${V2}`);
  await relay.ask(404, 'PATCH', `/api/v1/numbers/${V2}`, {});
  await relay.ask(409, 'POST', '/api/v1/numbers', { number: V1, connection: relay.connection });
  await relay.ask(422, 'POST', '/api/v1/numbers', { number: V3, connection: 'nobody' });
});

test('two accounts with a service of the same name see nothing of each other', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V4] });
  const headers = { 'Idempotency-Key': 'rival' };
  const made = await relay.ask(201, 'POST', '/api/v1/accounts', { name: 'rival' }, { headers });
  const again = await relay.ask(201, 'POST', '/api/v1/accounts', { name: 'rival' }, { headers });
  assert.deepEqual([again.id, again.key.id, again.key.secret], [made.id, made.key.id, null]);
  assert.equal((await relay.ask(409, 'POST', '/api/v1/accounts', { name: 'rival' })).code, 'account.name_taken');
  assert.deepEqual((await relay.ask(200, 'GET', '/api/v1/accounts')).data.map((one) => one.name), ['rival', 'default']);
  const rival = { key: made.key.secret };
  await relay.ask(403, 'GET', '/api/v1/accounts', undefined, rival);
  await relay.ask(403, 'POST', '/api/v1/accounts', { name: 'third' }, rival);
  await relay.ask(403, 'POST', '/api/v1/keys', { scopes: ['operator'] }, rival);

  // Both have a service `default`, and the same two people.
  const ours = await relay.ask(201, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: C }], unique_name: 'stay' });
  assert.equal((await relay.ask(409, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: C }] }, rival)).code, 'pool.exhausted');
  assert.equal((await relay.ask(409, 'POST', '/api/v1/numbers', { number: V1, connection: relay.connection }, rival)).code, 'number.taken');
  for (const number of [V3, '+442079460178']) await relay.ask(201, 'POST', '/api/v1/numbers', { number, connection: relay.connection }, rival);
  const theirs = await relay.ask(201, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: C }], unique_name: 'stay' }, rival);
  assert.deepEqual(new Set(theirs.participants.map((one) => one.virtual_number)), new Set([V3, '+442079460178']));
  await relay.ask(202, 'POST', `/api/v1/sessions/${theirs.id}/messages`, { text: 'from the rival' }, rival);
  await carrier.received(2);
  for (const [mine, options, other] of [[ours, {}, theirs], [theirs, rival, ours]]) {
    assert.deepEqual((await relay.ask(200, 'GET', '/api/v1/sessions', undefined, options)).data.map((one) => one.id), [mine.id]);
    assert.deepEqual((await relay.ask(200, 'POST', '/api/v1/sessions/search', { address: A }, options)).data.map((one) => one.id), [mine.id]);
    assert.ok((await relay.ask(200, 'GET', '/api/v1/events?limit=100', undefined, options)).data.every((event) => event.session !== other.id));
    for (const method of ['GET', 'DELETE']) await relay.ask(404, method, `/api/v1/sessions/${other.id}`, undefined, options);
  }
  assert.equal((await relay.ask(200, 'GET', `/api/v1/sessions/${ours.id}/messages`)).data.length, 0);
  // A STOP in the one is none in the other.
  await relay.ask(201, 'POST', '/api/v1/consents', { address: A, state: 'opted_out' }, rival);
  assert.equal((await relay.ask(200, 'POST', '/api/v1/consents/lookup', { address: A })).consents.length, 0);
  await relay.ask(404, 'DELETE', `/api/v1/keys/${made.key.id}`);
});

test('services and keys', async (t) => {
  const { relay } = await world({ t });
  assert.equal((await relay.ask(201, 'POST', '/api/v1/services', { name: 'rides' })).name, 'rides');
  await relay.ask(409, 'POST', '/api/v1/services', { name: 'rides' });
  assert.deepEqual((await relay.ask(200, 'GET', '/api/v1/services')).data.map((one) => one.name), ['rides', 'default']);
  await relay.ask(200, 'PATCH', '/api/v1/services/rides', { cooling_seconds: 60 });
  assert.equal((await relay.ask(200, 'GET', '/api/v1/services/rides')).cooling_seconds, 60);
  await relay.ask(404, 'GET', '/api/v1/services/nobody');
  const headers = { 'Idempotency-Key': 'desk' };
  const key = await relay.ask(201, 'POST', '/api/v1/keys', { label: 'desk', scopes: ['events:read'] }, { headers });
  const replayed = await relay.ask(201, 'POST', '/api/v1/keys', { label: 'desk', scopes: ['events:read'] }, { headers });
  assert.deepEqual([replayed.id, replayed.secret], [key.id, null], 'made once, and its secret shown once');
  assert.equal((await relay.ask(200, 'GET', '/api/v1/keys')).data.length, 2);
  await relay.ask(200, 'GET', '/api/v1/events', undefined, { key: key.secret });
  await relay.ask(403, 'GET', '/api/v1/keys', undefined, { key: key.secret });
  await relay.ask(204, 'DELETE', `/api/v1/keys/${key.id}`);
  await relay.ask(404, 'DELETE', `/api/v1/keys/${key.id}`);
  const own = await relay.ask(201, 'POST', '/api/v1/keys', { service: 'rides', scopes: ['events:read'] });
  const rides = { headers: { 'Bauta-Service': 'rides' } };
  await relay.ask(201, 'POST', '/api/v1/numbers', { number: V3, connection: relay.connection }, rides);
  const refused = await relay.ask(409, 'DELETE', '/api/v1/services/rides');
  assert.deepEqual([refused.code, refused.detail], ['service.in_use', 'it still has numbers']);
  await relay.ask(200, 'PATCH', `/api/v1/numbers/${V3}`, { status: 'draining' }, rides);
  await relay.ask(204, 'DELETE', `/api/v1/numbers/${V3}`, undefined, rides);
  await relay.ask(204, 'DELETE', '/api/v1/services/rides');
  await relay.ask(404, 'DELETE', '/api/v1/services/rides');
  await relay.ask(404, 'GET', '/api/v1/services/rides');
  await relay.ask(401, 'GET', '/api/v1/events', undefined, { key: own.secret });
  assert.equal((await relay.ask(409, 'DELETE', '/api/v1/services/default')).code, 'service.in_use');
  await relay.ask(401, 'GET', '/api/v1/events', undefined, { key: key.secret });
});

test('every body of JSON in docs/openapi.yaml has an example', () => {
  const document = parse(readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));
  const resolve = (node) => (node.$ref ? resolve(node.$ref.split('/').slice(1).reduce((at, part) => at[part], document)) : node);
  const bare = [];
  const look = (what, body) => {
    for (const [type, media] of Object.entries(resolve(body).content ?? {}))
      if (type.endsWith('json') && !('example' in media) && !('examples' in media)) bare.push(what);
  };
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item).filter((one) => one.operationId)) {
      if (operation.requestBody) look(`${operation.operationId}: request`, operation.requestBody);
      for (const [status, response] of Object.entries(operation.responses)) if (status.startsWith('2')) look(`${operation.operationId}: ${status}`, response);
    }
  }
  assert.deepEqual(bare, []);
});

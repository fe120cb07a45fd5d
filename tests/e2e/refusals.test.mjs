// What a platform asks for in vain is refused, and never dropped in silence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, C, V1, V2, V3, V4 } from './support/people.mjs';
import { world } from './support/world.mjs';

const { relay } = await world({ numbers: [V1, V2, V3, V4] });

const told = (answer) => `${answer.status} ${answer.json?.code ?? ''} ${(answer.json?.errors ?? []).map((fault) => fault.pointer).join()}`.trim();

test('a text to somebody who is blocked is refused, and goes to them again when that is taken back', async () => {
  const session = await relay.ask(201, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: B }] });
  const path = `/api/v1/sessions/${session.id}`;
  const [, guest] = session.participants;
  const send = () => relay.call('POST', `${path}/messages`, { text: 'Hello', to: [guest.id] }, { headers: { 'Idempotency-Key': 'hello' } });
  await relay.ask(200, 'PATCH', `${path}/participants/${guest.id}`, { state: 'blocked' });
  assert.equal(told(await send()), '422 participant.gone /to/0');
  assert.deepEqual(await relay.list(`${path}/messages`), []);
  await relay.ask(200, 'PATCH', `${path}/participants/${guest.id}`, { state: 'active' });
  assert.equal((await send()).status, 202);
});

test('a parameter that is not known is refused, and nothing is done', async () => {
  const session = await relay.ask(201, 'POST', '/api/v1/sessions', { participants: [{ address: A }, { address: C }] });
  const path = `/api/v1/sessions/${session.id}`;
  for (const [method, target, body] of [['DELETE', path], ['GET', path], ['PATCH', path, { status: 'closed' }], ['GET', `${path}/participants`],
    ['POST', `${path}/messages`, { text: 'Hello' }], ['POST', '/api/v1/sessions/search', { address: A }], ['DELETE', `/api/v1/numbers/${V3}`]]) {
    assert.equal(told(await relay.call(method, `${target}?dry_run=true`, body)), '422 field.unknown /dry_run', `${method} ${target}`);
  }
  assert.equal((await relay.ask(200, 'GET', path)).status, 'open');
  assert.deepEqual(await relay.list(`${path}/messages`), []);
  await relay.ask(200, 'GET', `/api/v1/numbers/${V3}`);
});

test('a dead letter is sent again with nothing more to say', async () => {
  const retry = '/api/v1/dead-letters/msg_00000000000000000000000000/par_00000000000000000000000000/retry';
  assert.equal(told(await relay.call('POST', retry, { force: true })), '422 field.unknown /force');
  assert.equal(told(await relay.call('POST', retry, {})), '404 dead_letter.not_found');
});

// Idempotency-Keys of POSTs whose effect is not in the store that they are looked for in: a key of the sandbox, a call to an endpoint.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Endpoint } from './support/endpoint.mjs';
import { Sandbox } from './support/sandbox.mjs';
import { world } from './support/world.mjs';

const marked = (mark, key) => ({ headers: { 'Idempotency-Key': mark }, ...(key ? { key } : {}) });

test('a live key that asks twice for one test key is given one, also over a kill', async (t) => {
  const { relay } = await Sandbox.make(t);
  const wanted = { scopes: ['account'], test: true };
  const first = await relay.ask(201, 'POST', '/api/v1/keys', wanted, marked('once'));
  await relay.kill();
  await relay.start();
  const again = await relay.ask(201, 'POST', '/api/v1/keys', wanted, marked('once'));
  assert.deepEqual([again.id, again.secret], [first.id, null]);
  await relay.ask(422, 'POST', '/api/v1/keys', { scopes: ['events:read'], test: true }, marked('once'));
  const keys = await relay.ask(200, 'GET', '/api/v1/keys', undefined, { key: first.secret });
  assert.equal(keys.data.filter((key) => key.id === first.id).length, 1);
  // By whose hand stands in the sandbox's log.
  const [entry] = (await relay.ask(200, 'GET', '/api/v1/audit?limit=1', undefined, { key: first.secret })).data;
  assert.deepEqual([entry.action, entry.object, entry.by], ['key.created', first.id, 'key']);
});

test('a test of a webhook is sent once for one mark', async (t) => {
  const endpoint = await Endpoint.start(t);
  const { relay } = await world({ t, settings: { webhooks: { allow_private: ['127.0.0.0/8'] } } });
  const webhook = await relay.ask(201, 'POST', '/api/v1/webhooks', { url: endpoint.url });
  const path = `/api/v1/webhooks/${webhook.id}/test`;
  const first = await relay.ask(200, 'POST', path, {}, marked('once'));
  assert.deepEqual(await relay.ask(200, 'POST', path, {}, marked('once')), first);
  assert.equal(endpoint.posts.length, 1);
  assert.notEqual((await relay.ask(200, 'POST', path, {}, marked('twice'))).event, first.event);
});

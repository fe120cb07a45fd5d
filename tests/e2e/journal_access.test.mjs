// Who may ask a restored store and whom it tells: keys that were revoked and webhooks that were removed or changed since its backup.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { said } from './support/backups.mjs';
import { Endpoint } from './support/endpoint.mjs';
import { request } from './support/http.mjs';
import { V2, V4, berliner, londoner } from './support/people.mjs';
import { until } from './support/until.mjs';
import { verified } from './support/verify.mjs';
import { world } from './support/world.mjs';

const settings = { backup: { path: 'backups', journal: 'journal' }, webhooks: { allow_private: ['127.0.0.0/8'] } };

const hook = (relay, endpoint) => relay.ask(201, 'POST', '/api/v1/webhooks', { url: endpoint.url, types: ['message.*'] });
const show = (relay, { id }) => relay.ask(200, 'GET', `/api/v1/webhooks/${id}`);

test('a restored store refuses revoked keys at once, and tells no webhook that was removed or changed', { timeout: 120_000 }, async (t) => {
  const { relay } = await world({ t, numbers: [V2, V4], settings });
  const [same, gone, old, fresh] = await Promise.all(Array.from({ length: 4 }, () => Endpoint.start(t)));
  const [kept, removed, moved] = [await hook(relay, same), await hook(relay, gone), await hook(relay, old)];
  const key = () => relay.ask(201, 'POST', '/api/v1/keys', { scopes: ['sessions:read', 'addresses:read'] });
  const [leaked, healthy] = [await key(), await key()];
  const answered = async ({ secret }) => (await relay.call('GET', '/api/v1/sessions', undefined, { key: secret })).status;
  assert.deepEqual([await answered(leaked), await answered(healthy)], [200, 200]);
  // A backup's time is a whole second: one of the journal's first second would be said to be older than it.
  await new Promise((later) => setTimeout(later, 1_100));
  await said('create', '--url', `http://${relay.admin}`);

  await relay.ask(204, 'DELETE', `/api/v1/keys/${leaked.id}`);
  await relay.ask(204, 'DELETE', `/api/v1/webhooks/${removed.id}`);
  await relay.ask(200, 'PATCH', `/api/v1/webhooks/${moved.id}`, { url: fresh.url });
  await relay.kill();
  await rm(join(relay.folder, 'data'), { recursive: true });
  await said('restore', '--config', relay.config);

  await relay.start();
  assert.deepEqual([await answered(leaked), await answered(healthy)], [401, 200]);
  await relay.ask(404, 'GET', `/api/v1/webhooks/${removed.id}`);
  assert.equal((await show(relay, kept)).status, 'active');
  const { url, status, disabled_reason: reason } = await show(relay, moved);
  assert.deepEqual({ url, status, reason }, { url: old.url, status: 'disabled', reason: 'restored' });
  const [told] = await relay.events('webhook.disabled');
  assert.deepEqual(told.data, { webhook: moved.id, reason: 'restored' });
  const { replay } = (await request('GET', relay.admin, '/backup')).json.journal;
  assert.deepEqual([replay.keys_revoked, replay.webhooks_removed, replay.webhooks_disabled, replay.complete], [1, 1, 1, true]);
  assert.equal(await relay.metric('bauta_journal_replayed', { kind: 'keys_revoked' }), 1);
  const { stderr } = await said('list', '--url', `http://${relay.admin}`);
  assert.match(stderr, /keys revoked 1, webhooks removed 1, webhooks disabled 1, /);

  await said('release', '--url', `http://${relay.admin}`);
  const session = await relay.openSession(berliner(1), londoner(1));
  await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text: 'hello' });
  // To two people: received, and sent twice.
  await same.received(3);
  // Its platform says again what holds: nothing of the meantime is left out, and nothing went to where it was.
  await relay.ask(200, 'PATCH', `/api/v1/webhooks/${moved.id}`, { url: fresh.url, status: 'active' });
  await fresh.received(3);
  await until('all were taken', () => fresh.events.length >= 3 && same.events.length >= 3);
  assert.deepEqual([old.posts.length, gone.posts.length], [0, 0]);
  await relay.stop();
  assert.ok((await verified(relay)).clean);
});

// Who did what: the audit log of an account, as the API and the command line tell it; against the real binary.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { A, B, V1, V2, V3, V4 } from './support/people.mjs';
import { BAUTA } from './support/relay.mjs';
import { world } from './support/world.mjs';

const log = async (relay, query = '', options) => (await relay.ask(200, 'GET', `/api/v1/audit${query}`, undefined, options)).data.reverse();
const actions = async (relay, query) => (await log(relay, query)).map((entry) => entry.action);

test('the log begins with the command line, and survives a kill', async (t) => {
  const { relay } = await world({ t });
  const first = await log(relay, '?limit=100');
  assert.deepEqual(first.slice(0, 3).map((entry) => [entry.action, entry.by, entry.key, entry.request_id]), [
    ['account.created', 'command_line', null, null], ['service.created', 'command_line', null, null], ['key.created', 'command_line', null, null]]);
  const made = await relay.ask(201, 'POST', '/api/v1/keys', { label: A, scopes: ['events:read'], expires_at: '2099-01-31T12:00:00Z' });
  await relay.ask(204, 'DELETE', `/api/v1/keys/${made.id}`);
  await relay.kill();
  await relay.start();
  const [created, revoked] = await log(relay, '?limit=2');
  assert.deepEqual([created.action, created.object, created.by, created.details], ['key.created', made.id, 'key', { scopes: 'events:read', expires_at: '2099-01-31T12:00:00.000Z' }]);
  assert.deepEqual([revoked.action, revoked.object, revoked.key], ['key.revoked', made.id, created.key]);
  assert.equal(revoked.sequence, created.sequence + 1);
});

test('a person who is exported and erased stands in it without a name', async (t) => {
  const { relay } = await world({ t, numbers: [V1, V2, V3, V4] });
  const session = await relay.openSession(A, B);
  const before = (await log(relay, '?limit=1'))[0].sequence;
  await relay.ask(200, 'POST', '/api/v1/people/export', { address: A });
  await relay.ask(204, 'DELETE', `/api/v1/sessions/${session.id}`);
  const job = await relay.ask(202, 'POST', '/api/v1/people/erase', { address: A });
  await relay.ask(200, 'GET', '/api/v1/sessions');
  const told = (await log(relay)).filter((entry) => entry.sequence > before);
  assert.deepEqual(told.map((entry) => [entry.action, entry.object]), [['person.exported', null], ['session.erased', session.id], ['person.erased', job.id]]);
  assert.ok(!JSON.stringify(told).includes(A.slice(1)), 'no address stands in the log');
});

test('it is read by action and time, a page at a time, by the account and by the operator alone', async (t) => {
  const { relay } = await world({ t });
  for (let n = 0; n < 3; ++n) await relay.ask(201, 'POST', '/api/v1/webhooks', { url: `https://example.com/${n}` });
  const page = await relay.ask(200, 'GET', '/api/v1/audit?action=webhook.created&limit=2');
  assert.equal(page.data.length, 2);
  const rest = await relay.ask(200, 'GET', `/api/v1/audit?action=webhook.created&limit=2&cursor=${page.next_cursor}`);
  assert.deepEqual([rest.data.length, rest.next_cursor], [1, null]);
  const [oldest] = await log(relay, '?action=webhook.created');
  assert.deepEqual(await actions(relay, `?created_before=${oldest.created_at}&action=webhook.created`), []);
  await relay.ask(422, 'GET', '/api/v1/audit?action=webhook.eaten');

  const rival = await relay.ask(201, 'POST', '/api/v1/accounts', { name: 'rival' });
  assert.deepEqual((await log(relay, '', { key: rival.key.secret })).map((entry) => entry.action), ['account.created']);
  assert.deepEqual(await actions(relay, `?account=${rival.id}`), ['account.created']);
  await relay.ask(403, 'GET', `/api/v1/audit?account=${oldest.account}`, undefined, { key: rival.key.secret });

  const environment = { ...process.env, BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  const run = (...words) => execFileSync(BAUTA, words, { env: environment, encoding: 'utf8' });
  assert.match(run('audit', '--action', 'webhook.created'), /webhook\.created/);
  assert.deepEqual(JSON.parse(run('audit', '--json', '--account', rival.id)).data.map((entry) => entry.action), ['account.created']);
});

test('an operator whose key expires makes accounts whose first key does, too', async (t) => {
  const { relay } = await world({ t });
  const until = '2099-01-31T12:00:00.000Z';
  const { secret } = await relay.ask(201, 'POST', '/api/v1/keys', { scopes: ['operator'], expires_at: until });
  const refused = await relay.ask(422, 'POST', '/api/v1/accounts', { name: 'rides' }, { key: secret });
  assert.deepEqual([refused.code, refused.errors[0].pointer], ['field.out_of_range', '/key_expires_at']);
  const made = await relay.ask(201, 'POST', '/api/v1/accounts', { name: 'rides', key_expires_at: until }, { key: secret });
  assert.equal(made.key.expires_at, until);
});

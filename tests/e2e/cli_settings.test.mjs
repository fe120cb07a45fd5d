// What was set once is set anew: `bauta service set`, `numbers set`, `session search|block|unblock`, `webhooks set`.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { run } from './support/command.mjs';
import { A, B, V1, V2, V3 } from './support/people.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

/** A relay, and its commands: each must be done; what it printed. */
async function made(t, options = {}) {
  const { relay } = await world({ t, numbers: [V1, V2, V3], ...options });
  const environment = { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  const done = async (args, input) => {
    const ran = await run(args, environment, input);
    assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.stderr}`);
    return ran.stdout;
  };
  const json = async (args, input) => JSON.parse(await done([...args, '--json'], input));
  const refused = async (...args) => {
    const { code, stderr } = await run(args, environment);
    return `${code} ${stderr.match(/^bauta: ([\w.]+):/m)?.[1]}`;
  };
  return { relay, done, json, refused };
}

test('every setting of a service is set and shown', async (t) => {
  const { relay, done, json, refused } = await made(t);
  const texts = { de: { conversation_ended: 'Das Gespräch ist zu Ende.', help: 'Hilfe' } };
  const file = join(relay.folder, 'texts.json');
  await writeFile(file, JSON.stringify(texts));
  const wanted = {
    display_name: 'Example Rides', cooling_seconds: 172800, deadline_seconds: 3600, retention_seconds: 60, unknown: 'dead_letter', locality_fallback: 'region',
    answer_ended: false, answer_strangers: true, sticky: 'prefer', consent_scope: 'line', mask_addresses: false, language: 'de', default_region: 'IT', texts,
  };
  const { components } = parse(await readFile(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8'));
  assert.deepEqual(Object.keys(wanted).sort(), Object.keys(components.schemas.ServiceSettings.properties).sort(), 'all that there are');
  const options = Object.entries(wanted).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, name === 'texts' ? file : String(value)]);
  const changed = await json(['service', 'set', 'default', ...options]);
  for (const [name, value] of Object.entries(wanted)) assert.deepEqual(changed[name], value, name);
  const created = await json(['service', 'create', 'rides', ...options]);
  for (const [name, value] of Object.entries(wanted)) assert.deepEqual(created[name], value, name);

  const shown = await done(['service', 'show', 'default']);
  for (const name of Object.keys(wanted)) assert.match(shown, new RegExp(`^${name} `, 'm'));
  assert.match(shown, /^sticky +prefer$/m);
  assert.match(shown, /^texts +de=conversation_ended=Das Gespräch ist zu Ende\. help=Hilfe$/m);

  const back = await json(['service', 'set', 'default', '--default-region', 'none', '--texts', '-'], '{}');
  assert.deepEqual([back.default_region, back.texts, back.sticky], [null, {}, 'prefer']);
  assert.equal(await refused('service', 'set', 'default'), '2 usage.nothing_to_set');
  const unspoken = await run(['service', 'set', 'default', '--language', 'xx'], { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key });
  assert.equal(unspoken.code, 0);
  assert.match(unspoken.stderr, /nothing is said in the language xx: Bauta has words in de and en/);
  await writeFile(file, '{"de": ');
  assert.equal(await refused('service', 'set', 'default', '--texts', file), '2 usage.texts');
  await writeFile(file, '{"de": {"nonsense": "x"}}');
  assert.equal(await refused('service', 'set', 'default', '--texts', file), '1 field.unknown');
});

test('a number that is drained is given again, and changes its rate, fallbacks and words', async (t) => {
  const { done, json, refused } = await made(t);
  assert.equal((await json(['numbers', 'drain', V1])).status, 'draining');
  const changed = await json(['numbers', 'set', V1, '--status', 'active', '--rate-per-second', '5', '--tag', 'east', '--tag', 'new', '--reach', 'US', '--capability', 'sms']);
  assert.deepEqual([changed.status, changed.rate_per_second, changed.tags, changed.reach, changed.connection],
    ['active', 5, ['east', 'new'], ['US'], 'twilio']);
  assert.match(await done(['numbers', 'set', V1, '--no-tag', '--no-fallback']), /^tags +-$/m);
  assert.equal((await json(['numbers', 'show', V1])).rate_per_second, 5, 'what is not named stays');
  assert.equal((await json(['numbers', 'set', V1, '--status', 'reserved'])).status, 'reserved');
  assert.match(await refused('numbers', 'set', V1, '--fallback', 'pigeon'), /^1 /);
  assert.equal(await refused('numbers', 'set', V1), '2 usage.nothing_to_set');
  assert.match(await refused('numbers', 'set', V1, '--no-tag', '--tag', 'x'), /^2 /);
});

test('a person\'s sessions are found, and somebody is silenced and heard again', async (t) => {
  const { relay, done, json, refused } = await made(t);
  const session = await relay.openSession(A, B);
  const [ours] = session.participants;
  assert.deepEqual((await json(['session', 'search', A])).data.map(({ id }) => id), [session.id]);
  assert.match(await done(['session', 'search', '-'], `${B}\n`), new RegExp(session.id));
  assert.deepEqual(await json(['session', 'search', '+12025550199']), { data: [], next_cursor: null });
  const state = async (command) => (await json(['session', command, session.id, ours.id])).participants.find(({ id }) => id === ours.id).state;
  assert.equal(await state('block'), 'blocked');
  assert.match(await done(['session', 'show', session.id]), /blocked/);
  assert.equal(await state('unblock'), 'active');
  assert.equal(await refused('session', 'block', session.id, 'par_00000000000000000000000000'), '1 participant.not_found');
});

test('a webhook is told to another endpoint, and of other types', async (t) => {
  const { relay, json, refused } = await made(t, { settings: { webhooks: { allow_private: ['127.0.0.0/8'] } } });
  await run(['webhooks', 'create', 'http://127.0.0.1:9/old', '--type', 'number.*'], { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key });
  const [{ id }] = await until('the webhook', async () => (await json(['webhooks', 'list'])).data);
  const changed = await json(['webhooks', 'set', id, '--endpoint', 'http://127.0.0.1:9/new', '--type', 'message.*', '--type', 'session.closed']);
  assert.deepEqual([changed.url, changed.types, changed.include_text], ['http://127.0.0.1:9/new', ['message.*', 'session.closed'], false]);
  assert.equal((await json(['webhooks', 'set', id, '--include-text', 'true'])).include_text, true);
  assert.deepEqual((await json(['webhooks', 'set', id, '--type', '*'])).types, ['*']);
  assert.equal(await refused('webhooks', 'set', id), '2 usage.nothing_to_set');
});

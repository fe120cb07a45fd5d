import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { A, V1, V2, V3, V4, berliner, londoner } from './support/people.mjs';
import { Process, bauta } from './support/relay.mjs';
import { Sandbox } from './support/sandbox.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { world } from './support/world.mjs';

/** What is in a folder, by name; but for the lock. */
async function filesOf(folder) {
  const names = (await readdir(folder)).filter((name) => name !== 'LOCK').sort();
  return Promise.all(names.map(async (name) => [name, createHash('sha256').update(await readFile(join(folder, name))).digest('hex')]));
}

test('bauta store verify: a store that runs is refused, one that is whole is clean, one that lost its end is not, and is not served', async (t) => {
  const { relay, carrier } = await world({ numbers: [V1, V2, V3, V4], t });
  const session = await relay.openSession(berliner(1), londoner(1));
  const [first] = session.participants;
  await texts(relay, first.address, first.virtual_number, 'the tide is high');
  await carrier.received(1);
  const verify = (...more) => bauta('store', 'verify', '--config', relay.config, ...more);

  const running = await verify();
  assert.equal(running.code, 1);
  assert.match(running.stderr, /storage\.locked/);
  assert.equal(running.stdout, '');

  await relay.stop();
  const clean = await verify();
  assert.equal(clean.code, 0, clean.stdout);
  assert.match(clean.stdout, /^clean: \d+ records of \d+ families agree, up to write \d+\nsandbox: clean: [^\n]+\n$/);
  const json = JSON.parse((await verify('--json')).stdout);
  assert.deepEqual([json.clean, json.findings, json.records.rt, json.records.msg], [true, [], 2, 1]);

  const data = join(relay.folder, 'data');
  const logs = (await readdir(data)).filter((name) => name.endsWith('.log')).sort();
  const log = join(data, logs.at(-1));
  await truncate(log, (await stat(log)).size - 100);
  const cut = await verify();
  assert.equal(cut.code, 1);
  assert.match(cut.stdout, /^engine -: the store's log is damaged/);
  assert.deepEqual([JSON.parse((await verify('--json')).stdout).clean], [false]);
  const before = await filesOf(data);
  const refused = await bauta('serve', '--config', relay.config);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^bauta: storage\.corrupt: .*--accept-loss/m);
  assert.deepEqual(await filesOf(data), before, 'a refused start changes nothing');
  const accepted = new Process(['serve', '--config', relay.config, '--accept-loss']);
  await accepted.says(/ started /);
  assert.deepEqual(await accepted.end(), { code: 0, signal: null });
  const after = await verify();
  assert.equal(after.code, 0, `what was lost is the end, so the rest agrees: ${after.stdout}`);
  for (const said of [cut.stdout, clean.stdout]) assert.ok(!said.includes(first.address.slice(1)) && !said.includes('tide'));
});

test('bauta store verify: nothing where there is no store, and wrong words', async () => {
  assert.equal((await bauta('store', 'verify')).code, 2);
  assert.equal((await bauta('store')).code, 2);
  const missing = await bauta('store', 'verify', '--config', '/nowhere/bauta.toml');
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /config\.file_missing/);
});

test('bauta store verify reads the store of the sandbox too, by the clock that it lives in', async (t) => {
  const sandbox = await Sandbox.make(t);
  const { relay } = sandbox;
  const session = await sandbox.open({}, A, londoner(1));
  await sandbox.text(A, session.participants[0].virtual_number, 'the tide is high');
  await sandbox.advance(40 * 86_400);  // what is kept for thirty days is over there, and not here
  await relay.stop();
  const verify = (...more) => bauta('store', 'verify', '--config', relay.config, ...more);
  const clean = await verify();
  assert.equal(clean.code, 0, clean.stdout);
  assert.match(clean.stdout, /^clean: .*\nsandbox: clean: \d+ records of \d+ families agree, up to write \d+\n$/);
  const json = JSON.parse((await verify('--json')).stdout);
  assert.deepEqual([json.clean, json.sandbox.clean, json.sandbox.findings], [true, true, []]);
  assert.ok(json.sandbox.records.ses > 0 && !json.records.ses, 'each says what it holds');

  const folder = join(relay.folder, 'sandbox');
  const logs = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  const log = join(folder, logs.at(-1));
  await truncate(log, (await stat(log)).size - 100);
  const cut = await verify();
  assert.equal(cut.code, 1);
  assert.match(cut.stdout, /^clean: .*\nsandbox: engine -: the store's log is damaged/);
  const told = JSON.parse((await verify('--json')).stdout);
  assert.deepEqual([told.clean, told.sandbox.clean], [false, false]);
});

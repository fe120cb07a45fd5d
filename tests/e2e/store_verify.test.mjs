import assert from 'node:assert/strict';
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { V1, V2, V3, V4, berliner, londoner } from './support/people.mjs';
import { bauta } from './support/relay.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { world } from './support/world.mjs';

test('bauta store verify: a store that runs is refused, one that is whole is clean, one that lost its end is not', async (t) => {
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
  assert.match(clean.stdout, /^clean: \d+ records of \d+ families agree, up to write \d+\n$/);
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
  for (const said of [cut.stdout, clean.stdout]) assert.ok(!said.includes(first.address.slice(1)) && !said.includes('tide'));
});

test('bauta store verify: nothing where there is no store, and wrong words', async () => {
  assert.equal((await bauta('store', 'verify')).code, 2);
  assert.equal((await bauta('store')).code, 2);
  const missing = await bauta('store', 'verify', '--config', '/nowhere/bauta.toml');
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /config\.file_missing/);
});

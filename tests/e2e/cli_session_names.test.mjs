// A session is named at the command line by its unique_name as well as by its id.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { A, B, V1, V2, V3, berliner } from './support/people.mjs';
import { BAUTA } from './support/relay.mjs';
import { world } from './support/world.mjs';

test('a session answers to its unique_name wherever its id may stand', { timeout: 60_000 }, async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V3, V2, berliner(178)] });
  const env = { ...process.env, BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  const bauta = (...args) => new Promise((resolve) => {
    execFile(BAUTA, args, { env }, (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }));
  });
  const json = async (...args) => {
    const ran = await bauta(...args, '--json');
    assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.stderr}`);
    return JSON.parse(ran.stdout);
  };
  const open = () => json('session', 'open', '--participant', A, '--participant', B, '--unique-name', 'stay 88&12');

  const first = await open();
  assert.equal((await json('session', 'show', 'stay 88&12')).id, first.id);
  await json('send', 'stay 88&12', 'Check-in is from 3 pm.');
  await carrier.received(2);
  assert.deepEqual((await json('messages', 'stay 88&12')).data.map((one) => one.text), ['Check-in is from 3 pm.']);
  assert.notEqual((await json('session', 'extend', 'stay 88&12', '--ttl-seconds', '60')).expires_at, null);
  assert.equal((await json('session', 'close', 'stay 88&12')).status, 'closed');
  assert.equal((await json('session', 'show', 'stay 88&12')).id, first.id, 'the only one that had the name');

  const second = await open();
  assert.equal((await json('session', 'show', 'stay 88&12')).id, second.id, 'the one that lives');
  assert.equal((await json('session', 'close', 'stay 88&12')).id, second.id);
  const several = await bauta('session', 'show', 'stay 88&12');
  assert.equal(several.code, 2);
  assert.match(several.stderr, new RegExp(`usage\\.ambiguous: .*${second.id}, ${first.id}`));

  const nobody = await bauta('messages', 'stay-9');
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /session\.not_found: .*stay-9/);
  const address = await bauta('messages', A);
  assert.equal(address.code, 2);
  assert.match(address.stderr, /unique_name/);
});

// A store whose log lost its end goes on with --accept-loss: it is told from the journal what it lost, and waits to be released.
import assert from 'node:assert/strict';
import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { backup, ready, said } from './support/backups.mjs';
import { A, B, V1, V2, V3, V4 } from './support/people.mjs';
import { Process, bauta } from './support/relay.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { linesOf, world } from './support/world.mjs';

const options = { timeout: 120_000 };

/** All that was written since the last backup, which begins a new log, is gone. */
async function loseTheLog(relay) {
  await relay.kill();
  relay.crashed = false;  // what is left lost its end: nothing to be verified before it was accepted
  const data = join(relay.folder, 'data');
  const logs = (await readdir(data)).filter((name) => name.endsWith('.log')).sort();
  await truncate(join(data, logs.at(-1)), 0);
}

async function acceptLoss(relay) {
  const refused = await bauta('serve', '--config', relay.config);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /storage\.corrupt: .*--accept-loss/);
  relay.process = new Process(['serve', '--config', relay.config, '--accept-loss']);
  [, relay.address, relay.admin] = await relay.process.says(/ started .*public=(\S+) admin=(\S+)/);
}

test('a STOP that the log lost and the journal has holds, and nothing is sent before the release', options, async (t) => {
  const settings = { backup: { path: 'backups', journal: 'journal' } };
  const { relay, carrier } = await world({ t, numbers: [V1, V2, V3, V4], settings });
  const session = await relay.openSession(A, B);
  await said('create', '--url', `http://${relay.admin}`);
  await texts(relay, B, linesOf(session)[B], 'STOP');
  await until('the STOP', async () => (await relay.events('participant.opted_out')).length === 1);

  await loseTheLog(relay);
  await acceptLoss(relay);
  assert.match(await ready(relay), /warning: recovery: the store goes on since .*--accept-loss/);
  assert.doesNotMatch(await ready(relay), /warning: journal/);
  const { journal, recovery } = await backup(relay);
  assert.deepEqual([recovery.backup, recovery.after_loss], [1, true]);
  assert.deepEqual([journal.replay.consents, journal.replay.complete], [1, true]);
  assert.match((await said('list', '--url', `http://${relay.admin}`)).stderr, /goes on without what it lost/);
  carrier.posts.length = 0;
  await texts(relay, A, linesOf(session)[A], 'after the STOP');
  await never('something is sent', () => carrier.posts.length > 0, { seconds: 1 });

  await relay.kill();
  await relay.start();
  assert.match(await ready(relay), /warning: recovery/, 'a restart releases nothing');
  assert.equal((await backup(relay)).journal.replay.consents, 1, 'it is done once');
  await said('release', '--url', `http://${relay.admin}`);
  assert.doesNotMatch(await ready(relay), /recovery/);
  await never('the text is sent', () => carrier.posts.some((post) => post.Body === 'after the STOP'), { seconds: 2 });
});

test('without a journal the store goes on as it is, and the log says what is not known', options, async (t) => {
  const { relay } = await world({ t, numbers: [V1, V2], settings: { backup: { path: 'backups' } } });
  await said('create', '--url', `http://${relay.admin}`);
  await relay.openSession(A, B);
  await loseTheLog(relay);
  await acceptLoss(relay);
  assert.doesNotMatch(await ready(relay), /recovery/);
  assert.match(relay.log, /there is no journal/);
});

// What a restored store is told of the time since its backup: the journal beside the store.
import assert from 'node:assert/strict';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { backup, ready, said } from './support/backups.mjs';
import { A, B, C, V1, V2, V3, V4, berliner, londoner } from './support/people.mjs';
import { bauta } from './support/relay.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { verified } from './support/verify.mjs';
import { linesOf, world } from './support/world.mjs';

const options = { timeout: 120_000 };
const settings = (more = {}) => ({ backup: { path: 'backups', ...more } });
const journaled = settings({ journal: 'journal' });

const backUp = (relay) => said('create', '--url', `http://${relay.admin}`);
const release = (relay) => said('release', '--url', `http://${relay.admin}`);

async function loseAndRestore(relay) {
  await relay.kill();
  await rm(join(relay.folder, 'data'), { recursive: true });
  return said('restore', '--config', relay.config);
}

test('STOPs, erasures and lines of the time after the backup are known again before anybody is served', options, async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2, V3, V4], settings: journaled });
  const session = await relay.openSession(A, B);
  const erased = await relay.openSession(berliner(1), londoner(1));
  await texts(relay, berliner(1), linesOf(erased)[berliner(1)], 'the key is under the mat');
  await carrier.received(1);
  await backUp(relay);

  await texts(relay, B, linesOf(session)[B], 'STOP');
  await until('the STOP', async () => (await relay.events('participant.opted_out')).length === 1);
  const job = await relay.ask(202, 'POST', '/api/v1/people/erase', { address: berliner(1) });
  await until('the erasure', async () => (await relay.ask(200, 'GET', `/api/v1/jobs/${job.id}`)).status === 'done');
  const after = await relay.openSession(C, londoner(2));
  assert.ok(await relay.metric('bauta_journal_entries_total') > 0);
  const lines = await relay.metric('bauta_journal_entries_total');
  await texts(relay, C, linesOf(after)[C], 'a text');
  await until('the text', () => carrier.posts.some((post) => post.Body === 'a text'));
  assert.equal(await relay.metric('bauta_journal_entries_total'), lines, 'a text does not touch the journal');
  assert.equal((await stat(join(relay.folder, 'journal'))).mode & 0o777, 0o700);

  const restored = await loseAndRestore(relay);
  assert.match(restored.stderr, /replayed from the journal/);
  assert.match(restored.stderr, /^The journal's last entry is of 20\d\d-\d\d-\d\dT[\d:.]+Z: /m);
  const early = await bauta('backup', 'release', '--config', relay.config);
  assert.deepEqual([early.code, /backup\.not_replayed/.test(early.stderr)], [1, true]);
  carrier.posts.length = 0;
  await relay.start();
  assert.match(await ready(relay), /warning: recovery/);
  assert.doesNotMatch(await ready(relay), /warning: journal/);
  const { journal } = await backup(relay);
  const { covered_since: since, ...replay } = journal.replay;
  assert.ok(since);
  // Of the session after the backup; what stands in front of the backup's place is in the backup.
  assert.deepEqual(replay, {
    consents: 1, people: 1, sessions_erased: 1, sessions_closed: 0, lines: 2, keys_revoked: 0, webhooks_removed: 0, webhooks_disabled: 0, skipped: 0,
    complete: true,
  });
  assert.equal(await relay.metric('bauta_journal_replayed', { kind: 'lines' }), 2);
  assert.match((await said('list', '--url', `http://${relay.admin}`)).stderr, /replayed from the journal: consents 1, people erased 1/);

  await relay.ask(404, 'GET', `/api/v1/sessions/${erased.id}`);
  const line = linesOf(after)[C];
  const stranger = await relay.call('POST', '/api/v1/sessions', { participants: [{ address: C, virtual_number: line }, { address: londoner(3) }] });
  assert.deepEqual([stranger.status, stranger.json.code], [409, 'number.in_use_by_address']);
  await texts(relay, A, linesOf(session)[A], 'after the STOP');
  await texts(relay, C, line, 'late, and for nobody else');

  await relay.kill();
  await relay.start();
  assert.deepEqual((await backup(relay)).journal.replay, journal.replay, 'it is done once');
  await release(relay);
  const others = await relay.openSession(berliner(5), londoner(5));
  await texts(relay, berliner(5), linesOf(others)[berliner(5)], 'as ever');
  await until('a text as ever', () => carrier.posts.some((post) => post.Body === 'as ever'));
  assert.ok(!carrier.posts.some((post) => post.Body === 'after the STOP' || post.Body.includes('nobody else')));
  await relay.stop();
  assert.ok((await verified(relay)).clean);
});

test('a journal that begins after the backup, or is not there, is told by restore and readyz', options, async (t) => {
  const { relay } = await world({ t, numbers: [V1, V2, V4], settings: settings() });
  await relay.openSession(A, B);
  await backUp(relay);
  assert.match((await loseAndRestore(relay)).stderr, /warning: there is no journal/);
  await relay.start();
  assert.match(await ready(relay), /warning: journal: there is no journal/);
  assert.equal((await backup(relay)).journal, null);
  await release(relay);
  assert.doesNotMatch(await ready(relay), /warning: journal/);

  await relay.stop();
  await relay.configure(journaled);
  await relay.start();
  await relay.openSession(berliner(1), londoner(1));
  assert.match((await loseAndRestore(relay)).stderr, /warning: the journal has a gap, or begins, after the backup/);
  await relay.start();
  assert.match(await ready(relay), /warning: journal: the journal has/);
  const { journal } = await backup(relay);
  assert.deepEqual([journal.replay.complete, journal.replay.lines], [false, 2], 'what is there is replayed');
});

test('a journal that is damaged is told by verify, by restore and by readyz', options, async (t) => {
  const { relay } = await world({ t, numbers: [V1, V2], settings: journaled });
  await relay.openSession(A, B);
  await backUp(relay);
  const verdict = async (...ids) => {
    const { code, stdout, stderr } = await bauta('backup', 'verify', ...ids, '--config', relay.config, '--json');
    return { code, stderr, ...JSON.parse(stdout) };
  };
  const whole = await verdict();
  assert.deepEqual([whole.code, whole.journal], [0, { whole: true, what: null }]);

  await relay.kill();
  const path = join(relay.folder, 'journal', '0000000001.journal');
  const octets = await readFile(path);
  octets[9] ^= 1;  // in the length of the first record
  await writeFile(path, octets);
  const damaged = await verdict();
  assert.deepEqual([damaged.code, damaged.backups[0].whole, damaged.journal.whole], [1, true, false]);
  assert.match(damaged.journal.what, /a file of the journal is damaged \(0000000001\.journal\)/);
  assert.match(damaged.stderr, /storage\.corrupt/);
  assert.equal((await verdict('1')).code, 0, 'who asks for a backup is told of that');

  assert.match((await loseAndRestore(relay)).stderr, /^warning: a file of the journal is damaged \(0000000001\.journal\); STOPs/m);
  await relay.start();
  assert.match(await ready(relay), /warning: journal: a file of the journal is damaged; STOPs/);
  assert.equal((await backup(relay)).journal.replay.complete, false);
});

test('a journal that cannot be written is told, and holds nothing up', options, async (t) => {
  const { relay } = await world({ t, numbers: [V1, V2], settings: settings() });
  await relay.stop();
  await writeFile(join(relay.folder, 'journal'), 'a file stands where the folder should be');
  await relay.configure(journaled);
  await relay.start();
  assert.match(await ready(relay), /^ready\nwarning: journal: it is not written/);
  assert.equal(await relay.metric('bauta_journal_failing'), 1);
  await relay.openSession(A, B);
});

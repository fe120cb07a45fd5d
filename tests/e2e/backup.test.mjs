// Backups of a relay that serves, and what becomes of one whose store is lost.
import assert from 'node:assert/strict';
import { open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Endpoint } from './support/endpoint.mjs';
import { failingDisk } from './support/failing_disk.mjs';
import { request } from './support/http.mjs';
import { A, B, V1, V2, V3, V4, berliner, londoner } from './support/people.mjs';
import { bauta } from './support/relay.mjs';
import { hang, created, texts } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { verified } from './support/verify.mjs';
import { linesOf, world } from './support/world.mjs';

const options = { timeout: 120_000 };
const settings = (more = {}) => ({
  backup: { path: 'backups', keep: 3, ...more }, relay: { unknown_wait_seconds: 1 }, webhooks: { allow_private: ['127.0.0.0/8'] },
});

const here = (relay, command, ...more) => bauta('backup', command, '--config', relay.config, ...more);
const asked = (relay, command, ...more) => bauta('backup', command, '--url', `http://${relay.admin}`, ...more);
const ready = async (relay) => (await request('GET', relay.admin, '/readyz')).text;

async function said(promise) {
  const answer = await promise;
  assert.equal(answer.code, 0, answer.stderr);
  return answer;
}

async function backUp(relay) {
  return JSON.parse((await said(asked(relay, 'create', '--json'))).stdout);
}

async function loseStore(relay) {
  await relay.kill();
  await rm(join(relay.folder, 'data'), { recursive: true });
}

test('a store that was lost comes back as it was backed up while texts flowed, and sends nothing before it is released', options, async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2, V3, V4], settings: settings() });
  const endpoint = await Endpoint.start(t);
  await relay.ask(201, 'POST', '/api/v1/webhooks', { url: endpoint.url, types: ['message.sent'] });
  const session = await relay.openSession(A, B);
  const line = linesOf(session)[A];
  await texts(relay, A, line, 'before');
  await endpoint.received(1);

  // One text is on its way, and those behind it wait for it.
  carrier.answer = () => hang;
  for (let i = 0; i < 5; ++i) await texts(relay, A, line, `open ${i}`);
  await carrier.received(2);
  let stop = false;
  const flow = (async () => {
    const other = await relay.openSession(berliner(1), londoner(1));
    for (let i = 0; !stop; ++i) await texts(relay, berliner(1), linesOf(other)[berliner(1)], `flows ${i}`);
  })();
  const made = await backUp(relay);
  stop = true;
  await flow;
  assert.equal(made.id, 1);
  assert.ok(made.bytes > 0 && made.sequence > 0);
  assert.equal(await relay.metric('bauta_backups_total', { outcome: 'done' }), 1);
  assert.ok(await relay.metric('bauta_backup_timestamp_seconds') > Date.now() / 1000 - 120);
  const after = await relay.openSession(berliner(2), londoner(2));

  await loseStore(relay);
  carrier.posts.length = 0;
  carrier.answer = () => created;
  const told = endpoint.posts.length;
  const restored = await said(here(relay, 'restore', '--json'));
  assert.equal(JSON.parse(restored.stdout).backup, 1);
  assert.match(restored.stderr, /STOPs/);
  assert.ok((await verified(relay)).clean);

  await relay.start();
  assert.match(await ready(relay), /^ready\n(?:.*\n)*warning: recovery: the store was restored from backup 1 /);
  assert.equal(await relay.metric('bauta_recovery'), 1);
  assert.equal((await relay.ask(200, 'GET', `/api/v1/sessions/${session.id}`)).status, 'in_progress');
  await relay.ask(404, 'GET', `/api/v1/sessions/${after.id}`);
  await texts(relay, A, line, 'while held');
  await never('something is sent', () => carrier.posts.length > 0, { seconds: 2 });
  assert.equal(endpoint.posts.length, told, 'webhooks are held as well');
  const bodies = (await relay.messages(session)).map((message) => message.text);
  assert.deepEqual(bodies, ['before', 'open 0', 'open 1', 'open 2', 'open 3', 'open 4', 'while held']);

  const page = await request('POST', relay.admin, '/backup/release', { headers: { Origin: 'http://127.0.0.1:9090' } });
  assert.deepEqual([page.status, page.json.code], [403, 'admin.from_a_page']);
  await never('something is sent', () => carrier.posts.length > 0, { seconds: 0.5 });
  assert.equal(JSON.parse((await said(asked(relay, 'release', '--json'))).stdout).backup, 1);
  await until('the open texts at the carrier, and the one that came since', () => carrier.posts.some((post) => post.Body === 'while held'));
  const ours = carrier.posts.filter((post) => post.To === B).map((post) => post.Body);
  assert.deepEqual(ours.filter((body) => body !== 'open 0'), ['open 1', 'open 2', 'open 3', 'open 4', 'while held'], 'in their order');
  assert.equal(await relay.metric('bauta_recovery'), 0);
  assert.doesNotMatch(await ready(relay), /recovery/);
  assert.match((await said(asked(relay, 'release'))).stderr, /nothing was held/);

  await relay.kill();
  await relay.start();
  assert.doesNotMatch(await ready(relay), /recovery/, 'a release is for good');
  await texts(relay, A, line, 'as ever');
  await until('a text as ever', () => carrier.posts.some((post) => post.Body === 'as ever'));
});

test('a restored store that is stopped stays held, and is released by its configuration', options, async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2], settings: settings() });
  const session = await relay.openSession(A, B);
  await backUp(relay);
  await loseStore(relay);
  await said(here(relay, 'restore'));
  await relay.start();
  await texts(relay, A, linesOf(session)[A], 'held over a restart');
  await relay.stop();
  await relay.start();
  assert.match(await ready(relay), /warning: recovery/);
  await never('something is sent', () => carrier.posts.length > 0, { seconds: 1 });
  assert.match((await here(relay, 'release')).stderr, /storage\.locked/);
  await relay.stop();
  assert.match((await said(here(relay, 'release'))).stdout, /^backup +1$/m);
  await relay.start();
  assert.deepEqual((await carrier.received(1)).map((post) => post.Body), ['held over a restart']);
});

test('backups are listed, verified and kept by number; a damaged one is found and never restored', options, async (t) => {
  const { relay } = await world({ t, numbers: [V2, V4], settings: settings({ keep: 2 }) });
  for (const n of [1, 2, 3]) {
    await relay.openSession(berliner(n), londoner(n));
    assert.equal((await backUp(relay)).id, n);
  }
  const list = await said(asked(relay, 'list'));
  assert.match(list.stdout, /^ *ID +CREATED +BYTES +FILES +SEQUENCE\n *2 .*\n *3 .*\n$/);
  const json = JSON.parse((await said(here(relay, 'list', '--json'))).stdout);
  assert.deepEqual(json.backups.map((backup) => backup.id), [2, 3]);
  assert.match((await said(here(relay, 'verify'))).stdout, /^ *2 +yes .*\n *3 +yes /m);
  const missing = await here(relay, 'verify', '1');
  assert.deepEqual([missing.code, /backup\.not_found/.test(missing.stderr)], [1, true]);

  const refused = await here(relay, 'restore');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /backup\.target_not_empty/);
  assert.match((await here(relay, 'create')).stderr, /storage\.locked: .*leave out --config/);
  await relay.stop();
  assert.match((await said(here(relay, 'create'))).stdout, /^id +4$/m);

  // Files that the newest has and the one before does not.
  const folder = join(relay.folder, 'backups', 'private', '4');
  const logs = (await readdir(folder)).filter((name) => name.startsWith('MANIFEST'));
  const file = join(folder, logs[0]);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(8, 0x5a), 0, 8, Math.floor((await stat(file)).size / 2));
  await handle.close();
  const damaged = await here(relay, 'verify');
  assert.equal(damaged.code, 1);
  assert.match(damaged.stdout, /^ *3 +yes .*\n *4 +no /m);
  await rm(join(relay.folder, 'data'), { recursive: true });
  assert.match((await here(relay, 'restore')).stderr, /storage\.corrupt/);
  assert.match((await said(here(relay, 'restore', '--id', '3'))).stdout, /^backup +3$/m);
  assert.ok((await verified(relay)).clean);
});

test('a backup that is due is made by itself; one that fails is told', options, async (t) => {
  const { relay } = await world({ t, numbers: [], settings: settings({ every_hours: 1 }) });
  await until('the first one', async () => await relay.metric('bauta_backups_total', { outcome: 'done' }) === 1);
  await relay.stop();
  await relay.start();
  await never('another within the hour', async () => await relay.metric('bauta_backups_total') > 0);
  assert.ok(await relay.metric('bauta_backup_bytes') > 0, 'what the process before made is known');

  await relay.stop();
  await rm(join(relay.folder, 'backups'), { recursive: true });
  await writeFile(join(relay.folder, 'backups'), 'a file stands where the folder was');
  await relay.start();
  await until('the failure', async () => await relay.metric('bauta_backups_total', { outcome: 'failed' }) > 0);
  assert.match(await ready(relay), /^ready\nwarning: backup: the last one failed: storage\.unavailable/);
  const failed = await asked(relay, 'create');
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /backup\.failed/);
});

// Found by reading: it was called a failure, and the next one made ten minutes later, and the next.
test('a backup counts although the oldest cannot be taken away', options, async (t) => {
  const { relay } = await world({ t, numbers: [], settings: settings({ keep: 1 }) });
  const disk = await failingDisk(relay.folder);
  if (!disk) return t.skip('there is no C compiler to build the failing disk with');
  assert.equal((await backUp(relay)).id, 1);
  await relay.stop();
  await relay.start(disk('unlink', '/backups/meta/1'));
  assert.equal((await backUp(relay)).id, 2);
  assert.equal(await relay.metric('bauta_backups_total', { outcome: 'done' }), 1);
  assert.equal(await relay.metric('bauta_backups_total', { outcome: 'failed' }), 0);
  await relay.process.says(/ older backups stay detail=.*removing the oldest backups/);
  assert.doesNotMatch(await ready(relay), /backup/);
  assert.ok((await readdir(join(relay.folder, 'backups', 'meta'))).includes('1'));
  assert.match((await said(here(relay, 'verify', '2'))).stdout, /^ *2 +yes /m);
  await relay.stop();
  await relay.start();
  assert.equal((await backUp(relay)).id, 3);
  const { backups } = JSON.parse((await said(here(relay, 'list', '--json'))).stdout);
  assert.deepEqual(backups.map((backup) => backup.id), [3]);
});

/** The paths below `folder` on which others than their owner have rights, and how many files there are. */
async function openToOthers(folder) {
  const found = { paths: [], files: 0 };
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (((await stat(path)).mode & 0o077) !== 0) found.paths.push(path);
    if (!entry.isDirectory()) ++found.files;
    if (!entry.isDirectory()) continue;
    const below = await openToOthers(path);
    found.paths.push(...below.paths);
    found.files += below.files;
  }
  return found;
}

test('what the relay writes is for its owner alone, whatever the mask that it was started with', options, async (t) => {
  const before = process.umask(0o022);
  t.after(() => process.umask(before));
  const { relay } = await world({ t, numbers: [V1, V2], settings: settings({ journal: 'journal' }) });
  await relay.openSession(A, B);
  await backUp(relay);
  await relay.stop();
  await relay.start();
  await backUp(relay);
  await relay.stop();
  await rm(join(relay.folder, 'data'), { recursive: true });
  await said(here(relay, 'restore'));
  for (const folder of ['data', 'backups', 'journal']) {
    const { paths, files } = await openToOthers(join(relay.folder, folder));
    assert.deepEqual(paths, []);
    assert.ok(files > 0, folder);
    assert.equal((await stat(join(relay.folder, folder))).mode & 0o077, 0, folder);
  }
});

test('bauta backup says what it cannot do', options, async (t) => {
  const { relay } = await world({ t, numbers: [] });
  const none = await asked(relay, 'create');
  assert.deepEqual([none.code, /backup\.not_configured/.test(none.stderr)], [1, true]);
  assert.equal((await bauta('backup', 'list', '--url', 'http://127.0.0.1:9')).code, 3);
  assert.equal((await bauta('backup', 'restore')).code, 2);
  assert.equal((await asked(relay, 'create', '--config', relay.config)).code, 2);
  const page = await request('POST', relay.admin, '/backup', { headers: { Origin: 'https://evil.example' } });
  assert.equal(page.status, 403);
});

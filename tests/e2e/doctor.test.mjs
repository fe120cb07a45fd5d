// `bauta doctor`, on installations that are well and on ones that are not.
import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from './support/certificates.mjs';
import { V2 } from './support/people.mjs';
import { Process, Relay, bauta, freePort } from './support/relay.mjs';
import { world } from './support/world.mjs';

async function doctor(relay, ...more) {
  const { code, stdout, stderr } = await bauta('doctor', '--config', relay.config, '--json', ...more);
  assert.equal(stderr, '');
  for (const secret of [Relay.TOKEN, Relay.AUTH_TOKEN, (await readFile(join(relay.folder, 'master.key'), 'utf8')).trim()])
    assert.ok(!stdout.includes(secret), 'a secret is printed');
  const { fine, checks } = JSON.parse(stdout);
  assert.equal(code, fine ? 0 : 1);
  return { fine, of: (name) => checks.find(({ check }) => check === name), failing: checks.filter(({ grade }) => grade === 'failing').map(({ check }) => check) };
}

/** Where the tests run may be memory, which is no place for a store. */
const ofTheRelay = (checks) => checks.filter((check) => !['store filesystem', 'store space'].includes(check));

test('a relay that runs, and one that does not, are well', { timeout: 120_000 }, async (t) => {
  const admin = `127.0.0.1:${await freePort()}`;
  const { relay } = await world({ t, numbers: [V2], settings: { admin: { listen: admin } } });
  const running = await doctor(relay);
  assert.deepEqual(ofTheRelay(running.failing), []);
  assert.match(running.of('relay').what, /is ready/);
  assert.match(running.of('admin.listen').what, /a relay listens there/);
  assert.match(running.of('connection twilio').what, /answers/);
  assert.match(running.of('store').what, /a running relay has it/);
  for (const words of [['store', 'verify'], ['serve']]) {
    const locked = await bauta(...words, '--config', relay.config);
    assert.equal(locked.code, 1);
    assert.match(locked.stderr, /storage\.locked: another process has the store .*: if it is the relay, stop that first$/m);
  }

  await relay.stop();
  const stopped = await doctor(relay);
  assert.deepEqual(ofTheRelay(stopped.failing), []);
  assert.match(stopped.of('relay').what, /does not run/);
  assert.match(stopped.of('store').what, /opens with the master key/);
  // The tests' token is short.
  assert.equal(stopped.of('connection twilio token').grade, 'warning');
  assert.equal(stopped.of('connections'), undefined);

  relay.connections = '';
  await relay.configure(relay.settings);
  assert.equal((await doctor(relay)).of('connections').grade, 'warning');
  assert.equal((await bauta('doctor', '--config', relay.config, '--strict')).code, 1);
  // Nothing was changed by looking.
  await relay.start();
});

test('what is broken is named, with how to mend it', { timeout: 120_000 }, async (t) => {
  const { relay, carrier } = await world({ t });
  await relay.stop();
  await carrier.stop();
  const taken = createServer();
  await new Promise((listening) => taken.listen(0, '127.0.0.1', listening));
  t.after(() => taken.close());
  taken.on('connection', (socket) => socket.destroy());
  await relay.configure({ public: { listen: `127.0.0.1:${taken.address().port}` } });
  await chmod(join(relay.folder, 'auth.token'), 0o644);
  const key = await readFile(join(relay.folder, 'master.key'), 'utf8');
  const other = await bauta('init', join(relay.folder, 'other'));
  assert.equal(other.code, 0, other.stderr);
  await writeFile(join(relay.folder, 'master.key'), await readFile(join(relay.folder, 'other', 'master.key')));
  const ill = await doctor(relay);
  assert.equal(ill.fine, false);
  assert.deepEqual(ofTheRelay(ill.failing).sort(), ['connection twilio', 'connections.0.auth_token_file', 'public.listen', 'store']);
  assert.match(ill.of('store').what, /^seal\.wrong_master_key/);
  assert.match(ill.of('connections.0.auth_token_file').mend, /^chmod 600 /);
  for (const check of ill.failing) assert.ok(ill.of(check).mend, check);

  await writeFile(join(relay.folder, 'master.key'), key);
  assert.ok(!(await doctor(relay)).failing.includes('store'));
});

test('a key of TLS that others may read is named, one that a group may read is not', { timeout: 120_000 }, async (t) => {
  const { relay } = await world({ t });
  await relay.stop();
  const { key } = await makeCertificate(relay.folder, 'tls');
  const tls = { tls_certificate_file: 'tls.pem', tls_key_file: 'tls.key' };
  await relay.configure({ public: tls, admin: tls });
  const grades = async (mode) => {
    await chmod(key, mode);
    const { of } = await doctor(relay);
    return ['public', 'admin'].map((section) => of(`${section}.tls_key_file`)).map(({ grade, mend }) => [grade, mend && mend.split(' /')[0]]);
  };
  assert.deepEqual(await grades(0o644), [['failing', 'chmod 640'], ['failing', 'chmod 640']]);
  assert.deepEqual(await grades(0o640), [['ok', null], ['ok', null]]);
  assert.deepEqual(await grades(0o600), [['ok', null], ['ok', null]]);
});

// Found by reading: the doctor showed the key to whatever program had the port, as soon as the relay was down.
test('whoever listens where a stopped relay would is asked without the admin key', { timeout: 120_000 }, async (t) => {
  const port = await freePort();
  const { relay } = await world({ t });
  await relay.stop();
  const key = 'what-opens-the-admin-listener';
  await writeFile(join(relay.folder, 'admin.key'), `${key}\n`, { mode: 0o600 });
  await relay.configure({ admin: { listen: `127.0.0.1:${port}`, key_file: 'admin.key' } });
  const asked = [];
  const stranger = http.createServer((question, answer) => {
    asked.push(JSON.stringify([question.url, question.rawHeaders]));
    answer.end('{"ready": true}');
  });
  await new Promise((listening) => stranger.listen(port, '127.0.0.1', listening));
  t.after(() => stranger.close());
  const stopped = await doctor(relay);
  assert.equal(stopped.of('relay').what, 'it does not run');
  assert.equal(stopped.of('admin.listen').grade, 'failing');
  assert.ok(asked.length > 0, 'whether it is a relay was asked');
  for (const question of asked) assert.ok(!question.includes(key) && !/authorization/i.test(question), question);

  stranger.closeAllConnections();
  await new Promise((closed) => stranger.close(closed));
  await relay.start();
  assert.match((await doctor(relay)).of('relay').what, /is ready/, 'a relay that runs is shown the key');
});

// Found by a new user: the doctor took any relay for this store's, and `bauta serve` then said only "Address already in use".
test('the relay of another store has the address: the doctor and serve say so', { timeout: 120_000 }, async (t) => {
  const [listen, admin] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const settings = { public: { listen }, admin: { listen: admin } };
  const { relay: neighbour } = await world({ t, settings });
  const { relay } = await world({ t });
  await relay.stop();
  await relay.configure(settings);
  const { of } = await doctor(relay);
  assert.equal(of('relay').what, 'it does not run');
  for (const section of ['public', 'admin']) {
    assert.equal(of(`${section}.listen`).grade, 'failing');
    assert.match(of(`${section}.listen`).what, /^another relay listens on /);
  }
  const refused = await bauta('serve', '--config', relay.config);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^bauta: http\.listen_failed: \[public\] listen: cannot listen on .*in use; take another address there/m);
  await relay.configure({ public: { listen: '127.0.0.1:0' }, admin: { listen: admin } });
  assert.match((await bauta('serve', '--config', relay.config)).stderr, /http\.listen_failed: \[admin\] listen: /);

  // A restart is due.
  await neighbour.configure({ ...settings, public: { listen: `127.0.0.1:${await freePort()}` } });
  const moved = (await doctor(neighbour)).of('public.listen');
  assert.equal(moved.grade, 'warning');
  assert.match(moved.mend, /restart the relay/);
});

test('a URL that the carrier cannot reach, no backups, and a variable that sets nothing are named', { timeout: 120_000 }, async (t) => {
  const { relay } = await world({ t });
  await relay.stop();
  const before = await doctor(relay);
  assert.equal(before.of('backup').grade, 'warning');
  assert.match(before.of('store space').what, /^[\d.]+ (GiB|MiB) are free/);
  // Twilio itself, not its stand-in.
  relay.connections = relay.connections.replace(/^api_url = .*$/m, '');
  await relay.configure({ public: { url: 'https://localhost:8443' }, backup: { path: 'backups' } });
  const after = await doctor(relay);
  assert.equal(after.of('public.url').grade, 'failing');
  assert.equal(after.of('backup'), undefined);
  assert.match(after.of('backup folder').what, /is on the store's disk/);

  const asked = new Process(['doctor', '--config', relay.config], { BAUTA_LOG_LEVL: 'debug' });
  await asked.ended;
  assert.match(asked.output, /^warning {2}environment: BAUTA_LOG_LEVL sets nothing; did you mean BAUTA_LOG_LEVEL\?$/m);
});

test('every fault of a configuration is a failing check', async (t) => {
  const { relay } = await world({ t });
  await relay.stop();
  await writeFile(relay.config, '[public]\nlisten = 5\n[serverr]\n');
  const { fine, failing } = await doctor(relay);
  assert.equal(fine, false);
  assert.deepEqual([...new Set(failing)].sort(), ['public.listen', 'serverr']);
  const words = await bauta('doctor', '--config', relay.config);
  assert.equal(words.code, 1);
  assert.match(words.stdout, /^failing {2}public\.listen: .*\n {9}=> /m);
});

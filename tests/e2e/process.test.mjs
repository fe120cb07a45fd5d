// What the operating system may show of the process, and what it answers when it is overrun.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { request } from './support/http.mjs';
import { Process, Relay } from './support/relay.mjs';
import { until } from './support/until.mjs';

async function made(t, settings) {
  const relay = await Relay.make({ apiUrl: 'http://127.0.0.1:1', settings });
  t.after(() => relay.remove());
  return relay;
}

test('no core is dumped, keys are locked into memory, and the environment shows none', { timeout: 60_000 }, async (t) => {
  const relay = await made(t, {});
  const masterKey = (await readFile(join(relay.folder, 'master.key'), 'utf8')).trim();
  const adminKey = 'the-admin-key-of-this-test';
  const environment = { BAUTA_MASTER_KEY: masterKey, BAUTA_ADMIN_KEY: adminKey };
  await relay.configure({ master_key: { file: '' } });
  relay.process = new Process(['serve', '--config', relay.config], environment);
  const [, admin] = await relay.process.says(/ started .* admin=(\S+)/);
  const ready = (key) => request('GET', admin, '/readyz', { headers: { Authorization: `Bearer ${key}` } });
  assert.equal((await ready(adminKey)).status, 200);
  assert.equal((await ready(`${adminKey}x`)).status, 401);

  const of = (file) => readFile(`/proc/${relay.process.child.pid}/${file}`, 'utf8');
  assert.match(await of('limits'), /^Max core file size +0 +0 /m);
  let shown = '';
  try {
    shown = await of('environ');
  } catch (error) {
    assert.equal(error.code, 'EACCES', 'who is not root may not even look: the process is not dumpable');
  }
  for (const secret of Object.values(environment)) assert.ok(!shown.includes(secret));
  assert.notEqual((await of('status')).match(/^VmLck:\s+(\d+) kB$/m)[1], '0');

  // Read again, the configuration still has the key that was in the environment.
  relay.process.child.kill('SIGHUP');
  await relay.process.says(/configuration taken up /);
  assert.equal((await ready(adminKey)).status, 200);
});

test('health and metrics are answered although the public listener takes no more', { timeout: 60_000 }, async (t) => {
  const relay = await made(t, { http: { connections_max: 4 } });
  await relay.start();
  const [host, port] = relay.address.split(':');
  const idle = [];
  const connectAndStay = () => idle.push(connect(Number(port), host).on('error', () => {}));
  t.after(() => idle.forEach((socket) => socket.destroy()));
  for (let n = 0; n < 4; ++n) connectAndStay();
  const ask = (base, path) => request('GET', base, path, { headers: { Connection: 'close' } });
  const overloaded = await until('the public listener is full', async () => {
    connectAndStay();  // a connection of the start may have held the place of one of the first
    const answer = await ask(relay.address, '/api/v1/sessions');
    return answer.status === 503 && answer;
  });
  assert.equal(overloaded.json.code, 'overloaded');
  assert.equal(overloaded.headers['retry-after'], '1');
  assert.equal((await ask(relay.admin, '/readyz')).status, 200);
  const { status, text } = await ask(relay.admin, '/metrics');
  assert.equal(status, 200);
  assert.match(text, /bauta_http_rejected_total\{listener="public",reason="overloaded"\} [1-9]/);
});

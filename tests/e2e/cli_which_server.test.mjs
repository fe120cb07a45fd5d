// A client that was given another address than it needs says which of Bauta's it is, and where the right one is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './support/command.mjs';
import { Process, Relay, freePort } from './support/relay.mjs';
import { world } from './support/world.mjs';

test('the admin listener, the simulated phones and the API are told apart', async (t) => {
  const { relay } = await world({ t });
  const phones = `127.0.0.1:${await freePort()}`;
  const handsets = new Process(['handsets', '--listen', phones, '--relay', `http://${relay.address}`],
    { BAUTA_HANDSETS_TOKEN: Relay.TOKEN, BAUTA_HANDSETS_SECRET: Relay.AUTH_TOKEN });
  t.after(() => handsets.end('SIGKILL'));
  await handsets.says(/handsets listen=/);

  const list = (url) => run(['key', 'list'], { BAUTA_URL: url, BAUTA_KEY: relay.key });
  const admin = await list(`http://${relay.admin}`);
  assert.deepEqual([admin.code, admin.stdout], [1, '']);
  assert.match(admin.stderr, /^bauta: server\.not_bauta: .*the admin listener.*BAUTA_URL/);
  const simulated = await list(`http://${phones}`);
  assert.deepEqual([simulated.code, simulated.stdout], [1, '']);
  assert.match(simulated.stderr, /^bauta: server\.not_bauta: .*the simulated phones.*BAUTA_URL/);
  const path = await list(`http://${relay.address}/api/v1`);
  assert.deepEqual([path.code, path.stdout], [2, '']);
  assert.match(path.stderr, /^bauta: usage\.url: .*without \/api\/v1/);
  assert.match((await list(`http://${relay.address}/nowhere`)).stderr, /^bauta: server\.not_bauta: /);

  const backups = await run(['backup', 'list', '--url', `http://${relay.address}`]);
  assert.deepEqual([backups.code, backups.stdout], [1, '']);
  assert.match(backups.stderr, /^bauta: server\.not_bauta: .*the API of a relay.*BAUTA_ADMIN_URL/);
});

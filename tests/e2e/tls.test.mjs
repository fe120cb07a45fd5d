// TLS on both listeners, and certificates that are replaced while the relay runs.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from './support/certificates.mjs';
import { run } from './support/command.mjs';
import { request } from './support/http.mjs';
import { Relay, bauta } from './support/relay.mjs';
import { until } from './support/until.mjs';

/** A relay whose listeners show tls.pem, which is `first` at the start. */
async function world(t) {
  const relay = await Relay.make({
    apiUrl: 'http://127.0.0.1:1',
    settings: {
      public: { listen: '127.0.0.1:0', url: Relay.PUBLIC_URL, tls_certificate_file: 'tls.pem', tls_key_file: 'tls.key' },
      admin: { listen: '127.0.0.1:0', tls_certificate_file: 'tls.pem', tls_key_file: 'tls.key' },
    },
  });
  t.after(() => relay.remove());
  const [first, second] = [await makeCertificate(relay.folder, 'first'), await makeCertificate(relay.folder, 'second')];
  const put = async ({ certificate, key }) => {
    await copyFile(certificate, join(relay.folder, 'tls.pem'));
    await copyFile(key, join(relay.folder, 'tls.key'));
  };
  await put(first);
  const ca = await Promise.all([first, second].map(({ certificate }) => readFile(certificate)));
  /** GET over TLS, with the name of the certificate that was shown. */
  const get = (base, path, agent) => new Promise((resolve, reject) => {
    const [host, port] = base.split(':');
    const call = https.get({ host, port, path, ca, agent: agent ?? new https.Agent(), headers: { Authorization: `Bearer ${relay.key}` } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('error', reject);
      const shown = new X509Certificate(answer.socket.getPeerCertificate().raw).subject;
      answer.on('end', () => resolve({ status: answer.statusCode, text, shown, socket: answer.socket }));
    });
    call.on('error', reject);
  });
  return { relay, first, second, put, get };
}

test('SIGHUP takes up a new certificate for new connections, and refuses a bad one whole', { timeout: 60_000 }, async (t) => {
  const { relay, second, put, get } = await world(t);
  await relay.start();
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const before = await get(relay.address, '/api/v1/sessions', agent);
  assert.deepEqual([before.status, before.shown], [200, 'CN=first']);
  assert.equal((await get(relay.admin, '/readyz')).shown, 'CN=first');
  const metric = async (line) => (await get(relay.admin, '/metrics')).text.includes(`${line}\n`);
  assert.ok(await metric('bauta_tls_reloads_total{listener="public",outcome="refused"} 0'));

  await put(second);
  relay.process.child.kill('SIGHUP');
  await until('both listeners show the new certificate', async () =>
    (await get(relay.address, '/api/v1/sessions')).shown === 'CN=second' && (await get(relay.admin, '/readyz')).shown === 'CN=second');
  const after = await get(relay.address, '/api/v1/sessions', agent);
  assert.equal(after.status, 200);
  assert.equal(after.socket, before.socket, 'the old connection lives on');
  for (const listener of ['public', 'admin']) assert.ok(await metric(`bauta_tls_reloads_total{listener="${listener}",outcome="reloaded"} 1`));

  await writeFile(join(relay.folder, 'tls.pem'), 'no certificate');
  relay.process.child.kill('SIGHUP');
  await relay.process.says(/ error certificate not reloaded.* listener=admin code=tls\.certificate_unreadable .*\[admin\] tls_certificate_file/);
  assert.match(relay.log, / error certificate not reloaded.* listener=public /);
  const kept = await get(relay.address, '/api/v1/sessions');
  assert.deepEqual([kept.status, kept.shown], [200, 'CN=second']);
  for (const listener of ['public', 'admin']) assert.ok(await metric(`bauta_tls_reloads_total{listener="${listener}",outcome="refused"} 1`));
  const { validTo } = new X509Certificate(await readFile(second.certificate));
  const expiry = (await get(relay.admin, '/metrics')).text.match(/bauta_tls_certificate_expiry_timestamp_seconds\{listener="public"\} (\S+)/)[1];
  assert.equal(Number(expiry) * 1000, Date.parse(validTo));

  // A configuration that cannot be read takes the renewal with it: that must not go unseen.
  await put(second);
  await writeFile(relay.config, '[public\n');
  relay.process.child.kill('SIGHUP');
  await until('the refusal is counted', () => metric('bauta_tls_reloads_total{listener="public",outcome="refused"} 2'));
  assert.deepEqual(await relay.stop(), { code: 0, signal: null });
});

test('plain HTTP is not answered where TLS is spoken', { timeout: 60_000 }, async (t) => {
  const { relay, get } = await world(t);
  await relay.start();
  await assert.rejects(request('GET', relay.address, '/api/v1/sessions'));
  await assert.rejects(request('GET', relay.admin, '/readyz'));
  assert.equal((await get(relay.address, '/api/v1/sessions')).status, 200);
});

test('the client says how to trust a certificate of one\'s own, and then does', { timeout: 60_000 }, async (t) => {
  const { relay, first, second } = await world(t);
  await relay.start();
  const environment = { BAUTA_URL: `https://${relay.address}`, BAUTA_KEY: relay.key };
  const list = (more) => run(['session', 'list'], { ...environment, ...more });
  const refused = await list({});
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /server\.unreachable: no TLS with 127\.0\.0\.1: self-signed certificate; if it is yours, SSL_CERT_FILE names/);
  const trusted = await list({ SSL_CERT_FILE: first.certificate });
  assert.equal(trusted.code, 0, trusted.stderr);
  assert.equal((await list({ SSL_CERT_FILE: second.certificate })).code, 3);
});

test('bauta serve does not start with a certificate that it cannot use, and says which key to mend', { timeout: 60_000 }, async (t) => {
  const { relay, second } = await world(t);
  assert.equal((await bauta('config', 'check', relay.config)).code, 0);
  await copyFile(second.key, join(relay.folder, 'tls.key'));
  for (const words of [['serve', '--config', relay.config], ['config', 'check', relay.config]]) {
    const refused = await bauta(...words);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /tls\.key_mismatch/);
    assert.match(refused.stderr, /\[(public|admin)\] tls_key_file: /);
  }
});

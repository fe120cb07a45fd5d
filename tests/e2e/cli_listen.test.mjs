// `bauta listen` and `bauta signature verify`, as a developer at their own machine uses them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Endpoint, taken, verify } from './support/endpoint.mjs';
import { A, B, V1, V2, V3, V4 } from './support/people.mjs';
import { BAUTA, Process, freePort, temporaryFolder } from './support/relay.mjs';
import { world } from './support/world.mjs';

test('events go to an endpoint, signed, each once and in order, over a refusal and a restart', { timeout: 120_000 }, async (t) => {
  let refusals = 1;
  const endpoint = await Endpoint.start(t, () => (refusals-- > 0 ? { status: 503, headers: { 'Retry-After': '0' } } : taken));
  const { relay } = await world({ t, settings: { public: { listen: `127.0.0.1:${await freePort()}` } } });
  const environment = { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  const listening = new Process(['listen', '--forward', endpoint.url, '--type', 'number.*', '--json'], environment);
  t.after(() => listening.end('SIGKILL'));
  const [secret] = await listening.says(/whsec_\S+/);
  // It says so before it is connected: events from here on may be missed, so one is made until it comes.
  await listening.says(/events of http/);
  await new Promise((later) => setTimeout(later, 1_500));
  await relay.addNumbers(V1);
  await endpoint.received(2);
  assert.deepEqual(endpoint.posts.map((post) => post.event.data.number), [V1, V1], 'refused, and tried again');
  assert.equal(endpoint.posts[0].headers['webhook-id'], endpoint.posts[1].headers['webhook-id']);
  for (const post of endpoint.posts) verify(post, secret);
  assert.throws(() => verify({ ...endpoint.posts[0], body: `${endpoint.posts[0].body} ` }, secret));

  await relay.stop();
  await listening.says(/lost the server|the stream ended/);
  await relay.start();
  await relay.addNumbers(V2);
  await relay.openSession(A, B).catch(() => {});  // events of other types are not forwarded
  await relay.addNumbers(V3);
  await endpoint.received(4, 60);
  assert.deepEqual(endpoint.events.map((event) => event.data.number), [V1, V2, V3]);
  // The line is written when the endpoint has answered.
  await listening.says(new RegExp(`"\\${V3}"`));
  assert.match(listening.output, /^number\.added: 503, again in 0 s \(try 2 of 5\)$/m);
  const lines = listening.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => [line.event.data.number, line.status, line.tries]), [[V1, 200, 2], [V2, 200, 1], [V3, 200, 1]]);
});

test('with a secret of one\'s own, from an event on; what is not taken is given up', { timeout: 60_000 }, async (t) => {
  const endpoint = await Endpoint.start(t, () => ({ status: 500 }));
  const { relay } = await world({ t });
  await relay.addNumbers(V1, V2);
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const listening = new Process(['listen', '--forward', endpoint.url, '--after', '1', '--tries', '1'],
    { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key, BAUTA_SIGNING_SECRET: secret });
  t.after(() => listening.end('SIGKILL'));
  await listening.says(/number\.added .* 500 in \d+ ms, given up/);
  const [post] = await endpoint.received(1);
  assert.equal(post.event.sequence, 2);
  verify(post, secret);
  assert.ok(!listening.output.includes(secret));
});

test('each try that fails is said when it does, with when the next is', { timeout: 60_000 }, async (t) => {
  const { relay } = await world({ t });
  await relay.addNumbers(V1, V2);
  const nowhere = `http://127.0.0.1:${await freePort()}/hook`;
  const listening = new Process(['listen', '--forward', nowhere, '--after', '1', '--tries', '2'], { BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key });
  t.after(() => listening.end('SIGKILL'));
  await listening.says(/^number\.added: .*refused.*, again in 1 s \(try 2 of 2\)$/m);
  await listening.says(/number\.added .*refused.* in \d+ ms, given up/);
});

test('who may not read events, or nobody there, is said at once', async (t) => {
  const { relay } = await world({ t });
  const { secret } = await relay.ask(201, 'POST', '/api/v1/keys', { label: 'desk', scopes: ['sessions:read'] });
  const run = (environment, ...args) => new Process(['listen', ...args], environment).ended;
  const url = `http://${relay.address}`;
  assert.equal((await run({ BAUTA_URL: url, BAUTA_KEY: secret }, '--forward', 'http://127.0.0.1:9/')).code, 1);
  assert.equal((await run({ BAUTA_URL: url, BAUTA_KEY: relay.key }, '--forward', 'localhost')).code, 2);
  assert.equal((await run({ BAUTA_URL: `http://127.0.0.1:${await freePort()}`, BAUTA_KEY: relay.key }, '--forward', 'http://127.0.0.1:9/')).code, 3);
});

function signature(args, { input = '', secret }) {
  const child = spawn(BAUTA, ['signature', 'verify', ...args], { env: { ...process.env, BAUTA_SIGNING_SECRET: secret } });
  const ran = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (chunk) => { ran[stream] += chunk; });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...ran })));
}

test('a webhook\'s signature is verified, as the library of others signs it', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => rm(folder, { recursive: true, force: true }));
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"type":"message.delivered"}';
  const now = new Date();
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(Math.floor(now / 1000)), 'webhook-signature': new Webhook(secret).sign('evt_1', now, body) };
  const file = join(folder, 'headers.txt');
  await writeFile(file, `POST /hook HTTP/1.1\r\nHost: localhost\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}`);
  assert.deepEqual(await signature(['--headers', file], { input: body, secret }), { code: 0, stdout: 'valid: v1\n', stderr: '' });
  const json = await signature(['--json', ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])], { input: body, secret });
  assert.deepEqual(JSON.parse(json.stdout), { valid: true, signature: 'v1' });
  const wrong = await signature(['--headers', file], { input: `${body}\n`, secret });
  assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
  assert.match(wrong.stderr, /signature\.mismatch: .*without the line feed/);
  assert.equal((await signature(['--headers', file], { input: body, secret: 'nonsense' })).code, 2);
});

test('a callback\'s signature is verified over the URL that was called', async () => {
  const token = '0123456789abcdef0123456789abcdef';
  const url = 'https://relay.example.com/carriers/twilio/token/inbound';
  const fields = { Body: 'hi', From: '+12025550142', To: '+12025550177' };
  const data = url + Object.keys(fields).sort().map((name) => name + fields[name]).join('');
  const header = `X-Twilio-Signature: ${createHmac('sha1', token).update(data).digest('base64')}`;
  const input = new URLSearchParams(fields).toString();
  assert.deepEqual(await signature(['--header', header, '--url', url], { input, secret: token }), { code: 0, stdout: 'valid: X-Twilio-Signature\n', stderr: '' });
  const plain = await signature(['--header', header, '--url', url.replace('https', 'http')], { input, secret: token });
  assert.equal(plain.code, 1);
  assert.match(plain.stderr, /https instead of http/);
  assert.equal((await signature(['--header', header], { input, secret: token })).code, 2);
  assert.match((await signature(['--header', header, '--url', url], { input: `${input}x`, secret: token })).stderr, /signature\.mismatch/);
});

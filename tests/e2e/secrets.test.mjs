// Nothing that the relay stores, logs, counts or says in an error holds a real address, a text or a key.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { A, B, STRANGER, V1, V2 } from './support/people.mjs';
import { request } from './support/http.mjs';
import { Relay } from './support/relay.mjs';
import { INBOUND, callback, created, inboundByGet, inboundFields, refusal, report, text, texts } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const WORDS = ['quokka lighthouse', 'marmalade semaphore', 'Zeppelin über Köln'];
// Bare digits: many scrubbers look for the plus.
const ADDRESSES = [A, B, STRANGER].map((address) => address.slice(-10));

/** As it stands in a text, a query, a form or a path, and in JSON that is ASCII alone. */
function waysToWrite(secret) {
  const percent = encodeURIComponent(secret);
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  const json = secret.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const lower = (encoded) => encoded.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
  return [...new Set([secret, secret.replaceAll(' ', '+'), secret.replaceAll(' ', '%20'), percent, lower(percent), form, lower(form), json])];
}

function assertClean(where, octets, secrets) {
  const all = Buffer.from(octets);
  for (const [name, secret] of Object.entries(secrets))
    for (const way of waysToWrite(secret)) assert.ok(!all.includes(Buffer.from(way)), `${where} holds ${name}, as ${way}`);
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test('a secret is found in whichever way it is written', () => {
  const secrets = { 'the text': WORDS[2] };
  for (const way of [
    'Zeppelin über Köln', 'Zeppelin+über+Köln', 'Zeppelin%20über%20Köln', 'Zeppelin%20%C3%BCber%20K%C3%B6ln', 'Zeppelin%20%c3%bcber%20K%c3%b6ln',
    'Zeppelin+%C3%BCber+K%C3%B6ln', 'Zeppelin+%c3%bcber+K%c3%b6ln', 'Zeppelin \\u00fcber K\\u00f6ln',
  ]) assert.throws(() => assertClean('the log', `GET /?Body=${way}&To=1`, secrets), /holds the text/, way);
  assertClean('the log', 'GET /?Body=***', secrets);
});

test('a run at log level debug leaves no address, text or key in the store, the logs, the metrics or an error', async (t) => {
  let refuses = false;
  const { relay, carrier } = await world({
    t, numbers: [V1, V2],
    answer: (post) => (refuses ? refusal(21211, `The 'To' number ${post.To} is not a valid phone number: ${post.Body}`) : created),
  });
  const made = await relay.ask(201, 'POST', '/api/v1/keys', { label: 'second', scopes: ['sessions:read', 'sessions:write'] });
  const secrets = {
    ...Object.fromEntries(ADDRESSES.map((digits) => [`the address …${digits.slice(-3)}`, digits])),
    ...Object.fromEntries(WORDS.map((words) => [`the text ${words.slice(0, 4)}…`, words])),
    'the first API key': relay.key,
    'the second API key': made.secret,
    'the auth token': Relay.AUTH_TOKEN,
    'the master key': (await readFile(join(relay.folder, 'master.key'), 'utf8')).trim(),
  };
  const errors = [];
  const expectError = async (answer) => {
    const got = await answer;
    assert.ok(got.status >= 400, `${got.status} ${got.text}`);
    errors.push(JSON.stringify(got.headers) + got.text);
  };

  const session = await relay.openSession(A, B);
  await texts(relay, A, V1, WORDS[0]);
  await texts(relay, B, V2, WORDS[2]);
  await texts(relay, STRANGER, V1, WORDS[1]);
  await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text: WORDS[1] }, { headers: { 'Idempotency-Key': `for ${A}` } });
  await carrier.received(4);
  for (const post of [...carrier.posts]) {
    await report(relay, post, 'delivered');
    await report(relay, post, `surprise ${post.To}`);
  }
  // C52: a carrier may call by GET, with everything in the query.
  for (const words of [WORDS[0], WORDS[2]]) {
    const byGet = (signature) => inboundByGet(relay, inboundFields(A, V1, words), signature);
    assert.equal((await byGet()).status, 200);
    await expectError(byGet('wrong'));
  }
  // A carrier that repeats what it was given.
  refuses = true;
  await texts(relay, A, V1, WORDS[1]);
  const letters = await until('the refusal', async () => {
    const all = await relay.deadLetters();
    return all.length > 0 && all;
  });
  assert.match(letters[0].error.detail, /21211/);
  assertClean('a dead letter', JSON.stringify(letters), Object.fromEntries(Object.entries(secrets).filter(([name]) => name.startsWith('the address'))));

  // Requests that are wrong in every way, and hold addresses.
  const digits = A.slice(1);
  await expectError(text(relay, `whatsapp:${A}`, V1, WORDS[0]));
  await expectError(callback(relay, INBOUND, inboundFields(A, V1, WORDS[0]), { signature: 'wrong' }));
  await expectError(callback(relay, `${INBOUND}?from=${digits}&body=quokka+lighthouse`, inboundFields(A, V1, WORDS[0]), { signature: 'wrong' }));
  for (const words of WORDS)
    await expectError(callback(relay, `${INBOUND}?body=${encodeURIComponent(words)}`, inboundFields(A, V1, words), { signature: 'wrong' }));
  await expectError(relay.call('GET', `/api/v1/sessions/${digits}`));
  await expectError(relay.call('GET', `/api/v1/sessions?virtual_number=%2B${digits}x`));
  await expectError(relay.call('GET', `/api/v1/sessions?address=%2B${digits}`));
  await expectError(relay.call('GET', `/${digits}`));
  await expectError(relay.call('DELETE', `/api/v1/sessions/${digits}`));
  await expectError(relay.call('GET', `/api/v1/numbers/+${digits}`));
  await expectError(relay.call('POST', '/api/v1/numbers', { number: `${A}9999999`, connection: A }));
  await expectError(relay.call('POST', '/api/v1/sessions', { participants: [{ address: A }, { address: A }] }));
  await expectError(relay.call('POST', '/api/v1/sessions', { participants: [{ address: `${A}x` }, { address: B, [A]: 1 }], [B]: 1 }));
  await expectError(relay.call('POST', '/api/v1/sessions', { participants: [{ address: A, virtual_number: B }, { address: B }] }));
  await expectError(relay.call('POST', '/api/v1/sessions', `{"participants": [{"address": "${A}"`));
  await expectError(relay.call('POST', `/api/v1/sessions/${session.id}/messages`, { text: WORDS[0], to: [A] }));
  await expectError(relay.call('PATCH', `/api/v1/sessions/${session.id}`, { status: A }));
  await expectError(relay.call('GET', '/api/v1/sessions', undefined, { key: `${relay.key}x` }));
  await expectError(relay.call('POST', '/api/v1/sessions', {}, { headers: { 'Bauta-Service': A } }));
  await expectError(relay.call('GET', `/errors/${digits}`));
  await expectError(request('GET', relay.admin, `/${digits}`));
  for (const error of errors) assertClean(`the error ${error}`, error, secrets);

  assertClean('/metrics', await relay.metrics(), secrets);
  await relay.kill();
  for (const file of await filesBelow(join(relay.folder, 'data'))) assertClean(`${file}, after a crash`, await readFile(file), secrets);
  await relay.start();
  await relay.stop();
  const files = await filesBelow(join(relay.folder, 'data'));
  assert.ok(files.length > 0);
  for (const file of files) assertClean(file, await readFile(file), secrets);
  assert.match(relay.log, / debug /);
  assertClean('the log', relay.log, secrets);
  assertClean('the configuration', await readFile(relay.config), secrets);
});

// Many numbers, plans for more, and the description of the API, against the real binary.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { request } from './support/http.mjs';
import { V1, V3 } from './support/people.mjs';
import { Process } from './support/relay.mjs';
import { until } from './support/until.mjs';
import { verified } from './support/verify.mjs';
import { world } from './support/world.mjs';

/** The n-th of 10,000 numbers that nobody has. */
const numberOf = (n) => `+1202555${String(n).padStart(4, '0')}`;

test('an import goes on where kill -9 found it: every number once, and none of its own is told as taken', { timeout: 300_000 }, async (t) => {
  const { relay } = await world({ t });
  const total = 3_000;
  const batch = (k) => Array.from({ length: 1000 }, (_, i) => ({ number: numberOf(k * 1000 + i), connection: relay.connection }));
  const job = await relay.ask(201, 'POST', '/api/v1/numbers/import', { total });
  const bring = (k) => relay.call('POST', `/api/v1/jobs/${job.id}/numbers`, { batch: k, numbers: batch(k), last: k === 2 });
  for (let k = 0; k < 3; ++k) {
    const lost = bring(k).catch(() => null);
    // Somewhere within the batch, or just behind it.
    await until('some of the batch', async () => (await relay.ask(200, 'GET', `/api/v1/jobs/${job.id}`)).imported > k * 1000);
    await relay.kill();
    await lost;
    await verified(relay);
    await relay.start();
    const answer = await bring(k);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json.refused, []);
    assert.equal(answer.json.job.imported, (k + 1) * 1000);
  }
  const done = await relay.ask(200, 'GET', `/api/v1/jobs/${job.id}`);
  assert.deepEqual([done.status, done.imported, done.refused, done.total], ['done', total, 0, total]);
  const { data } = await relay.ask(200, 'GET', '/api/v1/pool');
  assert.equal(data.reduce((sum, place) => sum + place.numbers, 0), total);
  assert.equal((await relay.ask(200, 'GET', '/api/v1/jobs')).data[0].id, job.id);
});

test('the client imports a large file, and goes on with one that broke off', { timeout: 300_000 }, async (t) => {
  const { relay } = await world({ t });
  const file = join(relay.folder, 'numbers.csv');
  await writeFile(file, `number\n${Array.from({ length: 2500 }, (_, n) => numberOf(n)).join('\n')}\n`);
  const run = async (...words) => {
    const client = new Process([...words, '--url', `http://${relay.address}`], { BAUTA_KEY: relay.key });
    return { code: (await client.ended).code, output: client.output };
  };
  const job = await relay.ask(201, 'POST', '/api/v1/numbers/import', { total: 2500 });
  await relay.ask(200, 'POST', `/api/v1/jobs/${job.id}/numbers`, {
    batch: 0, numbers: Array.from({ length: 1000 }, (_, n) => ({ number: numberOf(n), connection: relay.connection })),
  });
  const resumed = await run('numbers', 'import', file, '--connection', relay.connection, '--resume', job.id);
  assert.equal(resumed.code, 0, resumed.output);
  assert.match(resumed.output, /1000 lines had been brought before\n1500 of 1500 numbers added\n/);
  const again = await run('numbers', 'import', file, '--connection', relay.connection);
  assert.equal(again.code, 1);
  assert.match(again.output, /line 2: number\.taken: .*\n[^]*0 of 2500 numbers added\n/);
});

test('a plan says how many numbers are missing', async (t) => {
  const { relay } = await world({ t, numbers: [V1, V3] });
  const { data: [place] } = await relay.ask(200, 'POST', '/api/v1/pool/plan', {
    localities: [{ country: 'US', area_code: '202', busiest_sessions_per_day: 40, session_seconds: 1800 }],
  });
  assert.deepEqual([place.lines_at_once, place.numbers_needed, place.numbers_now, place.missing], [47.5, 68, 2, 66]);
  // The service's own setting counts: texts that may be under way for a minute hold a line for hardly longer than its session.
  await relay.ask(200, 'PATCH', '/api/v1/services/default', { deadline_seconds: 60 });
  const { data: [sooner] } = await relay.ask(200, 'POST', '/api/v1/pool/plan', {
    localities: [{ country: 'US', area_code: '202', busiest_sessions_per_day: 40, session_seconds: 1800 }],
  });
  assert.deepEqual([sooner.lines_at_once, sooner.numbers_needed], [40.86, 61]);
});

test('the server describes itself, and explains its errors', async (t) => {
  const { relay } = await world({ t });
  const get = (path, accept) => request('GET', relay.address, path, { headers: accept ? { Accept: accept } : {} });
  assert.match((await get('/openapi.yaml')).text, /^openapi: 3\.1/);
  const root = await get('/');
  assert.deepEqual([root.status, root.headers.location], [302, 'docs']);
  const page = await get('/docs');
  assert.match(page.headers['content-security-policy'], /^default-src 'none'/);
  assert.match(page.text, /POST<\/span> \/api\/v1\/sessions/);
  assert.match((await get('/errors')).text, /^pool\.exhausted\t409\t/m);
  const refused = await relay.ask(404, 'GET', '/api/v1/sessions/ses_nothing');
  const help = await get(new URL(refused.type).pathname, 'text/html');
  assert.match(help.text, /<h1>session\.not_found<\/h1>/);
});

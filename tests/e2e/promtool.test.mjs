// What Prometheus' own tool says of our metrics, and of the expressions that docs/ tells to watch.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Endpoint } from './support/endpoint.mjs';
import { V2, V4, berliner, londoner } from './support/people.mjs';
import { temporaryFolder } from './support/relay.mjs';
import { report, texts } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;
/** `./dev test` brings it. */
const skip = spawnSync('promtool', ['--version']).error ? 'there is no promtool here' : false;

async function promtool(words, input) {
  const child = spawn('promtool', words, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { said += chunk; });
  child.stdin.end(input);
  const code = await new Promise((ended) => child.on('close', ended));
  return { code, said };
}

test('promtool finds nothing wrong with /metrics', { skip }, async (t) => {
  const { relay, carrier } = await world({
    t, numbers: [V2, V4], settings: { webhooks: { allow_private: ['127.0.0.0/8'] }, metrics: { census_seconds: 1 }, log: { level: 'info' } },
  });
  const endpoint = await Endpoint.start(t);
  await relay.ask(201, 'POST', '/api/v1/webhooks', { url: endpoint.url, types: ['message.*'] });
  await relay.openSession(berliner(0), londoner(0));
  await texts(relay, berliner(0), V2, 'hello');
  const [post] = await carrier.received(1);
  await report(relay, post, 'delivered');
  await relay.call('GET', '/api/v1/sessions/ses_none');
  await relay.call('GET', '/nowhere');
  await endpoint.received(3);
  await until('the census has counted', async () => await relay.metric('bauta_pool_lines') > 0);
  const page = await relay.metrics();
  const families = new Set([...page.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
  assert.ok(families.size > 30, `${families.size} families`);
  assert.deepEqual(await promtool(['check', 'metrics'], page), { code: 0, said: '' });
});

test('promtool would find something', { skip }, async () => {
  const { code, said } = await promtool(['check', 'metrics'], '# TYPE bauta_texts counter\nbauta_texts 1\n');
  assert.notEqual(code, 0);
  assert.match(said, /_total/);
});

test('promtool takes the expressions that docs/operations/metrics.md tells to be woken by', { skip }, async (t) => {
  const page = await readFile(join(ROOT, 'docs/operations/metrics.md'), 'utf8');
  const expressions = [...page.slice(page.indexOf('## What to be woken for')).matchAll(/^\| `([^`]+)` \|/gm)].map(([, expression]) => expression);
  assert.ok(expressions.length > 10);
  const known = new Set([...page.matchAll(/^\| `(bauta_\w+)/gm)].map(([, name]) => name));
  for (const expression of expressions) for (const [name] of expression.matchAll(/bauta_\w+/g)) assert.ok(known.has(name), `${expression}: ${name}`);
  const folder = await temporaryFolder();
  t.after(() => rm(folder, { recursive: true, force: true }));
  const rules = join(folder, 'rules.yml');
  await writeFile(rules, JSON.stringify({ groups: [{ name: 'page', rules: expressions.map((expr, n) => ({ alert: `Row${n + 1}`, expr })) }] }));
  const { code, said } = await promtool(['check', 'rules', rules]);
  assert.equal(code, 0, said);
  assert.match(said, new RegExp(`${expressions.length} rules found`));
});

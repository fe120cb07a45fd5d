// The operations page of the admin listener, in a browser, beside a relay that relays.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { chromium } from 'playwright-core';
import { request } from './support/http.mjs';
import { V2, V4, berliner, londoner } from './support/people.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const CHROMIUM = process.env.BAUTA_CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
after(() => browser.close());

const patiently = (what, condition) => until(what, condition, { seconds: 60, every: 100 });

/** The page, with all that it asked for and complained of. */
async function open(t, address, options = {}) {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 }, ...options });
  t.after(() => page.close());
  page.setDefaultTimeout(60_000);
  const requested = [];
  const complaints = [];
  page.on('request', (one) => requested.push(one.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  await page.goto(`http://${address}/`);
  return { page, requested, complaints, is: (selector, text) => patiently(`${text} at ${selector}`, async () => (await page.textContent(selector)).includes(text)) };
}

test('it shows a relayed text and that the relay is ready, and asks nobody else', { timeout: 180_000 }, async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V2, V4], settings: { metrics: { census_seconds: 1 }, log: { level: 'info' } } });
  const { page, requested, complaints, is } = await open(t, relay.admin, { colorScheme: 'dark' });
  await is('#state', 'ready');
  await is('#connections', 'twilio');
  await relay.openSession(berliner(0), londoner(0));
  await texts(relay, berliner(0), V2, 'hello');
  await carrier.received(1);
  await is('#rate-accepted', '1 since the start');
  await is('#rate-sent', '1 since the start');
  await is('#sessions', '1');
  await is('#clock', 'trusted');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `on a telephone it is ${wide} px too wide`);
  assert.deepEqual(complaints, []);
  for (const url of requested) assert.equal(new URL(url).host, relay.admin);
  assert.ok(!(await page.content()).includes(berliner(0)), 'no address is shown');
  await relay.kill();
  await is('#state', 'no answer');
});

test('why a relay is not ready stands there, and leads nowhere else', { timeout: 120_000 }, async (t) => {
  const { relay } = await world({ t, settings: { log: { level: 'info' } } });
  const { page, is } = await open(t, relay.admin);
  await is('#state', 'ready');
  // A disk cannot be filled here; what the relay would say of it is put into its mouth.
  const look = (await request('GET', relay.admin, '/operations')).json;
  const ill = { ...look, ready: false, reasons: [{ check: 'disk', reason: '<b>full</b>' }], warnings: [{ check: 'clock', reason: 'it leapt' }] };
  await page.route('**/operations', (route) => route.fulfill({ json: ill }));
  await is('#state', 'not ready');
  await is('#reasons .failing', 'disk: <b>full</b>');
  await is('#reasons .warning', 'clock: it leapt');
});

test('with a key it asks for it, and shows nothing before', { timeout: 120_000 }, async (t) => {
  const { relay } = await world({ t, settings: { admin: { listen: '127.0.0.1:0', key: 'a-key-of-the-admin-listener' }, log: { level: 'info' } } });
  assert.equal((await request('GET', relay.admin, '/operations')).status, 401);
  const { page, is } = await open(t, relay.admin);
  await is('#state', 'a key is needed');
  assert.equal(await page.isVisible('#figures'), false);
  await page.fill('#key', 'wrong');
  await page.press('#key', 'Enter');
  await is('#state', 'that is not the key');
  await page.fill('#key', 'a-key-of-the-admin-listener');
  await page.press('#key', 'Enter');
  await patiently('the figures', () => page.isVisible('#figures'));
  await is('#state', 'ready');
  assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
  await page.reload();
  await patiently('the figures again', () => page.isVisible('#figures'));
});

test('terminals get the list of addresses, and another name gets nothing', async (t) => {
  const { relay } = await world({ t, settings: { log: { level: 'info' } } });
  for (const headers of [{}, { Accept: '*/*' }, { Accept: 'text/plain' }]) {
    const list = await request('GET', relay.admin, '/', { headers });
    assert.match(list.text, /^\/metrics /);
  }
  for (const path of ['/', '/operations', '/metrics']) {
    const refused = await request('GET', relay.admin, path, { headers: { Host: 'evil.example' } });
    assert.equal(refused.status, 403);
    assert.equal(refused.json.code, 'admin.foreign_host');
  }
});

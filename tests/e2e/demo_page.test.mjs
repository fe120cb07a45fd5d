// The page of `bauta dev --demo`, used as people use it: in a browser, while its relay is killed.
import assert from 'node:assert/strict';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

import { request } from './support/http.mjs';
import { Process, freePort, temporaryFolder } from './support/relay.mjs';
import { until as waitFor } from './support/until.mjs';

const CHROMIUM = process.env.BAUTA_CHROMIUM ?? '/usr/bin/chromium';
/** Where pictures go, if they are to be kept. */
const PICTURES = process.env.BAUTA_PICTURES;
const WASHINGTON = /^\+1 202 555 01[67]\d$/;
const LONDON = /^\+44 20 7946 06[01]\d$/;
const OTHER = { host: 'guest', guest: 'host' };

let folder;
let demo;
let browser;
let address;
let page;
const requested = [];
const complaints = [];

before(async () => {
  folder = await temporaryFolder();
  const [api, admin, handsets] = [await freePort(), await freePort(), await freePort()];
  demo = new Process(['dev', '--demo', '--dir', join(folder, 'dev'), '--listen', `127.0.0.1:${api}`, '--admin-listen', `127.0.0.1:${admin}`,
    '--handsets-listen', `127.0.0.1:${handsets}`]);
  [, address] = await demo.says(/^\s*Open +(http:\/\/\S+)\/$/m, 150);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1360, height: 1000 }, deviceScaleFactor: 1, colorScheme: 'light' });
  page.setDefaultTimeout(90_000);
  page.on('request', (one) => requested.push(one.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => { if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text()); });
  await page.goto(address);
});

after(async () => {
  await browser?.close();
  const exit = await demo?.end();
  await rm(folder, { recursive: true, force: true });
  assert.deepEqual(exit, { code: 0, signal: null }, demo?.output);
});

/** A browser and two processes on a machine that may have other things to do. */
const until = (what, condition) => waitFor(what, condition, { seconds: 90, every: 50 });

const digits = (text) => text.replace(/\D/g, '');
const textOf = (selector) => page.locator(selector).textContent();

/** The bubbles of a phone, as people see them. */
const shown = (who) => page.$$eval(`#phone-${who} .bubble`, (bubbles) => bubbles.map((bubble) => ({
  mine: bubble.classList.contains('mine'),
  text: bubble.querySelector('.words').textContent,
  foot: bubble.querySelector('.foot').textContent,
  ticks: bubble.querySelector('.ticks')?.textContent ?? '',
  note: bubble.querySelector('.note')?.textContent ?? '',
})));
const got = async (who) => (await shown(who)).filter((one) => !one.mine).map((one) => one.text);
const sent = async (who, text) => (await shown(who)).findLast((one) => one.mine && one.text === text);

async function say(who, text) {
  await page.fill(`#phone-${who} input`, text);
  await page.press(`#phone-${who} input`, 'Enter');
  await until(`${who}'s own bubble`, () => sent(who, text));
}

const arrives = (who, text) => until(`'${text}' on the phone of the ${who}`, async () => (await got(who)).includes(text));
const ticked = (who, text, ticks) => until(`${ticks} at '${text}'`, async () => (await sent(who, text)).ticks === ticks);
const chip = (who, label) => page.click(`#phone-${who} .chip:has-text("${label}")`);

async function turn(id, on) {
  await page.click(`#${id}`);
  await until(`${id} to be ${on}`, async () => await page.getAttribute(`#${id}`, 'aria-pressed') === String(on));
}

/** Books; the real numbers of the two and those that they text. */
async function book() {
  const before = await textOf('#host-mask') + await textOf('#guest-mask') + await textOf('#host-real');
  await page.click('#book');
  await until('a stay', async () => await textOf('#host-mask') + await textOf('#guest-mask') + await textOf('#host-real') !== before);
  await until('empty phones', async () => (await shown('host')).length + (await shown('guest')).length === 0);
  const people = {};
  for (const who of ['host', 'guest']) people[who] = { real: await textOf(`#${who}-real`), mask: await textOf(`#${who}-mask`) };
  return people;
}

/** Promise 2, as a browser sees it. */
async function assertNoRealNumbers(people) {
  for (const who of ['host', 'guest']) {
    const html = await page.$eval(`#phone-${who}`, (phone) => phone.outerHTML);
    assert.ok(digits(html).includes(digits(people[who].real)), 'a phone knows its own number');
    assert.ok(!digits(html).includes(digits(people[OTHER[who]].real).slice(-8)), `the ${who}'s phone shows the real number of the ${OTHER[who]}`);
  }
}

test('two people text each other, each from a number of the reader\'s own city', async () => {
  const people = await book();
  assert.match(people.host.mask, WASHINGTON);
  assert.match(people.guest.mask, LONDON);
  assert.equal(await textOf('#phone-host .contact'), people.host.mask);
  assert.equal(await textOf('#phone-guest .contact'), people.guest.mask);
  await say('host', 'When will you arrive?');
  await arrives('guest', 'When will you arrive?');
  await say('guest', 'About eight, thank you!');
  await arrives('host', 'About eight, thank you!');
  await ticked('host', 'When will you arrive?', '✓✓');
  await ticked('guest', 'About eight, thank you!', '✓✓');
  assert.ok((await shown('guest')).find((one) => !one.mine).foot.startsWith(`from ${people.guest.mask}`));
  assert.ok((await shown('host')).find((one) => !one.mine).foot.startsWith(`from ${people.host.mask}`));
  await assertNoRealNumbers(people);
  await until('the count of leaks', async () => await textOf('#leaks') === "Checked on both phones: 2 texts shown, the other's real number in 0 of them.");
});

test('the platform sees ids and no person; the operator sees counts and the way of a text', async () => {
  await page.click('#tab-platform');
  await until('events', async () => (await page.$$('#platform .events li')).length >= 8);
  const platform = await textOf('#platform');
  assert.match(platform, /session\.created/);
  assert.match(platform, /message\.delivered/);
  for (const who of ['host', 'guest']) assert.ok(!digits(platform).includes(digits(await textOf(`#${who}-real`))));
  assert.ok(!platform.includes('About eight'));
  await page.click('#phone-host .bubble.mine');
  await until('the trace', async () => /received.*sent.*delivered/s.test(await textOf('#operator .trace')));
  assert.match(await textOf('#operator .trace'), /msg_[a-z0-9]{26} · gsm7, 1 part/);
  const tile = (name) => page.$eval('#operator', (pane, wanted) =>
    [...pane.querySelectorAll('.tiles div')].find((one) => one.querySelector('dt').textContent === wanted).querySelector('dd').textContent, name);
  assert.equal(await tile('taken in'), '2');
  assert.equal(await tile('delivered'), '2');
  await page.click('#tab-platform');
});

test('a typed phone number is masked for the other side', async () => {
  const people = await book();
  await say('host', 'Hello!');
  await arrives('guest', 'Hello!');
  await chip('host', 'Try: type your phone number');
  await arrives('guest', 'Call me: ***');
  await until('the note', async () => /masked/.test((await sent('host', `Call me: ${people.host.real}`)).note));
  await assertNoRealNumbers(people);
});

test('a text that the carrier brings twice is shown once', async () => {
  await book();
  await turn('twice', true);
  await say('guest', 'Is there a lift?');
  await arrives('host', 'Is there a lift?');
  await until('the second time', async () => /brought it 2 times/.test((await sent('guest', 'Is there a lift?')).note));
  await turn('twice', false);
  await say('guest', 'We have a pram.');
  await arrives('host', 'We have a pram.');
  assert.deepEqual(await got('host'), ['Is there a lift?', 'We have a pram.']);
});

test('while the carrier is down texts wait, and come in their order; what it loses is said to be dropped', async () => {
  await book();
  await turn('down', true);
  for (const text of ['one', 'two', 'three']) await say('host', text);
  await until('all to be safe', async () => (await sent('host', 'three')).ticks === '✓');
  assert.deepEqual(await got('guest'), []);
  await turn('down', false);
  await arrives('guest', 'three');
  assert.deepEqual(await got('guest'), ['one', 'two', 'three']);
  await turn('loses', true);
  await say('host', 'four');
  await ticked('host', 'four', '✕');
  assert.deepEqual(await got('guest'), ['one', 'two', 'three']);
  await turn('loses', false);
});

test('the server is killed in the middle: what was written before and meanwhile arrives, each once, in order', async () => {
  await book();
  for (const text of ['before 1', 'before 2']) await say('host', text);
  await page.click('#crash');
  await until('the page to say so', async () => /was killed/.test(await textOf('#banner')));
  for (const text of ['meanwhile 1', 'meanwhile 2']) await say('host', text);
  await say('guest', 'still there?');
  await until('the server to be back', async () => /is back after [\d.]+ s/.test(await textOf('#banner')));
  await arrives('guest', 'meanwhile 2');
  await arrives('host', 'still there?');
  await say('host', 'after');
  await arrives('guest', 'after');
  assert.deepEqual(await got('guest'), ['before 1', 'before 2', 'meanwhile 1', 'meanwhile 2', 'after']);
  assert.deepEqual(await got('host'), ['still there?']);
  const state = (await request('GET', address, '/demo/state')).json;
  assert.equal(state.relay.crashes, 1);
  const log = await readFile(join(folder, 'dev/demo.log'), 'utf8');
  assert.equal(log.match(/ started version=/g).length, 2, log);
  assert.ok(!log.includes('draining'), 'it was killed, not asked to stop');
});

test('STOP holds texts back until START', async () => {
  await book();
  await say('host', 'Good evening');
  await arrives('guest', 'Good evening');
  await chip('guest', 'Try: STOP');
  await until('its confirmation', async () => (await got('guest')).length === 2);
  await say('host', 'Did you get my text?');
  await ticked('host', 'Did you get my text?', '✕');
  assert.match((await sent('host', 'Did you get my text?')).note, /they said STOP/);
  await chip('guest', 'START');
  await until('its confirmation', async () => (await got('guest')).length === 3);
  await say('host', 'Welcome back');
  await arrives('guest', 'Welcome back');
  assert.ok(!(await got('guest')).includes('Did you get my text?'));
});

test('after the end a late text is answered, and reaches nobody', async () => {
  await book();
  await say('host', 'Goodbye!');
  await arrives('guest', 'Goodbye!');
  await page.click('#end');
  await until('the line to be dead', async () => await textOf('#phone-guest .subtitle') === 'this line is dead');
  await chip('guest', 'Try: a late text');
  await until('the answer', async () => (await got('guest')).some((text) => /conversation has ended/.test(text)));
  assert.deepEqual(await got('host'), []);
  await ticked('guest', 'Are you still there?', '✕');
});

test('other sites cannot use the page, and the key never leaves its process', async () => {
  const body = JSON.stringify({ phone: 'host', text: 'from another site' });
  const post = (headers) => request('POST', address, '/demo/text', { body, headers });
  const host = address.replace('http://', '');
  assert.equal((await post({})).status, 403);
  assert.equal((await post({ 'Bauta-Demo': '1', Origin: 'https://example.com' })).status, 403);
  assert.equal((await post({ 'Bauta-Demo': '1', Host: `rebound.example.com:${host.split(':')[1]}` })).status, 403);
  assert.equal((await request('GET', address, '/demo/state', { headers: { Host: 'rebound.example.com' } })).status, 403);
  assert.equal((await post({ 'Bauta-Demo': '1', Origin: address })).status, 204);
  for (const path of ['/', '/demo/page.js', '/demo/state']) {
    const answer = await request('GET', address, path);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-security-policy'], /default-src 'none'; script-src 'self'/);
    assert.ok(!answer.text.includes('bauta_live_'), path);
  }
  assert.deepEqual(requested.filter((url) => !url.startsWith(`${address}/`)), [], 'nothing is asked of anybody else');
  assert.deepEqual(complaints, []);
});

test('it fits a desktop and a telephone, light and dark', async () => {
  await book();
  for (const [who, text] of [['host', 'Hi! When will you arrive on Friday?'], ['guest', 'Hello! We land at 18:40, is eight too late?'],
    ['host', 'Not at all. The key is in the blue box.']]) {
    await say(who, text);
    await arrives(OTHER[who], text);
  }
  await chip('host', 'Try: type your phone number');
  await arrives('guest', 'Call me: ***');
  await until('all to be delivered', async () => (await shown('host')).every((one) => !one.mine || one.ticks === '✓✓'));
  const pictures = PICTURES ?? join(folder, 'pictures');
  await mkdir(pictures, { recursive: true });
  await until('the banner to go', () => page.evaluate(() => document.getElementById('banner').hidden));
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const [name, width, height] of [['desktop', 1360, 960], ['tablet', 900, 1200], ['phone', 390, 844]]) {
      await page.setViewportSize({ width, height });
      const picture = await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
      assert.ok(picture.length > 10_000);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name}: nothing sticks out`);
    }
  }
});

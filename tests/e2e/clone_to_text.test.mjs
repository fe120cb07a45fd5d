// From `git clone` to a relayed text: two commands, no file written by hand, and after the build at most ten seconds.
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { request } from './support/http.mjs';
import { Process, freePort, temporaryFolder } from './support/relay.mjs';
import { until } from './support/until.mjs';

/** What we promise to somebody on a machine of their own. */
const PROMISED_SECONDS = 10;
/** How many times slower a machine of tests may be that does other things at the same time: beyond it something is broken, not busy. */
const BUSY_FACTOR = 8;

/** Says after each step how long it took, and how long it was in all. */
function stopwatch(t) {
  const began = performance.now();
  let last = began;
  const steps = [];
  return {
    step(name) {
      const now = performance.now();
      steps.push(`${name} ${((now - last) / 1000).toFixed(1)} s`);
      last = now;
    },
    judge() {
      const seconds = (last - began) / 1000;
      t.diagnostic(`${seconds.toFixed(1)} s of ${PROMISED_SECONDS}: ${steps.join(', ')}`);
      assert.ok(seconds < PROMISED_SECONDS * BUSY_FACTOR, `${seconds} s: ${steps.join(', ')}`);
    },
  };
}


test('./dev demo: from the end of the build to a text on the other phone', { timeout: 200_000 }, async (t) => {
  // The second of the two commands builds, and goes on as this process:
  assert.match(await readFile(new URL('../../dev', import.meta.url), 'utf8'), /^ {2}demo\) setup; build release bauta; exec build\/bauta dev --demo "\$@" ;;$/m);
  const folder = await temporaryFolder();
  const [api, admin, handsets] = [await freePort(), await freePort(), await freePort()];
  const watch = stopwatch(t);
  const demo = new Process(['dev', '--demo', '--dir', join(folder, 'kept'), '--listen', `127.0.0.1:${api}`, '--admin-listen', `127.0.0.1:${admin}`,
    '--handsets-listen', `127.0.0.1:${handsets}`]);
  t.after(async () => {
    await demo.end();
    await rm(folder, { recursive: true, force: true });
  });
  const [, page] = await demo.says(/^\s*Open +(http:\/\/\S+)\/$/m, PROMISED_SECONDS * BUSY_FACTOR);
  watch.step('the address is printed');
  const patient = { seconds: PROMISED_SECONDS * BUSY_FACTOR };
  const tell = (what, body) => request('POST', page, `/demo/${what}`, { headers: { 'Content-Type': 'application/json', 'Bauta-Demo': '1' }, body: JSON.stringify(body) });
  const words = 'The key is in the blue box.';
  await until('a stay is booked', async () => (await tell('book', {})).status < 300, patient);
  watch.step('a stay is booked');
  assert.ok((await tell('text', { phone: 'host', text: words })).status < 300);
  await until('the guest has the text', async () => {
    const { stay } = (await request('GET', page, '/demo/state')).json;
    return stay?.phones.guest.received.some((one) => one.text === words);
  }, patient);
  watch.step('the guest has the text');
  watch.judge();
});

test('bauta dev --play: a text is relayed on a terminal without a browser', { timeout: 200_000 }, async (t) => {
  const folder = await temporaryFolder();
  const [api, admin, handsets] = [await freePort(), await freePort(), await freePort()];
  const watch = stopwatch(t);
  const dev = new Process(['dev', '--play', '--memory', '--dir', join(folder, 'kept'), '--listen', `127.0.0.1:${api}`, '--admin-listen', `127.0.0.1:${admin}`,
    '--handsets-listen', `127.0.0.1:${handsets}`]);
  t.after(async () => {
    await dev.end();
    await rm(folder, { recursive: true, force: true });
  });
  await dev.says(/This is your host .*This is your host /, PROMISED_SECONDS * BUSY_FACTOR);
  watch.step('a text is relayed');
  watch.judge();
});

// From `git clone` to a relayed text: two commands, no file written by hand, and after the build at most ten seconds.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from './support/http.mjs';
import { BAUTA, Process, freePort, temporaryFolder } from './support/relay.mjs';
import { PATIENCE, until } from './support/until.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What is promised; a sanitizer's binary alone may take longer (BAUTA_PATIENCE). */
const PROMISED_SECONDS = 10;

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
      assert.ok(seconds <= PROMISED_SECONDS * PATIENCE, `${seconds} s: ${steps.join(', ')}`);
    },
  };
}

/** The first of the two commands.  A tree that came without its history is copied as a clone of it would be, without what is generated. */
async function clone(to) {
  if (existsSync(join(ROOT, '.git'))) {
    await promisify(execFile)('git', ['clone', '--quiet', ROOT, to]);
    return;
  }
  const generated = ['build', 'tests/e2e/node_modules'].map((path) => resolve(ROOT, path));
  await cp(ROOT, to, { recursive: true, filter: (path) => !generated.includes(resolve(path)) });
}

test('./dev demo says when BAUTA names no program', async () => {
  const demo = new Process(['demo'], { BAUTA: '/nowhere/bauta' }, { command: './dev', cwd: ROOT });
  assert.deepEqual(await demo.ended, { code: 1, signal: null });
  assert.equal(demo.output, 'dev: BAUTA names no program: /nowhere/bauta\n');
});

test('git clone and ./dev demo: from the end of the build to a text on the other phone', { timeout: 200_000 * PATIENCE }, async (t) => {
  const folder = await temporaryFolder();
  const cloned = join(folder, 'bauta');
  let demo;
  t.after(async () => {
    await demo?.end();
    await rm(folder, { recursive: true, force: true });
  });
  await clone(cloned);
  const [api, admin, handsets] = [await freePort(), await freePort(), await freePort()];
  // Only the ports are others than somebody's who types it, the store lies with the rest, and the build was done already.
  demo = new Process(
    ['demo', '--listen', `127.0.0.1:${api}`, '--admin-listen', `127.0.0.1:${admin}`, '--handsets-listen', `127.0.0.1:${handsets}`],
    { BAUTA: resolve(BAUTA), HOME: folder, XDG_DATA_HOME: join(folder, 'data') }, { command: './dev', cwd: cloned });
  await demo.says(/^== built /m);
  const watch = stopwatch(t);
  const [, page] = await demo.says(/^\s*Open +(http:\/\/\S+)\/$/m);
  watch.step('the address is printed');
  const tell = (what, body) => request('POST', page, `/demo/${what}`, { headers: { 'Content-Type': 'application/json', 'Bauta-Demo': '1' }, body: JSON.stringify(body) });
  const words = 'The key is in the blue box.';
  await until('a stay is booked', async () => (await tell('book', {})).status < 300);
  watch.step('a stay is booked');
  assert.ok((await tell('text', { phone: 'host', text: words })).status < 300);
  await until('the guest has the text', async () => {
    const { stay } = (await request('GET', page, '/demo/state')).json;
    return stay?.phones.guest.received.some((one) => one.text === words);
  });
  watch.step('the guest has the text');
  watch.judge();
});

test('bauta dev --play: a text is relayed on a terminal without a browser', { timeout: 200_000 * PATIENCE }, async (t) => {
  const folder = await temporaryFolder();
  const [api, admin, handsets] = [await freePort(), await freePort(), await freePort()];
  const watch = stopwatch(t);
  const dev = new Process(['dev', '--play', '--memory', '--dir', join(folder, 'kept'), '--listen', `127.0.0.1:${api}`, '--admin-listen', `127.0.0.1:${admin}`,
    '--handsets-listen', `127.0.0.1:${handsets}`]);
  t.after(async () => {
    await dev.end();
    await rm(folder, { recursive: true, force: true });
  });
  await dev.says(/This is your host .*This is your host /);
  watch.step('a text is relayed');
  watch.judge();
});

// What documents tell to type, run as it stands: only the ports are others, and the binary is built.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { BAUTA, freePort, temporaryFolder } from './support/relay.mjs';

const root = new URL('../../', import.meta.url).pathname;

function shellBlocks(page, from, to) {
  const part = page.slice(page.indexOf(from), page.indexOf(to));
  return [...part.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]).join('\n');
}

/** Runs a page's commands in a folder of their own, which has the binary at build/bauta and in its PATH, and ports that are free. */
async function follow(t, script) {
  const folder = await temporaryFolder();
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'build'));
  await cp(BAUTA, join(folder, 'build/bauta'));
  const [api, admin, phones] = [await freePort(), await freePort(), await freePort()];
  const here = script
    .replace('dev --memory', `dev --memory --dir ${folder}/kept --listen 127.0.0.1:${api} --admin-listen 127.0.0.1:${admin} ` +
      `--handsets-listen 127.0.0.1:${phones}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${api}`)
    .replaceAll('127.0.0.1:8079', `127.0.0.1:${phones}`);
  const env = { ...process.env, PATH: `${folder}/build:${process.env.PATH}`, BAUTA_URL: `http://127.0.0.1:${api}` };
  return promisify(execFile)('bash', ['-euo', 'pipefail', '-m', '-c', here], { cwd: folder, env, timeout: 60_000 });
}

test('the README leads from an empty store to a relayed text', async (t) => {
  const page = await readFile(join(root, 'README.md'), 'utf8');
  const { stdout } = await follow(t, shellBlocks(page, '## Five minutes with curl', '## With a carrier').replace('./dev build\n', ''));
  assert.match(stdout, /The key is in the blue box\./);
  assert.match(stdout, /"status": ?"closed"/);
  const inbox = stdout.slice(stdout.indexOf('"texts"'));
  assert.match(inbox, /"from": ?"\+4420794/, 'the guest sees a number of their own country');
});

test('the page about the command line leads through a session', async (t) => {
  const page = await readFile(join(root, 'docs/command-line.md'), 'utf8');
  const { stdout, stderr } = await follow(t, shellBlocks(page, '## Trying it out', '## What it prints'));
  assert.match(stderr, /2 of 2 numbers added/);
  assert.match(stdout, /platform +\S+ +Check-in is from 3 pm\.\n.*platform +\S+ +The key is in the blue box\.\n/);
  assert.match(stdout, /closed_reason +api\n/);
  assert.match(stdout, /session\.closed/);
  assert.match(stdout, /refused: 1\n$/);
  assert.match(stderr, /auth\.scope_missing/);
});

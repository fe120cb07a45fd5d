// The README's five minutes, run as they stand: only the ports are others, and `./dev build` has been done.
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

test('the README leads from an empty store to a relayed text', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'build'));
  await cp(BAUTA, join(folder, 'build/bauta'));
  const [api, admin, phones] = [await freePort(), await freePort(), await freePort()];
  const page = await readFile(join(root, 'README.md'), 'utf8');
  const script = shellBlocks(page, '## Five minutes with curl', '## With a carrier')
    .replace('./dev build\n', '')
    .replace('dev --memory', `dev --memory --dir ${folder}/kept --listen 127.0.0.1:${api} --admin-listen 127.0.0.1:${admin} ` +
      `--handsets-listen 127.0.0.1:${phones}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${api}`)
    .replaceAll('127.0.0.1:8079', `127.0.0.1:${phones}`);
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-m', '-c', script], { cwd: folder, timeout: 60_000 });
  assert.match(stdout, /The key is in the blue box\./);
  assert.match(stdout, /"status": ?"closed"/);
  const inbox = stdout.slice(stdout.indexOf('"texts"'));
  assert.match(inbox, /"from": ?"\+4420794/, 'the guest sees a number of their own country');
});

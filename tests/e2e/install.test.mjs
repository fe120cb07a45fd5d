// docs/operations/install.md: what a server of one's own needs, held against the binary and the other pages.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { BAUTA, bauta, temporaryFolder } from './support/relay.mjs';
import { blocksOf } from './support/pages.mjs';

const run = promisify(execFile);
const PAGE = new URL('../../docs/operations/install.md', import.meta.url);

const page = async () => blocksOf(await readFile(PAGE, 'utf8'));
/** The words that are packages, of the page's only `apt-get install`. */
async function namedPackages() {
  const command = (await page()).map(({ text }) => text.replaceAll('\\\n', ' ')).find((text) => text.startsWith('apt-get install'));
  return command.split('\n')[0].split(/\s+/).filter((word) => /^(lib|ca-)/.test(word));
}

/** Every installed package with what it depends on, alternatives too. */
async function dependencies() {
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package}\t${Pre-Depends},${Depends}\n'], { maxBuffer: 64 << 20 });
  return new Map(stdout.trim().split('\n').map((line) => {
    const [name, needed = ''] = line.split('\t');
    return [name, needed.split(/[,|]/).map((word) => word.trim().split(/[ :(]/)[0]).filter((word) => word !== '')];
  }));
}

/** The packages of the shared libraries that `program` is started with. */
async function linkedPackages(program) {
  const { stdout } = await run('ldd', [program]);
  const names = [...stdout.matchAll(/=> .*\/([^/]+\/[^/]+) \(/g)].map(([, name]) => `*/${name}`);
  assert.ok(names.length > 10, stdout);
  const owners = await run('dpkg-query', ['-S', ...names]);
  return new Set(owners.stdout.trim().split('\n').map((line) => line.split(':')[0]));
}

test('the packages that the page names are what the binary is started with, and no more', async (t) => {
  if (!await run('dpkg-query', ['--version']).catch(() => null)) return t.skip('no Debian');
  const [named, linked, needs] = [await namedPackages(), await linkedPackages(BAUTA), await dependencies()];
  const reached = new Set();
  const reach = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    (needs.get(name) ?? []).forEach(reach);
  };
  named.forEach(reach);
  assert.deepEqual([...linked].filter((name) => !reached.has(name)), [], 'missing on the page');
  assert.deepEqual(named.filter((name) => name !== 'ca-certificates' && !linked.has(name)), [], 'not linked');
});

test('the unit starts again what the page of exit codes tells it to', async () => {
  const unitOf = (text) => text.split('\n').filter((line) => /^Restart/.test(line)).sort();
  const codes = await readFile(new URL('../../docs/operations/exit-codes.md', import.meta.url), 'utf8');
  const text = await readFile(PAGE, 'utf8');
  assert.equal(unitOf(codes).length, 3);
  assert.deepEqual(unitOf(text), unitOf(codes));
});

test('as many files may be open as the doctor asks for', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => rm(folder, { recursive: true }));
  assert.equal((await bauta('init', `${folder}/relay`, '--key-file', `${folder}/first.key`)).code, 0);
  const { stdout } = await bauta('doctor', '--config', `${folder}/relay/bauta.toml`, '--json');
  const asked = JSON.parse(stdout).checks.find(({ check }) => check === 'open files').what.match(/takes (\d+)/)[1];
  const limit = (await readFile(PAGE, 'utf8')).match(/^LimitNOFILE=(\d+)$/m)[1];
  assert.ok(Number(limit) >= Number(asked), `${limit} < ${asked}`);
});

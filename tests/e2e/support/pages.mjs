// What pages tell to type, run as it stands: only the ports are others, and the binary is built.
import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BAUTA, Process, freePort, temporaryFolder } from './relay.mjs';
import { PATIENCE } from './until.mjs';

const ROOT = new URL('../../../', import.meta.url).pathname;
const SHELLS = new Set(['sh', 'bash', 'shell', 'console']);
/** The ports that pages name: of the relay, its admin listener and its phones, and of what a platform runs itself. */
const PORTS = { api: 8080, admin: 9090, phones: 8079, platform: 3000 };
const SEPARATOR = '\x1e';

/** README.md and every page below docs/. */
export async function allPages() {
  const pages = ['README.md'];
  for (const entry of await readdir(join(ROOT, 'docs'), { recursive: true })) if (entry.endsWith('.md')) pages.push(join('docs', entry));
  return pages.sort();
}

/**
 * The fenced blocks of a page that mean something to a machine, in their order: {line, kind, text, ...}.
 *   shell   run; `console` has commands behind `$ `, and what they print
 *   file    written as `name` before what follows is run: <!-- file: NAME --> before the fence
 *   prints  what the shell block before it prints: <!-- prints --> before the fence
 *   skipped a shell block that a test cannot run, and why: <!-- not run: REASON --> before the fence
 */
export function blocksOf(page) {
  const lines = page.split('\n');
  const blocks = [];
  for (let i = 0; i < lines.length; ++i) {
    const fence = lines[i].match(/^(\s*)(```+)\s*(\S*)/);
    if (!fence) continue;
    const [, indent, ticks, language] = fence;
    const end = lines.findIndex((line, at) => at > i && line.trim() === ticks);
    if (end < 0) throw new Error(`line ${i + 1}: the block has no end`);
    const text = lines.slice(i + 1, end).map((line) => line.slice(indent.length)).join('\n');
    let above = i - 1;
    while (above >= 0 && lines[above].trim() === '') --above;
    const [, word, said] = lines[above]?.match(/^\s*<!--\s*(file|prints|not run)(?::\s*(.*?))?\s*-->$/) ?? [];
    const block = { line: i + 1, language, text };
    if (word === 'file') blocks.push({ ...block, kind: 'file', name: said });
    else if (word === 'prints') blocks.push({ ...block, kind: 'prints' });
    else if (word === 'not run') blocks.push({ ...block, kind: 'skipped', reason: said ?? '' });
    else if (language === 'console') blocks.push(...dialogue(block));
    else if (SHELLS.has(language)) blocks.push({ ...block, kind: 'shell' });
    i = end;
  }
  return blocks;
}

/** A `console` block as shell blocks, each with what it prints. */
function dialogue(block) {
  const parts = [];
  for (const [i, line] of block.text.split('\n').entries()) {
    const command = line.match(/^\$ (.*)/)?.[1];
    if (command !== undefined) {
      parts.push({ line: block.line + 1 + i, kind: 'shell', text: command }, { line: block.line + 1 + i, kind: 'prints', text: '' });
    } else {
      if (parts.length === 0) throw new Error(`line ${block.line}: a console block begins with a command`);
      const prints = parts.at(-1);
      prints.text += prints.text === '' ? line : `\n${line}`;
    }
  }
  return parts;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (text) => new RegExp(`^${text.split('…').map(escaped).join('[^\\n]*?')}$`);

/** Whether `actual` is what a page shows: `…` stands for anything in a line, a line of `…` alone for any lines. */
export function isAsShown(shown, actual) {
  const want = shown.trimEnd().split('\n');
  const have = actual.trimEnd().split('\n').map((line) => line.trimEnd());
  const fits = (w, h) => {
    if (w === want.length) return h === have.length;
    if (want[w].trim() === '…') return fits(w + 1, h) || (h < have.length && fits(w, h + 1));
    return h < have.length && pattern(want[w].trimEnd()).test(have[h]) && fits(w + 1, h + 1);
  };
  return fits(0, 0);
}

/** The same of JSON: a field `…` stands for any others, an element `…` for any more. */
export function isJsonAsShown(shown, actual) {
  if (typeof shown === 'string' && shown.includes('…')) {
    return (typeof actual === 'string' || typeof actual === 'number') && pattern(shown).test(String(actual));
  }
  if (shown === null || typeof shown !== 'object') return shown === actual;
  if (actual === null || typeof actual !== 'object' || Array.isArray(shown) !== Array.isArray(actual)) return false;
  if (Array.isArray(shown)) {
    const open = shown.at(-1) === '…';
    const first = open ? shown.slice(0, -1) : shown;
    return (open ? actual.length >= first.length : actual.length === first.length) && first.every((one, i) => isJsonAsShown(one, actual[i]));
  }
  const names = Object.keys(shown).filter((name) => name !== '…');
  if (!('…' in shown) && Object.keys(actual).some((name) => !names.includes(name))) return false;
  return names.every((name) => name in actual && isJsonAsShown(shown[name], actual[name]));
}

function assertPrinted(where, block, actual) {
  const same = block.language === 'json' ? isJsonAsShown(JSON.parse(block.text), JSON.parse(actual)) : isAsShown(block.text, actual);
  if (!same) throw new Error(`${where}:${block.line} shows\n${block.text}\nbut what was printed is\n${actual}`);
}

/** Ends whatever a page left running: everything of its session, whose leader is `leader`. */
async function endSession(leader) {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]) !== leader) continue;
    try {
      process.kill(Number(name), 'SIGKILL');
    } catch { /* it had ended */ }
  }
}

/** Runs `script` as the leader of a session: {code, stdout, stderr}. */
async function runScript(script, { folder, environment, seconds }) {
  const child = spawn('bash', ['-euo', 'pipefail', '-m', '-c', script],
    { cwd: folder, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr, late] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (chunk) => { stdout += chunk; });
  child.stderr.setEncoding('utf8').on('data', (chunk) => { stderr += chunk; });
  const exited = new Promise((resolve, reject) => child.on('error', reject).on('exit', (code) => resolve(code)));
  const closed = new Promise((resolve) => { child.on('close', resolve); });
  const timer = setTimeout(() => { late = true; child.kill('SIGKILL'); }, seconds * 1000 * PATIENCE);
  const code = await exited;
  clearTimeout(timer);
  await endSession(child.pid);
  await closed;
  return { code: late ? `none within ${seconds} s` : code, stdout, stderr };
}

/** A folder in which a page is followed: build/bauta, `bauta` in the PATH, and what npm would have installed. */
async function prepare(ports) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'build'));
  // `bauta dev` listens where nobody else does, and keeps its folder here.
  await writeFile(join(folder, 'build/bauta'), `#!/usr/bin/env bash
if [ "\${1-}" = dev ]; then
  shift
  set -- dev --dir '${folder}/kept' --listen 127.0.0.1:${ports.api} --admin-listen 127.0.0.1:${ports.admin} \\
    --handsets-listen 127.0.0.1:${ports.phones} "$@"
fi
exec '${BAUTA}' "$@"
`);
  // As npx does with what is installed, without asking anybody for news.
  await writeFile(join(folder, 'build/npx'), '#!/bin/sh\nname=$1\nshift\nexec "node_modules/.bin/$name" "$@"\n');
  for (const name of ['bauta', 'npx']) await chmod(join(folder, 'build', name), 0o755);
  await symlink(join(ROOT, 'tests/e2e/node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Follows a page from its first block to its last; throws where it is wrong.  All that it printed. */
export async function follow(t, page, { seconds = 240 } = {}) {
  const text = await readFile(join(ROOT, page), 'utf8');
  const blocks = blocksOf(text);
  const ports = {};
  for (const name of Object.keys(PORTS)) ports[name] = await freePort();
  const here = (words) => Object.entries(PORTS).reduce(
    (all, [name, port]) => all.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${ports[name]}`).replaceAll(`localhost:${port}`, `localhost:${ports[name]}`), words);
  const folder = await prepare(ports);
  t.after(() => rm(folder, { recursive: true, force: true }));
  const environment = {
    ...process.env, HOME: folder, PATH: `${join(folder, 'build')}:${process.env.PATH}`, BAUTA_URL: `http://127.0.0.1:${ports.api}`,
  };
  const shells = blocks.filter((block) => block.kind === 'shell');
  // A page that starts no relay of its own is given one.
  const words = shells.map((block) => block.text).join('\n');
  if (!/\bbauta (dev|serve)\b/.test(words) && (/BAUTA_(URL|KEY)/.test(words) || /^bauta (?!init|config|version|store)/m.test(words))) {
    const relay = new Process(['dev', '--memory', '--listen', `127.0.0.1:${ports.api}`, '--admin-listen', `127.0.0.1:${ports.admin}`,
      '--handsets-listen', `127.0.0.1:${ports.phones}`]);
    t.after(() => relay.end());  // SIGKILL would leave its phones behind
    [, environment.BAUTA_KEY] = await relay.says(/^ {2}key +(bauta_live_\S+)/m);
  }
  let script = '';
  for (const block of blocks) {
    if (block.kind === 'file') {
      await mkdir(dirname(join(folder, block.name)), { recursive: true });
      await writeFile(join(folder, block.name), here(block.text) + '\n');
    } else if (block.kind === 'shell') {
      script += `printf '${SEPARATOR}%s${SEPARATOR}' ${block.line}\n${here(block.text)}\n`;
    }
  }
  const { code, stdout, stderr } = await runScript(script, { folder, environment, seconds });
  const printed = new Map();
  const parts = stdout.split(SEPARATOR);
  for (let i = 1; i + 1 < parts.length; i += 2) printed.set(Number(parts[i]), parts[i + 1]);
  const last = shells.find((block) => block.line === [...printed.keys()].at(-1));
  if (code !== 0) throw new Error(`${page}:${last?.line}: exit code ${code} of\n${last?.text}\nIt printed\n${printed.get(last?.line)}\n${stderr}`);
  if (last !== shells.at(-1)) throw new Error(`${page}: it ended in the block at line ${last?.line}, before the last`);
  let shell;
  for (const block of blocks) {
    if (block.kind === 'shell') shell = block;
    if (block.kind === 'prints') assertPrinted(page, { ...block, text: here(block.text) }, printed.get(shell.line));
  }
  // What is this test's own, or stands on the page as a file to write, the page did not leave behind.
  const own = new Set(['build', 'node_modules', 'kept', ...blocks.filter((block) => block.kind === 'file').map((block) => block.name.split('/')[0])]);
  const left = (await readdir(folder)).filter((name) => !own.has(name) && !name.startsWith('.')).sort();
  return { stdout: parts.filter((_, i) => i % 2 === 0).join(''), stderr, left };
}

export async function skippedOf(page) {
  return blocksOf(await readFile(join(ROOT, page), 'utf8')).filter((block) => block.kind === 'skipped');
}

/** The lines, by number, that look typed into a shell and stand in a fence without a language; the reference's examples are tested by themselves. */
export function untaggedShellLines(page) {
  const found = [];
  let [fence, reference] = [null, false];
  for (const [i, line] of page.split('\n').entries()) {
    const [, ticks, language] = line.match(/^\s*(```+)\s*(\S*)/) ?? [];
    if (fence !== null && line.trim() === fence.ticks) fence = null;
    else if (fence === null && ticks !== undefined) fence = { ticks, language };
    else if (fence === null && /^## /.test(line)) reference = line === '## Reference';
    else if (fence !== null && fence.language === '' && !reference && /^\s*(\$ |bauta |source )/.test(line)) found.push(i + 1);
  }
  return found;
}

export async function hasShellBlocks(page) {
  return blocksOf(await readFile(join(ROOT, page), 'utf8')).some((block) => block.kind === 'shell');
}

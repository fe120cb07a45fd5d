// ./dev bench [NAME...] [--quick]: measures, and prints one table.  Nothing here is judged by a clock: each figure stands beside that of
// a reference which ran in turns with it, for the machine may be anybody's as well.  Only a broken promise under overload is a failure.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { accepting, sessions } from './accepting.mjs';
import { overload } from './overload.mjs';
import { FOLDER, ROOT } from './programs.mjs';
import { relaying } from './relaying.mjs';
import { allocation, commits } from './storing.mjs';
import { telling } from './telling.mjs';

const FULL = { rounds: 5, seconds: 3, texts: 600_000, many: 1_000_000, numbers: 100_000, lines: 10_000, overloadSeconds: 15, tellingSeconds: 20 };
const QUICK = { rounds: 1, seconds: 1, texts: 100_000, many: 20_000, numbers: 20_000, lines: 2_000, overloadSeconds: 3, tellingSeconds: 5 };
const ALL = { accepting, relaying, commits, allocation, sessions, overload, telling };

const named = process.argv.slice(2).filter((word) => word !== '--quick');
const quick = process.argv.includes('--quick');
for (const name of named) {
  if (!(name in ALL)) {
    console.error(`there is no benchmark ${name}; there are ${Object.keys(ALL).join(', ')}`);
    process.exit(2);
  }
}

const rounded = (value) => Math.round(value).toLocaleString('en');
const percent = (value) => `${Math.round(value * 100)} %`;

function cells(row) {
  if (row.ratio !== undefined) {
    return [row.what, `${rounded(row.ours)}/s`, `${rounded(row.reference)}/s, ${row.against}`,
      `${percent(row.ratio)} (${percent(Math.min(...row.ratios))} to ${percent(Math.max(...row.ratios))})`,
      `at least ${percent(row.target)}`];
  }
  if (row.microseconds !== undefined) return [row.what, `${row.microseconds} µs`, row.notes, '', `below ${row.limit} µs`];
  return [row.what, row.value, row.notes ?? '', '', row.bound ?? ''];
}

mkdirSync(FOLDER, { recursive: true });
for (const left of readdirSync(FOLDER)) if (left.startsWith('relay-')) rmSync(join(FOLDER, left), { recursive: true });
const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
const others = loadavg()[0].toFixed(1);
const rows = [];
const broken = [];
for (const name of named.length > 0 ? named : Object.keys(ALL)) {
  console.error(`== ${name}`);
  for (const row of await ALL[name](quick ? QUICK : FULL)) {
    console.error(`   ${cells(row).join(' | ')}`);
    rows.push(row);
    broken.push(...row.broken ?? []);
  }
}

console.log(`\n${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, load of others ${others}, commit ${git('rev-parse', '--short=12', 'HEAD')}` +
  `${git('status', '--porcelain', '--untracked-files=no') ? ' and changes' : ''}, ${new Date().toISOString().slice(0, 10)}, ` +
  `\`./dev bench${process.argv.slice(2).map((word) => ` ${word}`).join('')}\`\n`);
console.log('| what | Bauta | reference | ratio: median (least to most) | target |\n| --- | --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${cells(row).join(' | ')} |`);
for (const breach of broken) console.error(`broken: ${breach}`);
process.exitCode = broken.length > 0 ? 1 : 0;

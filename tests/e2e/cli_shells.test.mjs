// What `bauta completion` and `bauta man` print, asked of the programs that read it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { BAUTA, bauta, temporaryFolder } from './support/relay.mjs';

const run = promisify(execFile);
const env = { ...process.env, PATH: `${dirname(BAUTA)}:${process.env.PATH}`, LC_ALL: 'C.UTF-8' };

/** Is this program there?  `./dev test` installs all that are asked for here. */
async function has(program) {
  return run('sh', ['-c', `command -v ${program}`]).then(() => true, () => false);
}

async function folder(t) {
  const path = await temporaryFolder();
  t.after(() => rm(path, { recursive: true, force: true }));
  await writeFile(join(path, 'numbers.csv'), '');
  await mkdir(join(path, 'numbers of old'));
  return path;
}

/** What each shell offers behind these words, the last of which is being written. */
const shells = {
  async bash(words, cwd) {
    const script = 'source <(bauta completion bash); complete -p bauta >&2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bauta; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout, stderr } = await run('bash', ['--norc', '-c', script, 'bash', ...words], { cwd, env });
    assert.match(stderr, /complete -F _bauta bauta/);
    return stdout.trimEnd().split('\n');
  },
  async zsh(words, cwd) {
    // zsh completes only at a terminal: what its own functions would be given is printed instead.
    const script = `source <(bauta completion zsh)
      _describe() { print -l -- "\${(@P)2}" | sed 's/:.*//'; }
      _files() { print -l -- *; }
      words=("$@"); CURRENT=$#; current="\${words[CURRENT]}"
      _bauta | while IFS= read -r line; do [[ "$line" == "$current"* ]] && print -r -- "$line"; done; true`;
    const { stdout } = await run('zsh', ['-f', '-c', script, 'zsh', ...words], { cwd, env });
    return stdout.trimEnd().split('\n');
  },
  async fish(words, cwd) {
    const script = 'bauta completion fish | source; complete -C "$argv"';
    const { stdout } = await run('fish', ['--no-config', '-c', script, words.join(' ')], { cwd, env: { ...env, HOME: cwd } });
    return stdout.trimEnd().split('\n').map((line) => line.split('\t')[0]);
  },
};

for (const [shell, offers] of Object.entries(shells)) {
  test(`${shell} completes commands, options, values and files`, { skip: !await has(shell) && `no ${shell} here` }, async (t) => {
    const cwd = await folder(t);
    const sorted = async (...words) => (await offers(words, cwd)).sort();
    const all = await sorted('bauta', '');
    for (const command of ['completion', 'dev', 'events', 'numbers', 'serve', 'session', 'store']) assert.ok(all.includes(command), `${command} of ${all}`);
    assert.deepEqual(await sorted('bauta', 'numbers', 'd'), ['drain']);
    assert.deepEqual(await sorted('bauta', 'numbers', ''), ['add', 'drain', 'import', 'list', 'remove', 'set', 'show']);
    assert.deepEqual(await sorted('bauta', 'session', 'list', '--status', ''), ['closed', 'in_progress', 'open']);
    assert.deepEqual(await sorted('bauta', 'session', 'list', '--st'), ['--status']);
    assert.deepEqual(await sorted('bauta', 'completion', ''), ['bash', 'fish', 'zsh']);
    // A word of the command's own that is also the name of one is still no command.
    assert.deepEqual(await sorted('bauta', 'session', 'open', '--unique-name', 'list', '--ttl'), ['--ttl-seconds']);
    const files = (await sorted('bauta', 'numbers', 'import', 'numbers')).map((file) => file.replaceAll('\\', '').replace(/\/$/, ''));
    assert.deepEqual(files, ['numbers of old', 'numbers.csv']);
    assert.ok((await sorted('bauta', 'serve', '--config', 'numbers.')).includes('numbers.csv'));
  });
}

test('another shell is refused', async () => {
  const { code, stdout, stderr } = await bauta('completion', 'tcsh');
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /bash.*zsh.*fish|SHELL/);
});

for (const [program, ...args] of [['mandoc', '-Tlint', '-W', 'warning'], ['groff', '-man', '-ww', '-Tutf8', '-z']]) {
  test(`${program} finds nothing wrong with the manual page`, { skip: !await has(program) && `no ${program} here` }, async (t) => {
    const page = join(await folder(t), 'bauta.1');
    await writeFile(page, (await bauta('man')).stdout);
    const { stdout, stderr } = await run(program, [...args, page]);
    assert.equal(stdout + stderr, '');
  });
}

test('the manual page shows every command as it is typed', { skip: !await has('mandoc') && 'no mandoc here' }, async (t) => {
  const page = join(await folder(t), 'bauta.1');
  await writeFile(page, (await bauta('man')).stdout);
  const { stdout: printed } = await run('mandoc', ['-Tutf8', '-Owidth=200', page]);
  const stdout = printed.replace(/.\x08/gu, '');  // bold is struck twice
  assert.match(stdout, /bauta session open .*\[--participant TEXT\]…/);
  assert.match(stdout, /bauta numbers import - *$/m);
  assert.match(stdout, /EXIT STATUS/);
});

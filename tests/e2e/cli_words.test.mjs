// What the command line says about words that it does not understand; no secret among them is ever repeated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './support/command.mjs';

test('a misspelt option or command is named with the one that was meant', async () => {
  const option = await run(['session', 'list', '--statsu', 'open']);
  assert.deepEqual([option.code, option.stdout], [2, '']);
  assert.equal(option.stderr, 'bauta: there is no option --statsu of bauta session list; did you mean --status?; see bauta session list --help\n');
  const command = await run(['session', 'opn']);
  assert.deepEqual([command.code, command.stdout], [2, '']);
  assert.match(command.stderr, /^bauta: there is no command 'opn' in bauta session; did you mean open\?/);
  const family = await run(['session']);
  assert.deepEqual([family.code, family.stdout], [2, '']);
  assert.match(family.stderr, /^ {2}open +Open a session /m);
  const time = await run(['session', 'extend', 'stay-8812', '--ttl-seconds', '2h']);
  assert.deepEqual([time.code, time.stdout], [2, '']);
  assert.match(time.stderr, /--ttl-seconds takes a whole number of seconds, as 7200/);
});

test('a key on the command line is refused, and not repeated', async () => {
  const key = 'bauta_live_4jQxT0bVZtYw8m2LbauTa4jQxT0bVZtYw8m2L';
  for (const args of [['session', 'list', '--key', key], ['session', 'list', `--key=${key}`], ['session', 'list', key], ['session', key], [key]]) {
    const ran = await run(args);
    assert.deepEqual([ran.code, ran.stdout], [2, ''], args.join(' '));
    assert.ok(!ran.stderr.includes('4jQx'), ran.stderr);
  }
  assert.match((await run(['session', 'list', '--key', key])).stderr, /BAUTA_KEY.*--key-file/);
});

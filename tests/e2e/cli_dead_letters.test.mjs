// Dead letters of Bauta's own texts, by `bauta dead-letters`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './support/command.mjs';
import { C } from './support/people.mjs';
import { MAGIC, Sandbox } from './support/sandbox.mjs';
import { until } from './support/until.mjs';

test('a text of Bauta\'s own that the carrier refused is sent again and deleted by the words that the list shows', async (t) => {
  const sandbox = await Sandbox.make(t);
  const session = await sandbox.open({}, MAGIC.refuses, C);
  await sandbox.close(session);
  assert.equal(await sandbox.text(MAGIC.refuses, session.participants[0].virtual_number, 'Still there?'), 'ended');
  const command = (...args) => run(['dead-letters', ...args], { BAUTA_URL: `http://${sandbox.relay.address}`, BAUTA_KEY: sandbox.key });
  /** The one line of the table, once it is there: [message, to]. */
  const letter = () => until('a dead letter', async () => {
    const [, line] = (await command('list')).stdout.trimEnd().split('\n');
    return line?.split(/ {2,}/).slice(0, 2);
  });
  const listed = await letter();
  assert.match(listed[0], /^msg_\w{26}$/);
  assert.equal(listed[1], '-');
  const again = await command('retry', ...listed);
  assert.deepEqual([again.code, again.stdout, again.stderr], [0, '', `${listed[0]} is on its way again\n`]);
  assert.deepEqual(await letter(), listed, 'and is refused again');
  assert.equal((await command('delete', ...listed)).code, 0);
  assert.deepEqual((await sandbox.ask(200, 'GET', '/api/v1/dead-letters')).data, []);
});

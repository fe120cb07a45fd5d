// A disk that gives back something else than what was written to it.
import assert from 'node:assert/strict';
import { open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { V1, V2, V3, V4, berliner, londoner } from './support/people.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

const TEXTS = 60;
const EXIT_CORRUPT = 6;

/** Where in a table the octets `what` stand. */
function placesOf(what, table) {
  const places = [];
  for (let at = table.indexOf(what); at >= 0; at = table.indexOf(what, at + 1)) places.push(at);
  return places;
}

/**
 * In the middle of what the tables in `folder` hold of messages something is overwritten, on the disk alone; how many tables that were.  A table's
 * blocks are named once more in its index, behind them: what stands in the first half of the places is a message.
 */
async function damageMessages(folder) {
  let damaged = 0;
  for (const name of (await readdir(folder)).filter((one) => one.endsWith('.sst'))) {
    const places = placesOf('msg/', await readFile(join(folder, name)));
    // Fewer: the bounds of a table that holds others.
    if (places.length < TEXTS / 16) continue;
    const file = await open(join(folder, name), 'r+');
    await file.write(Buffer.alloc(256, 0x5a), 0, 256, places[Math.floor(places.length / 4)] + 64);
    await file.sync();
    await file.close();
    ++damaged;
  }
  return damaged;
}

test('a store that turns out to be damaged while it is served ends the relay with exit code 6', { timeout: 120_000 }, async (t) => {
  const { relay } = await world({ numbers: [V1, V2, V3, V4], t, settings: { log: { level: 'info' } } });
  const session = await relay.openSession(berliner(1), londoner(1));
  for (let n = 0; n < TEXTS; ++n) {
    await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text: `${n} ${'~'.repeat(1_000)}` });
  }
  // What a start finds in the log it writes into a table.
  for (let starts = 0; starts < 2; ++starts) {
    assert.equal((await relay.stop()).code, 0);
    if (starts === 0) await relay.start();
  }
  assert.ok(await damageMessages(join(relay.folder, 'data')) > 0, 'the texts lie in a table');

  await relay.start();
  const read = async () => {
    const cursors = [''];
    for (let pages = 0; pages < TEXTS; ++pages) {
      const answer = await relay.call('GET', `/api/v1/sessions/${session.id}/messages?limit=10${cursors.at(-1)}`);
      if (answer.status !== 200) return answer;
      if (!answer.json.next_cursor) return answer;
      cursors.push(`&cursor=${encodeURIComponent(answer.json.next_cursor)}`);
    }
    return null;
  };
  // It may be gone before it has answered.
  const answer = await read().catch(() => null);
  if (answer) assert.ok(answer.status >= 500, `${answer.status}: half a list is no answer`);
  await until('the relay to end by itself', () => relay.process.exit);
  assert.deepEqual(relay.process.exit, { code: EXIT_CORRUPT, signal: null });
  assert.match(relay.process.output, / the store can promise nothing any more code=storage\.corrupt/);
  for (const word of ['~~', berliner(1).slice(1), londoner(1).slice(1)]) assert.ok(!relay.process.output.includes(word));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './support/judge.mjs';
import { Storm } from './support/storm.mjs';

for (const signal of ['SIGKILL', 'SIGTERM']) {
  test(`ten times ${signal} under load: nothing lost, doubled unannounced, reordered or misrouted`, { timeout: 150_000 }, async (t) => {
    const storm = new Storm({ seed: `${signal}` });
    t.after(() => storm.remove());
    await storm.start();
    for (let round = 0; round < 10; ++round) await storm.strike(signal);
    const result = await storm.finish();
    t.diagnostic(JSON.stringify(result));
    assert.ok(result.texts > 50, 'it was under load');
  });
}

test('the judge of these storms sees each kind of broken promise', () => {
  const [one, two] = [0, 1].map((number) => ({ body: `a#${number}`, sender: 'a', number, expected: [{ to: 'B', from: 'V2' }] }));
  const post = (text, more = {}) => ({ Body: text.body, To: 'B', From: 'V2', sid: 'SM1', ...more });
  const verdict = (posts, more = {}) => judge({ taken: [one, two], posts, ...more }).problems.map((problem) => problem.split(':')[0]);

  assert.deepEqual(verdict([post(one), post(two)]), []);
  assert.deepEqual(verdict([post(one, { sid: undefined }), post(one), post(two)]), [], 'put off once');
  assert.deepEqual(verdict([post(one), post(one), post(two)], { announced: new Map([['a#0 B', 1]]) }), [], 'a double that was announced');
  assert.deepEqual(verdict([post(two)], { dead: new Set(['a#0 B']), failed: new Set(['a#0 B']) }), [], 'a dead letter with its event');

  assert.deepEqual(verdict([post(one), post(two, { To: 'C' })]), ['misrouted', 'lost']);
  assert.deepEqual(verdict([post(one), post(two, { From: 'V4' })]), ['misrouted']);
  assert.deepEqual(verdict([post(one), post(two), post({ body: 'b#7' })]), ['misrouted'], 'nobody wrote this');
  assert.deepEqual(verdict([post(two)]), ['lost']);
  assert.deepEqual(verdict([post(two)], { dead: new Set(['a#0 B']) }), ['lost'], 'ended in silence');
  assert.deepEqual(verdict([post(one), post(one), post(two)]), ['2 times, and announced 0']);
  assert.deepEqual(verdict([post(two), post(one)]), ['out of order']);
});

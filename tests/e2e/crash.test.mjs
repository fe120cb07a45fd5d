import assert from 'node:assert/strict';
import { test } from 'node:test';
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

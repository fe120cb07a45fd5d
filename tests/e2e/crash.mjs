// Ends a relay under load again and again, and checks that nothing was lost, doubled, reordered or misrouted:
//   BAUTA=build/bauta node tests/e2e/crash.mjs --rounds 100 [--signal KILL|TERM] [--seed S]
// Without --signal each round takes one of the two.
import { parseArgs } from 'node:util';
import { Storm } from './support/storm.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, signal: { type: 'string' }, seed: { type: 'string', default: String(Date.now()) } },
});
if (values.signal && !['KILL', 'TERM'].includes(values.signal)) throw new Error('--signal is KILL or TERM');

const storm = new Storm({ seed: values.seed });
try {
  await storm.start();
  for (let round = 1; round <= Number(values.rounds); ++round) {
    const signal = values.signal ?? (storm.random() < 0.5 ? 'KILL' : 'TERM');
    await storm.strike(`SIG${signal}`);
    if (round % 10 === 0) console.log(`${round} rounds, ${storm.taken.length} texts taken`);
  }
  console.log('kept:', JSON.stringify(await storm.finish()));
} catch (error) {
  console.error(`seed ${values.seed}: ${error.stack}`);
  console.error(storm.relay?.log.slice(-3000));
  process.exitCode = 1;
} finally {
  await storm.remove();
}
process.exit();

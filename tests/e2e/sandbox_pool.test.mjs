// What a service of the sandbox begins with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sandbox } from './support/sandbox.mjs';

test('each of fifteen services begins with ten American numbers and ten British ones, which a further test key completes', async (t) => {
  const sandbox = await Sandbox.make(t);
  const numbersOf = async (service) => (await sandbox.ask(200, 'GET', '/api/v1/numbers?limit=100', undefined, { headers: { 'Bauta-Service': service } })).data;
  const all = new Set((await numbersOf('default')).map((one) => one.number));
  assert.equal(all.size, 20);
  for (let n = 2; n <= 15; ++n) {
    const name = `service-${n}`;
    await sandbox.ask(201, 'POST', '/api/v1/services', { name });
    const numbers = (await numbersOf(name)).map((one) => one.number);
    assert.deepEqual([numbers.filter((number) => number.startsWith('+1')).length, numbers.length], [10, 20], name);
    for (const number of numbers) all.add(number);
  }
  assert.equal(all.size, 300, 'no number is two services\'');

  // A pool that was left half full, as by a crash: what is lacking comes with the service's next key.
  for (const { number } of (await numbersOf('default')).slice(0, 5)) {
    await sandbox.ask(200, 'PATCH', `/api/v1/numbers/${number}`, { status: 'draining' });
    await sandbox.ask(204, 'DELETE', `/api/v1/numbers/${number}`);
  }
  assert.equal((await numbersOf('default')).length, 15);
  await sandbox.relay.ask(201, 'POST', '/api/v1/keys', { scopes: ['sessions:read'], test: true });
  assert.equal((await numbersOf('default')).length, 20);

  // Who has put a number there looks after them.
  await sandbox.ask(201, 'POST', '/api/v1/numbers', { number: '+13125550111' });
  for (const { number } of (await numbersOf('default')).filter((one) => one.number !== '+13125550111').slice(0, 2)) {
    await sandbox.ask(200, 'PATCH', `/api/v1/numbers/${number}`, { status: 'draining' });
    await sandbox.ask(204, 'DELETE', `/api/v1/numbers/${number}`);
  }
  await sandbox.relay.ask(201, 'POST', '/api/v1/keys', { scopes: ['sessions:read'], test: true });
  assert.equal((await numbersOf('default')).length, 19);
});

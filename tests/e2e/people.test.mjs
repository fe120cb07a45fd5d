// What is stored about a person: shown, agreed to, erased for good; against the real binary.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { A, B, C, V1, V2, V3, V4, berliner } from './support/people.mjs';
import { BAUTA } from './support/relay.mjs';
import { texts } from './support/twilio_stand_in.mjs';
import { until } from './support/until.mjs';
import { verified } from './support/verify.mjs';
import { linesOf, world } from './support/world.mjs';

const done = (relay, job) => until('the end of the job', async () => {
  const now = await relay.ask(200, 'GET', `/api/v1/jobs/${job.id}`);
  return now.status === 'done' && now;
});

test('a person is shown what is stored about them, and after an erasure nothing is', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V3, V2, V4, berliner(178)] });
  const session = await relay.openSession(A, B);
  await texts(relay, A, linesOf(session)[A], 'quokka lighthouse');
  await texts(relay, B, linesOf(session)[B], 'marmalade semaphore');
  await carrier.received(2);
  const other = await relay.openSession(B, C);

  const shown = await relay.ask(200, 'POST', '/api/v1/people/export', { address: A });
  assert.deepEqual(shown.data.map((one) => one.id), [session.id]);
  assert.deepEqual(shown.data[0].participants.map((one) => one.address), [A]);
  assert.deepEqual(shown.data[0].messages.map((one) => one.text), ['quokka lighthouse', 'marmalade semaphore']);
  assert.deepEqual(shown.lines.map((line) => [line.virtual_number, line.state]), [[linesOf(session)[A], 'live']]);

  const job = await relay.ask(202, 'POST', '/api/v1/people/erase', { address: A });
  const receipt = await done(relay, job);
  assert.equal(receipt.erased.sessions, 1);
  assert.equal(receipt.erased.messages, 2);
  assert.equal(receipt.kept.cooling_lines, 1);
  const after = await relay.ask(200, 'POST', '/api/v1/people/export', { address: A });
  assert.deepEqual([after.data, after.consents], [[], []]);
  assert.deepEqual(after.lines.map((line) => line.state), ['cooling'], 'whoever has the number next does not hear of it');
  await relay.ask(404, 'GET', `/api/v1/sessions/${session.id}`);
  assert.equal((await relay.ask(200, 'GET', `/api/v1/sessions/${other.id}`)).status, 'open');
});

test('a person who said STOP stays out, whatever a platform says and after their erasure', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  await texts(relay, A, linesOf(session)[A], 'STOP');
  await carrier.received(1);
  const refused = await relay.ask(409, 'POST', '/api/v1/consents', { address: A, state: 'opted_in' });
  assert.equal(refused.code, 'consent.opted_out_by_person');
  const receipt = await done(relay, await relay.ask(202, 'POST', '/api/v1/people/erase', { address: A }));
  assert.deepEqual(receipt.kept, { cooling_lines: 1, opt_outs: 1 });
  const { consents } = await relay.ask(200, 'POST', '/api/v1/consents/lookup', { address: A });
  assert.deepEqual(consents.map((one) => [one.virtual_number, one.state, one.source]), [[null, 'opted_out', 'person']]);
});

test('an erasure goes on where kill -9 found it, and its receipt is the same', { timeout: 120_000 }, async (t) => {
  const sessions = 12;
  // Each of them is another line of the same person, and cools until the deadline of its texts.
  const lines = Array.from({ length: sessions }, (_, n) => `+120255501${String(n).padStart(2, '0')}`);
  const { relay } = await world({ t, numbers: [V2, ...lines] });
  for (let n = 0; n < sessions; ++n) {
    const session = await relay.openSession(A, berliner(n));
    for (let i = 0; i < 3; ++i) await relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text: `text ${i}` });
    await relay.ask(200, 'PATCH', `/api/v1/sessions/${session.id}`, { status: 'closed' });
  }
  const headers = { 'Idempotency-Key': 'erase-1' };
  const job = await relay.ask(202, 'POST', '/api/v1/people/erase', { address: A }, { headers });
  for (let kills = 0; kills < 5; ++kills) {
    await relay.kill();
    await verified(relay);
    await relay.start();
  }
  const receipt = await done(relay, job);
  assert.deepEqual([receipt.erased.sessions, receipt.erased.messages, receipt.erased.deliveries], [sessions, 3 * sessions, 6 * sessions]);
  assert.equal((await relay.ask(202, 'POST', '/api/v1/people/erase', { address: A }, { headers })).id, job.id);
  assert.deepEqual((await relay.ask(200, 'POST', '/api/v1/sessions/search', { address: A })).data, []);
});

// C56, from the platform's side: asked in one spelling, what stood under the other was not shown, and outlived its erasure.
test('a person is found, shown and erased in whichever national spelling they were entered', async (t) => {
  const { relay } = await world({ t, numbers: [V1, V3, V4] });
  await relay.ask(200, 'PATCH', '/api/v1/services/default', { locality_fallback: 'any' });
  for (const number of [V1, V3, V4]) await relay.ask(200, 'PATCH', `/api/v1/numbers/${number}`, { reach: [] });
  const [today, other] = ['+5491123456789', '+541123456789'];
  const first = await relay.openSession(today, A);
  const second = await relay.openSession(other, A);
  await relay.ask(201, 'POST', '/api/v1/consents', { address: other, state: 'opted_out' });
  for (const address of [today, other]) {
    const found = await relay.ask(200, 'POST', '/api/v1/sessions/search', { address });
    assert.deepEqual(found.data.map((one) => one.id), [second.id, first.id], address);
    const shown = await relay.ask(200, 'POST', '/api/v1/people/export', { address });
    assert.deepEqual(shown.data.flatMap((one) => one.participants.map((seat) => seat.address)), [today, other], address);
    assert.equal(shown.lines.length, 2, address);
    const { consents } = await relay.ask(200, 'POST', '/api/v1/consents/lookup', { address });
    assert.deepEqual(consents.map((one) => one.state), ['opted_out'], address);
  }
  const env = { ...process.env, BAUTA_URL: `http://${relay.address}`, BAUTA_KEY: relay.key };
  const exported = await promisify(execFile)(BAUTA, ['people', 'export', other], { env });
  assert.deepEqual(JSON.parse(exported.stdout).data.map((one) => one.id), [first.id, second.id]);
  const erased = await promisify(execFile)(BAUTA, ['people', 'erase', other, '--json'], { env });
  const receipt = JSON.parse(erased.stdout);
  assert.deepEqual([receipt.status, receipt.erased.sessions, receipt.kept], ['done', 2, { cooling_lines: 2, opt_outs: 1 }]);
  for (const one of [first, second]) await relay.ask(404, 'GET', `/api/v1/sessions/${one.id}`);
  assert.deepEqual((await relay.ask(200, 'POST', '/api/v1/people/export', { address: today })).data, []);
});

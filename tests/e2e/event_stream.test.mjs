// Events as they happen, against the real binary.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStream } from './support/event_stream.mjs';
import { A, B, V1, V2 } from './support/people.mjs';
import { until } from './support/until.mjs';
import { world } from './support/world.mjs';

test('events are streamed, and who comes back goes on where they were', async (t) => {
  const { relay } = await world({ t, numbers: [V1, V2], settings: { http: { event_heartbeat_seconds: 1 } } });
  const stream = await EventStream.open(relay);
  assert.equal(stream.status, 200);
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  const session = await relay.openSession(A, B);
  const created = await stream.has('session.created');
  assert.equal(created.data.session, session.id);
  assert.deepEqual(stream.events.map((event) => event.type), ['session.created'], 'what was before is not told');
  await until('a heartbeat', () => stream.comments > 0);
  stream.close();

  await relay.ask(200, 'PATCH', `/api/v1/sessions/${session.id}`, { status: 'closed' });
  const again = await EventStream.open(relay, { lastEventId: stream.lastEventId });
  await again.has('session.closed');
  const log = (await relay.events()).filter((event) => event.sequence > Number(created.id));
  assert.deepEqual(again.events.map((event) => event.data), log);

  const stranger = await EventStream.open(relay, { lastEventId: 1000 });
  assert.deepEqual((await stranger.has('reset')).data, { reason: 'unknown', next_sequence: null });
  assert.equal(stranger.lastEventId, again.lastEventId);
  stranger.close();
  again.close();
});

test('there are as many streams as are allowed, and one that was left makes room', async (t) => {
  const { relay } = await world({ t, settings: { http: { event_streams_service_max: 2 } } });
  const streams = [await EventStream.open(relay), await EventStream.open(relay)];
  const refused = await relay.ask(429, 'GET', '/api/v1/events', undefined, { headers: { Accept: 'text/event-stream' } });
  assert.equal(refused.code, 'rate.limited');
  streams[0].close();
  await until('room for another', async () => {
    const third = await EventStream.open(relay);
    if (third.status !== 200) return false;
    third.close();
    return true;
  });
  streams[1].close();
});

test('SIGTERM ends streams as they should end, at once', async (t) => {
  const { relay } = await world({ t, settings: { server: { drain_seconds: 20 } } });
  const stream = await EventStream.open(relay);
  const signalled = Date.now();
  assert.deepEqual(await relay.stop(), { code: 0, signal: null });
  assert.ok(Date.now() - signalled < 10_000);
  assert.equal(await stream.complete, true, 'the last chunk came');
  assert.match(relay.log, /stopped reason=signal cut_off=0\b/);
});

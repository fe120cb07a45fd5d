// Webhooks against endpoints that do what endpoints do: fail, hang, move, vanish.
import assert from 'node:assert/strict';
import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { test } from 'node:test';
import { Endpoint, hang, taken, verify } from './support/endpoint.mjs';
import { V2, V4, berliner, londoner } from './support/people.mjs';
import { each, never, until } from './support/until.mjs';
import { verified } from './support/verify.mjs';
import { world } from './support/world.mjs';

const refused = (status, headers) => ({ status, headers });
const QUICK = { allow_private: ['127.0.0.0/8'], retry_backoff_first_ms: 100, retry_backoff_max_ms: 400 };
const quick = (t, webhooks = {}, more = {}) =>
  world({ t, numbers: [V2, V4], settings: { webhooks: { ...QUICK, ...webhooks }, log: { level: 'info' }, ...more } });

const hook = (relay, url, more = {}) => relay.ask(201, 'POST', '/api/v1/webhooks', { url, types: ['message.*'], ...more });
const say = (relay, session, text) => relay.ask(202, 'POST', `/api/v1/sessions/${session.id}/messages`, { text });
const open = (relay, n) => relay.openSession(berliner(n), londoner(n));
const attempts = (relay, { id }) => relay.list(`/api/v1/webhooks/${id}/attempts`);
const ids = (events) => events.map((event) => event.id);

/** Of each session's events, those that are seen for the first time come in the log's order. */
function assertOrdered(posts) {
  const last = new Map(), seen = new Set();
  for (const { event } of posts) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    assert.ok(event.sequence > (last.get(event.session) ?? 0), `${event.type} ${event.sequence} came after ${last.get(event.session)}`);
    last.set(event.session, event.sequence);
  }
}

test('C45: what is refused comes again with its id and its octets, signed anew', async (t) => {
  const { relay } = await quick(t, { retry_backoff_first_ms: 1500, retry_backoff_max_ms: 1500 });
  const endpoint = await Endpoint.start(t, (_, count) => (count <= 2 ? refused(500) : taken));
  const { secret } = await hook(relay, endpoint.url, { types: ['session.created'] });
  assert.match(secret, /^whsec_[A-Za-z0-9+/]+=*$/);
  const session = await open(relay, 1);
  const posts = await endpoint.received(3);
  for (const post of posts) {
    assert.equal(post.headers['webhook-id'], posts[0].event.id);
    assert.equal(post.body, posts[0].body);
    assert.equal(verify(post, secret).session, session.id);
  }
  assert.equal(new Set(posts.map((post) => post.headers['webhook-timestamp'])).size, 3, 'fresh timestamps');
  assert.throws(() => verify({ ...posts[0], body: posts[0].body.replace('session', 'sessiom') }, secret));
  const [listed] = await relay.events('session.created');
  assert.deepEqual(posts[2].event, listed, 'the event of the API');
  await never('a fourth, after it was taken', () => endpoint.posts.length > 3, { seconds: 2 });
});

test('one that hangs delays nobody else, and sessions do not wait for one another', async (t) => {
  const { relay } = await quick(t);
  const dead = await Endpoint.start(t, () => hang);
  const healthy = await Endpoint.start(t);
  await hook(relay, dead.url);
  const { secret } = await hook(relay, healthy.url);
  const sessions = await each(Array.from({ length: 20 }, (_, n) => n), 8, (n) => open(relay, n));
  await each(sessions, 8, (session) => say(relay, session, 'hello'));
  const said = Date.now();
  // To two people each: received, and sent twice.
  await healthy.received(60);
  assert.ok(Date.now() - said < 10_000, `${Date.now() - said} ms`);
  assertOrdered(healthy.posts);
  healthy.posts.forEach((post) => verify(post, secret));
  assert.ok(dead.posts.length >= 1 && dead.posts.length <= 8, `${dead.posts.length} at the dead one`);
  assert.deepEqual(dead.events, []);
});

test('an event that is refused holds up its own session alone', async (t) => {
  const { relay } = await quick(t);
  const [one, two] = [await open(relay, 1), await open(relay, 2)];
  let well = false;
  const endpoint = await Endpoint.start(t, (post) => (post.event.session === one.id && !well ? refused(500) : taken));
  await hook(relay, endpoint.url, { types: ['message.received'] });
  await say(relay, one, 'first');
  await say(relay, one, 'second');
  await say(relay, two, 'third');
  await until('the other session goes on', () => endpoint.events.some((event) => event.session === two.id));
  assert.equal(new Set(endpoint.posts.filter((post) => post.event.session === one.id).map((post) => post.event.id)).size, 1);
  well = true;
  await until('it goes on, too', () => endpoint.events.length === 3);
  assertOrdered(endpoint.posts);
});

test('a pause that is asked for with Retry-After is kept, also over a restart', async (t) => {
  const { relay } = await quick(t);
  const endpoint = await Endpoint.start(t, (_, count) => (count === 1 ? refused(503, { 'Retry-After': '4' }) : taken));
  await hook(relay, endpoint.url, { types: ['message.received'] });
  const [one, two] = [await open(relay, 1), await open(relay, 2)];
  await say(relay, one, 'first');
  await endpoint.received(1);
  await say(relay, two, 'of another session');
  await relay.stop();
  await relay.start();
  await endpoint.received(3);
  const waited = endpoint.posts[1].at - endpoint.posts[0].answeredAt;
  assert.ok(waited >= 3950, `after ${waited} ms`);
  assert.equal(endpoint.events.length, 2);
});

test('an endpoint that is gone is disabled at once, tells the others, and goes on when it is enabled', async (t) => {
  const { relay } = await quick(t);
  const gone = await Endpoint.start(t, () => refused(410));
  const other = await Endpoint.start(t);
  const made = await hook(relay, gone.url, { types: ['message.received'] });
  await hook(relay, other.url, { types: ['webhook.*'] });
  const session = await open(relay, 1);
  await say(relay, session, 'first');
  await other.received(1);
  assert.deepEqual(other.events[0].data, { webhook: made.id, reason: 'gone' });
  const shown = await relay.ask(200, 'GET', `/api/v1/webhooks/${made.id}`);
  assert.deepEqual([shown.status, shown.disabled_reason], ['disabled', 'gone']);
  await say(relay, session, 'second');
  await never('it is called', () => gone.posts.length > 1);
  gone.answer = () => taken;
  await relay.ask(200, 'POST', `/api/v1/webhooks/${made.id}/enable`);
  await until('both were told', () => gone.events.length === 2);
  assert.equal(gone.events[0].id, gone.posts[0].event.id);
  assert.equal(await relay.metric('bauta_webhooks_disabled_total', { reason: 'gone' }), 1);
});

test('the others are told of a webhook that the platform itself disables', async (t) => {
  const { relay } = await quick(t);
  const other = await Endpoint.start(t);
  const made = await hook(relay, other.url, { types: ['session.closed'] });
  await hook(relay, other.url, { types: ['webhook.*'] });
  await relay.ask(200, 'PATCH', `/api/v1/webhooks/${made.id}`, { status: 'disabled' });
  await other.received(1);
  assert.deepEqual([other.events[0].type, other.events[0].data], ['webhook.disabled', { webhook: made.id, reason: 'request' }]);
});

test('no redirect is followed', async (t) => {
  const { relay } = await quick(t);
  const secret = await Endpoint.start(t);
  const endpoint = await Endpoint.start(t, () => refused(307, { Location: secret.url }));
  const made = await hook(relay, endpoint.url);
  await say(relay, await open(relay, 1), 'hello');
  await endpoint.received(3);
  assert.deepEqual(secret.posts, []);
  const [first] = await until('attempts are shown', async () => { const all = await attempts(relay, made); return all.length > 0 && all; });
  assert.deepEqual([first.result, first.status, first.attempt], ['refused', 307, 1]);
});

test('nobody is led to an address that is not public', async (t) => {
  const { relay } = await world({ t, numbers: [V2, V4] });
  for (const [url, code] of [
    ['http://example.com/', 'url.not_https'], ['https://127.0.0.1/', 'url.not_public'], ['https://169.254.169.254/latest/meta-data', 'url.not_public'],
    ['https://[::1]/', 'url.not_public'], ['https://[::ffff:10.0.0.1]/', 'url.not_public'], ['https://10.1.2.3/', 'url.not_public'],
  ]) {
    const answer = await relay.call('POST', '/api/v1/webhooks', { url });
    assert.deepEqual([answer.status, answer.json.code], [422, code], url);
  }
  // Names are judged when they are resolved: whichever address it is then, nothing connects to it.
  const endpoint = await Endpoint.start(t);
  let connections = 0;
  endpoint.server.on('connection', () => { ++connections; });
  for (const host of ['localhost', '127.1', '2130706433', '0x7f000001']) {
    const { id } = await relay.ask(201, 'POST', '/api/v1/webhooks', { url: `https://${host}:${endpoint.port}/` });
    const tested = await relay.ask(200, 'POST', `/api/v1/webhooks/${id}/test`);
    assert.ok(tested.result === 'address_refused' || tested.error === 'http.resolve_failed', `${host}: ${JSON.stringify(tested)}`);
    if (host === 'localhost') assert.equal(tested.result, 'address_refused');
  }
  assert.equal(connections, 0);
});

test('what a crash cuts off is told again: every event arrives, in its session\'s order', { timeout: 120_000 }, async (t) => {
  const { relay } = await quick(t, {}, { relay: { unknown_wait_seconds: 1 } });
  const endpoint = await Endpoint.start(t, () => ({ ...taken, delay: 5 }));
  const made = await hook(relay, endpoint.url);
  const sessions = await each(Array.from({ length: 10 }, (_, n) => n), 8, (n) => open(relay, n));
  for (let round = 0; round < 3; ++round) {
    const before = endpoint.posts.length;
    await each(sessions, 8, async (session) => { for (let i = 0; i < 3; ++i) await say(relay, session, `round ${round}, ${i}`); });
    await endpoint.received(before + 10);
    await relay.kill();
    await relay.start();
  }
  // 90 texts, each received once and sent to two people; some of the sends are cut off, and found out about later.
  await until('every event arrived', async () => {
    const wanted = (await relay.events()).filter((event) => event.type.startsWith('message.'));
    const sent = new Set(wanted.filter((event) => event.type === 'message.sent').map(({ data }) => `${data.message} ${data.to}`));
    const arrived = new Set(ids(endpoint.events));
    return sent.size === 180 && wanted.every((event) => arrived.has(event.id)) && arrived.size === wanted.length;
  }, { seconds: 60, every: 500 });
  assertOrdered(endpoint.posts);
  endpoint.posts.forEach((post) => verify(post, made.secret));
  await relay.stop();
  await verified(relay);
});

test('a new secret and the one before it sign side by side', async (t) => {
  const { relay } = await quick(t);
  const endpoint = await Endpoint.start(t);
  const made = await hook(relay, endpoint.url, { types: ['message.received'] });
  const rotated = await relay.ask(200, 'POST', `/api/v1/webhooks/${made.id}/rotate-secret`);
  const session = await open(relay, 1);
  await say(relay, session, 'hello');
  const [post] = await endpoint.received(1);
  assert.equal(post.headers['webhook-signature'].split(' ').length, 2);
  verify(post, made.secret);
  verify(post, rotated.secret);
  const last = await relay.ask(200, 'POST', `/api/v1/webhooks/${made.id}/rotate-secret`, { overlap_seconds: 0 });
  await say(relay, session, 'again');
  await endpoint.received(2);
  verify(endpoint.posts[1], last.secret);
  for (const { secret } of [made, rotated]) assert.throws(() => verify(endpoint.posts[1], secret));
});

test('a key pair signs where the platform wants to keep no secret', async (t) => {
  const { relay } = await quick(t);
  const endpoint = await Endpoint.start(t);
  const made = await hook(relay, endpoint.url, { types: ['message.received'], signature: 'v1a' });
  assert.equal(made.secret, null);
  await say(relay, await open(relay, 1), 'hello');
  const [post] = await endpoint.received(1);
  const x = Buffer.from(made.public_keys[0].replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = `${post.headers['webhook-id']}.${post.headers['webhook-timestamp']}.${post.body}`;
  const [version, signature] = post.headers['webhook-signature'].split(',');
  assert.equal(version, 'v1a');
  assert.ok(verifySignature(null, Buffer.from(content), key, Buffer.from(signature, 'base64')));
});

test('a replay tells everything again from an event on; a test tells nothing, and now', async (t) => {
  const { relay } = await quick(t);
  const endpoint = await Endpoint.start(t);
  const made = await hook(relay, endpoint.url, { types: ['message.received'] });
  const session = await open(relay, 1);
  for (const text of ['one', 'two', 'three']) await say(relay, session, text);
  await endpoint.received(3);
  const second = endpoint.events[1];
  await relay.ask(202, 'POST', `/api/v1/webhooks/${made.id}/replay`, { from: second.id });
  await endpoint.received(5);
  assert.deepEqual(ids(endpoint.events.slice(3)), ids(endpoint.events.slice(1, 3)));

  // One of them alone, and then it goes on where it was.
  await until('all to be filed', async () => (await attempts(relay, made)).length >= 5);
  const again = await relay.ask(202, 'POST', `/api/v1/webhooks/${made.id}/replay`, { from: second.id, to: second.id });
  assert.equal(again.id, made.id);
  await endpoint.received(6);
  await say(relay, session, 'four');
  await endpoint.received(7);
  assert.equal(endpoint.events[5].id, second.id);
  assert.ok(endpoint.events[6].sequence > endpoint.events[4].sequence);
  assert.equal((await relay.ask(422, 'POST', `/api/v1/webhooks/${made.id}/replay`, { from: endpoint.events[6].id, to: second.id })).code, 'webhook.replay_range');
  assert.equal((await relay.ask(404, 'POST', `/api/v1/webhooks/${made.id}/replay`, { from: second.id, to: 'evt_00000000000000000000000000' })).code, 'event.not_found');

  const tested = await relay.ask(200, 'POST', `/api/v1/webhooks/${made.id}/test`);
  assert.deepEqual([tested.result, tested.status, tested.error], ['delivered', 200, null]);
  const post = endpoint.posts.at(-1);
  assert.deepEqual([post.event.type, post.event.id], ['webhook.test', tested.event]);
  verify(post, made.secret);
});

test('what is done to a webhook is done once for a key, also across a kill -9', async (t) => {
  const { relay } = await quick(t);
  const endpoint = await Endpoint.start(t);
  const post = (path, body) => relay.call('POST', `/api/v1/webhooks${path}`, body, { headers: { 'Idempotency-Key': 'once' } });
  const wanted = { url: endpoint.url, types: ['message.received'] };
  const made = await post('', wanted);
  assert.equal(made.status, 201);
  const { id, secret } = made.json;
  await say(relay, await open(relay, 1), 'hello');
  await endpoint.received(1);
  const calls = [['/enable', {}], ['/rotate-secret', { overlap_seconds: 60 }], ['/replay', { from: endpoint.events[0].id }]];
  const firsts = [];
  for (const [last, body] of calls) firsts.push(await post(`/${id}${last}`, body));
  assert.deepEqual(firsts.map((first) => first.status), [200, 200, 202]);
  await endpoint.received(2);
  const rotated = firsts[1].json.secret;
  // How far it has come is filed with its attempts: what was not yet filed would be told once more after the crash.
  await until('both to be filed', async () => (await attempts(relay, { id })).length >= 2);
  await relay.kill();
  await relay.start();
  const again = await post('', wanted);
  assert.deepEqual([again.status, again.json.id, again.json.secret, again.headers['idempotency-replayed']], [201, id, null, 'true']);
  for (const [n, [last, body]] of calls.entries()) {
    const replayed = await post(`/${id}${last}`, body);
    assert.deepEqual([replayed.status, replayed.headers['idempotency-replayed']], [firsts[n].status, 'true'], last);
    assert.deepEqual({ ...replayed.json, secret: null }, { ...firsts[n].json, secret: null }, last);
    assert.ok(!replayed.text.includes('whsec_'), 'a secret is shown once');
    assert.equal((await post(`/${id}${last}`, { ...body, from: 'x' })).json.code, 'idempotency.mismatch', last);
  }
  assert.equal((await relay.list('/api/v1/webhooks')).length, 1);
  await say(relay, await open(relay, 2), 'after');
  const posts = await endpoint.received(3);
  assert.notEqual(posts[2].event.id, posts[0].event.id, 'it was told again once, and goes on');
  verify(posts[2], rotated);
  verify(posts[2], secret);
});

test('a webhook is listed without its secret, moved to another endpoint, and ended', async (t) => {
  const { relay } = await quick(t);
  const [left, moved] = [await Endpoint.start(t), await Endpoint.start(t)];
  const { id, secret } = await hook(relay, left.url, { types: ['session.created'] });
  const listed = await relay.ask(200, 'GET', '/api/v1/webhooks');
  assert.deepEqual(listed.data.map((webhook) => webhook.id), [id]);
  assert.ok(!JSON.stringify(listed).includes(secret), 'the secret was shown once');
  const changed = await relay.ask(200, 'PATCH', `/api/v1/webhooks/${id}`, { url: moved.url });
  assert.equal(changed.url, moved.url);
  const session = await open(relay, 1);
  const [post] = await moved.received(1);
  assert.equal(verify(post, secret).session, session.id);
  await relay.ask(204, 'DELETE', `/api/v1/webhooks/${id}`);
  assert.equal((await relay.ask(404, 'GET', `/api/v1/webhooks/${id}`)).code, 'webhook.not_found');
  await open(relay, 2);
  await never('anything at an endpoint that was left', () => left.posts.length > 0 || moved.posts.length > 1);
});

test('texts are told only to a webhook whose key may read them', async (t) => {
  const { relay } = await quick(t);
  const [with_, without] = [await Endpoint.start(t), await Endpoint.start(t)];
  const reader = await relay.ask(201, 'POST', '/api/v1/keys', { scopes: ['webhooks:write', 'messages:read'] });
  const other = await relay.ask(201, 'POST', '/api/v1/keys', { scopes: ['webhooks:write'] });
  const wanted = (url) => ({ url, types: ['message.received'], include_text: true });
  await relay.ask(403, 'POST', '/api/v1/webhooks', wanted(without.url), { key: other.secret });
  await relay.ask(201, 'POST', '/api/v1/webhooks', wanted(with_.url), { key: reader.secret });
  await hook(relay, without.url, { types: ['message.received'] });
  const session = await open(relay, 1);
  await say(relay, session, 'the secret plan');
  await Promise.all([with_.received(1), without.received(1)]);
  assert.equal(with_.events[0].data.text, 'the secret plan');
  assert.equal('text' in without.events[0].data, false);
  await relay.ask(204, 'DELETE', `/api/v1/keys/${reader.id}`);
  await until('the right is gone with the key', async () => {
    const before = with_.posts.length;
    await say(relay, session, 'the secret plan');
    await with_.received(before + 1);
    return !('text' in with_.events.at(-1).data);
  }, { seconds: 30, every: 500 });
  assert.equal(relay.log.includes('the secret plan'), false);
});

// Faults that others' relays had, with the same inputs: Twilio's side.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';
import { A, B, STRANGER, V1, V2, berliner } from './support/people.mjs';
import { request } from './support/http.mjs';
import { Relay } from './support/relay.mjs';
import { INBOUND, answerLost, created, hang, report, texts, throttled } from './support/twilio_stand_in.mjs';
import { never, until } from './support/until.mjs';
import { world } from './support/world.mjs';

/** A form exactly as it is written here, with a signature that was computed elsewhere. */
function post(relay, target, form, signature) {
  return request('POST', relay.address, target, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature },
    body: new URLSearchParams(form).toString(),
  });
}

test('C01: the signature is made over the URL as it came, not over a tidied one', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  const target = `${INBOUND}?svc=b&note=can%27t+stop&a=1`;
  const form = { MessageSid: 'SM00000000000000000000000000000c01', AccountSid: Relay.ACCOUNT_SID, From: A, To: V1, Body: 'Hi there', NumMedia: '0' };
  assert.equal(twilio.validateRequest(Relay.AUTH_TOKEN, 'NGpL2KCwgdPJQE0UQ6HCklbs2cE=', Relay.PUBLIC_URL + target, form), true);

  assert.equal((await post(relay, target, form, 'VCaDt3YltFRkRYS6U8OTORn10yQ=')).status, 403);
  assert.equal(await relay.metric('bauta_texts_total', { direction: 'inbound', outcome: 'bad_signature' }), 1);
  assert.deepEqual(await relay.messages(session), []);

  assert.equal((await post(relay, target, form, 'NGpL2KCwgdPJQE0UQ6HCklbs2cE=')).status, 200);
  await carrier.received(1);
  await never('a second POST', () => carrier.posts.length > 1, { seconds: 0.3 });
  assert.deepEqual([carrier.posts[0].From, carrier.posts[0].To, carrier.posts[0].Body], [V2, B, 'Hi there']);
});

test('C03: a picture without words is answered with a note, never an empty text', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  await relay.openSession(A, B);
  const form = {
    MessageSid: 'MM00000000000000000000000000000c03', AccountSid: Relay.ACCOUNT_SID, From: A, To: V1, NumMedia: '1', MediaContentType0: 'image/jpeg',
    MediaUrl0: 'https://media.example.net/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM01/Media/ME01',
  };
  assert.equal((await post(relay, INBOUND, form, 'RVsnCgP6awUXuZ2JvZWmAIENRL4=')).status, 200);
  await carrier.received(1);
  // With a Body that is there and empty.
  const second = { ...form, MessageSid: 'MM00000000000000000000000000001c03', Body: '' };
  assert.equal((await post(relay, INBOUND, second, twilio.getExpectedTwilioSignature(Relay.AUTH_TOKEN, Relay.PUBLIC_URL + INBOUND, second))).status, 200);
  await never('a text to the other person', () => carrier.posts.some((one) => one.To === B), { seconds: 0.5 });
  assert.equal(carrier.posts[0].To, A);
  assert.match(carrier.posts[0].Body, /picture/i);
  assert.ok(carrier.posts.every((one) => !one.Body.includes('media.example.net') && !one.Body.includes(Relay.ACCOUNT_SID)));
  assert.deepEqual(carrier.faults, []);
  const [received] = await relay.events('message.received');
  assert.equal(received.data.media_dropped, '1');
});

test('C03: the empty Body of the case signs as the official library says', () => {
  const form = {
    MessageSid: 'MM00000000000000000000000000000c03', AccountSid: Relay.ACCOUNT_SID, From: A, To: V1, NumMedia: '1', MediaContentType0: 'image/jpeg', Body: '',
    MediaUrl0: 'https://media.example.net/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM01/Media/ME01',
  };
  assert.equal(twilio.getExpectedTwilioSignature(Relay.AUTH_TOKEN, Relay.PUBLIC_URL + INBOUND, form), 'BSI+IPEPHL337G4MJRKNvZqlF0s=');
});

test('C04: sent and delivered of one text both count, and each once', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  await texts(relay, A, V1, 'status');
  const [outbound] = await carrier.received(1);
  for (const word of ['sent', 'delivered', 'sent', 'delivered']) assert.equal((await report(relay, outbound, word)).status, 200);
  const [message] = await relay.messages(session);
  assert.equal(message.deliveries[0].status, 'delivered');
  const events = (await relay.events()).filter((event) => event.data.message === message.id);
  assert.deepEqual(events.map((event) => event.type), ['message.received', 'message.sent', 'message.delivered']);
});

test('C07: a 429 puts a text off for as long as it says, keeps the order, and loses nothing', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2], answer: (_, count) => (count === 1 ? throttled(2) : created) });
  await relay.openSession(A, B);
  await texts(relay, A, V1, 'first');
  await texts(relay, A, V1, 'second');
  const posts = await carrier.received(3);
  assert.deepEqual(posts.map((one) => [one.Body, one.answer.status]), [['first', 429], ['first', 201], ['second', 201]]);
  assert.ok(posts[1].at - posts[0].at >= 1990, `came again after ${posts[1].at - posts[0].at} ms`);
  await never('a fourth POST', () => carrier.posts.length > 3);
  assert.deepEqual(await relay.deadLetters(), []);
});

test('C08: late and unknown words never take back what was delivered', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  await texts(relay, A, V1, 'status');
  const [outbound] = await carrier.received(1);
  const statusOf = async () => (await relay.messages(session))[0].deliveries[0].status;
  await until('the answer is written down', async () => await statusOf() === 'sent');
  for (const word of ['delivered', 'sent', 'sending', 'banana', '-1']) assert.equal((await report(relay, outbound, word)).status, 200, word);
  assert.equal(await statusOf(), 'delivered');
  assert.equal((await relay.events('message.delivered')).length, 1);
  assert.equal((await relay.events('message.sent')).length, 1);
  assert.deepEqual(await relay.events('message.failed', 'message.undelivered'), []);
  assert.equal(await relay.metric('bauta_unknown_status_words_total'), 2);
});

test('a status callback whose signature or reference is forged changes nothing', async (t) => {
  const { relay, carrier } = await world({ t, numbers: [V1, V2] });
  const session = await relay.openSession(A, B);
  await texts(relay, A, V1, 'one');
  const [outbound] = await carrier.received(1);
  const target = outbound.StatusCallback.slice(Relay.PUBLIC_URL.length);
  const form = { MessageSid: outbound.sid, MessageStatus: 'failed', AccountSid: Relay.ACCOUNT_SID };
  assert.equal((await post(relay, target, form, 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=')).status, 403);
  const last = outbound.StatusCallback.at(-1);
  const forged = { ...outbound, StatusCallback: outbound.StatusCallback.slice(0, -1) + (last === 'a' ? 'b' : 'a') };
  await report(relay, forged, 'failed');
  assert.notEqual((await relay.messages(session))[0].deliveries[0].status, 'failed');
  assert.deepEqual(await relay.events('message.failed'), []);
});

test('a text whose answer was lost is asked about, and not sent a second time', async (t) => {
  const { relay, carrier } = await world({
    t, numbers: [V1, V2], answer: (_, count) => (count === 2 ? answerLost : created), settings: { relay: { unknown_wait_seconds: 2 } },
  });
  carrier.pageMax = 1;
  const session = await relay.openSession(A, B);
  await relay.openSession(STRANGER, berliner(1));
  const statusOf = async (words) => (await relay.messages(session)).find((message) => message.text === words).deliveries[0].status;
  for (const words of ['before', 'lost', 'after']) await texts(relay, A, V1, words);
  await carrier.received(2);
  // The same number sends the same words to somebody else meanwhile: what is asked for stands on the second page.
  await texts(relay, STRANGER, V1, 'lost');
  await carrier.received(3);
  await until('the next one leaves', async () => await statusOf('after') === 'sent');
  assert.equal(await statusOf('lost'), 'sent');
  assert.deepEqual(carrier.posts.filter((post) => post.To === B).map((post) => post.Body), ['before', 'lost', 'after']);
  assert.deepEqual(carrier.questions.map((question) => question.Page), [undefined, '1']);
  assert.ok(carrier.questions.every((question) => question.From === V2 && !JSON.stringify(question).includes(B.slice(1))));
  assert.deepEqual(carrier.faults, []);

  const lost = carrier.posts[1];
  assert.equal((await report(relay, lost, 'delivered')).status, 200);
  assert.equal(await statusOf('lost'), 'delivered');
  assert.equal(await relay.metric('bauta_asked_total', { connection: 'twilio', outcome: 'found' }), 1);
  assert.equal(await relay.metric('bauta_possible_doubles_total'), 0);
  assert.ok(!relay.log.includes(B.slice(1)) && !/Messages\.json|DateSent/.test(relay.log));
});

for (const [how, asking, answer, outcome, copies] of [
  ['does not have', 'answered', hang, 'not_found', 1],
  ['says nothing of', 'refused', answerLost, 'in_vain', 2],
]) {
  test(`a text that the carrier ${how} is sent again, and counted once`, async (t) => {
    const { relay, carrier } = await world({
      t, numbers: [V1, V2], answer: (_, count) => (count === 1 ? answer : created),
      settings: { relay: { unknown_wait_seconds: 1 }, http: { client_read_timeout_seconds: 1 } },
    });
    carrier.asking = () => asking;
    const session = await relay.openSession(A, B);
    await texts(relay, A, V1, 'once more');
    await carrier.received(2);
    await until('it is sent', async () => (await relay.messages(session))[0].deliveries[0].status === 'sent');
    await never('a third POST', () => carrier.posts.length > 2, { seconds: 0.3 });
    assert.equal(carrier.accepted.length, copies);
    assert.equal(await relay.metric('bauta_asked_total', { connection: 'twilio', outcome }), 1);
    assert.equal(await relay.metric('bauta_possible_doubles_total'), 1);
    assert.deepEqual(carrier.faults, []);
  });
}

test('the same words twice, and the second text never reached the carrier: it is not taken for the first', async (t) => {
  const { relay, carrier } = await world({
    t, numbers: [V1, V2], answer: (_, count) => (count === 2 ? hang : created),
    settings: { relay: { unknown_wait_seconds: 1 }, http: { client_read_timeout_seconds: 1 } },
  });
  const session = await relay.openSession(A, B);
  await texts(relay, A, V1, 'ok');
  await texts(relay, A, V1, 'ok');
  await carrier.received(3);
  await until('both are sent', async () => (await relay.messages(session)).every((message) => message.deliveries[0].status === 'sent'));
  assert.equal(carrier.accepted.length, 2);
});

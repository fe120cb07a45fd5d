// How the demo's page tells what became of a text: the carrier's ids and the relay's are not the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bubblesOf, couldBe, leaksOn, matched, spaced } from '../../proxy/demo/page/texts.js';

const at = (seconds) => new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();
const written = (id, text, from, taken) => ({ id, text, at: at(from), taken_at: taken === null ? null : at(taken), tries: 1 });
const message = (id, text, when, deliveries = [], from = 'par_host') => ({ id, from, text, received_at: at(when), deliveries });
const delivery = (status, error = null) => [{ to: 'par_guest', status, error }];

const state = (phone, messages, session = { status: 'open', closed_at: null }, up = true) =>
  bubblesOf({ written: [], received: [], ...phone }, { messages: [...messages].reverse(), session }, 'par_host', up)
    .map((bubble) => [bubble.text, bubble.state ?? bubble.from]);

test('a text is found by its words and its time, also where addresses were masked in it', () => {
  assert.ok(couldBe('call +1 202 555 0101 or +44 20 7946 0200!', 'call *** or ***!'));
  assert.ok(!couldBe('call +1 202 555 0101', 'call *** or ***!'));
  assert.ok(!couldBe('hello', 'goodbye'));
  const texts = [written('a', 'ok', 0, 1), written('b', 'ok', 5, 6), written('c', 'my number: 5550101', 7, 8)];
  const found = matched(texts, [message('m3', 'my number: ***', 7.5), message('m2', 'ok', 5.5), message('m1', 'ok', 0.5)], 'par_host');
  assert.deepEqual([...found].map(([id, one]) => `${id}=${one.id}`), ['a=m1', 'b=m2', 'c=m3']);
});

test('what the relay never made a message of takes none of another text\'s', () => {
  const texts = [written('a', 'ok', 0, 1), written('late', 'ok', 50, 51), written('waits', 'ok', 60, null)];
  const found = matched(texts, [message('others', 'ok', 50.5, [], 'par_guest'), message('m1', 'ok', 0.5)], 'par_host');
  assert.deepEqual([...found.keys()], ['a']);
});

test('texts that waited through a crash are told apart although they were written at once', () => {
  const texts = [written('a', 'hello', 0, 10), written('b', 'hello', 1, 11)];
  const found = matched(texts, [message('m2', 'hello', 10.9), message('m1', 'hello', 9.9)], 'par_host');
  assert.deepEqual([found.get('a').id, found.get('b').id], ['m1', 'm2']);
});

test('each state of a text is shown', () => {
  const texts = ['delivered', 'sent', 'queued', 'undelivered', 'blocked'].map((status, index) => written(status, status, index, index + 0.5));
  const messages = texts.map((text, index) => message(`m${index}`, text.text, index + 0.2,
    delivery(text.id, text.id === 'blocked' ? { code: 'consent.opted_out', detail: '' } : null)));
  assert.deepEqual(state({ written: [...texts, written('x', 'under way', 8, null), written('y', 'STOP', 9, 9.5), written('z', 'just taken', 10, 10.1)] }, messages), [
    ['delivered', 'delivered'], ['sent', 'sent'], ['queued', 'taken'], ['undelivered', 'dropped'], ['blocked', 'dropped'],
    ['under way', 'waiting'], ['STOP', 'heard'], ['just taken', 'taken']]);
  assert.deepEqual(state({ written: [written('late', 'still there?', 20, 21)] }, [], { status: 'closed', closed_at: at(15) }), [['still there?', 'dropped']]);
});

test('what was written and what came stand in the order of time', () => {
  const received = [{ sequence: 7, from: '+12025550160', text: 'hi', at: at(2) }];
  assert.deepEqual(state({ written: [written('a', 'first', 1, 1.5), written('b', 'third', 3, 3.5)], received }, []),
    [['first', 'taken'], ['hi', '+12025550160'], ['third', 'taken']]);
});

test('a leak is seen however the number is written', () => {
  const phone = (text, from = '+12025550160') => ({ received: [{ from, text }, { from: '+12025550160', text: 'fine' }] });
  const hidden = '+442079460200';
  for (const text of ['020 7946 0200', '+44 (20) 7946-0200', '79460200']) assert.deepEqual(leaksOn(phone(text), hidden), { texts: 2, leaks: 1 });
  assert.deepEqual(leaksOn(phone('hello', hidden), hidden), { texts: 2, leaks: 1 });
  assert.deepEqual(leaksOn(phone('7946 0201'), hidden), { texts: 2, leaks: 0 });
});

test('numbers are written as people write them', () => {
  assert.equal(spaced('+12025550142'), '+1 202 555 0142');
  assert.equal(spaced('+442079460142'), '+44 20 7946 0142');
  assert.equal(spaced('+493023125600'), '+493023125600');
});

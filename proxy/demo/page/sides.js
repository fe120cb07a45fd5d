// The third pane: what the platform sees, and what the operator sees.
import { element } from './phone.js';
import { exactTime, spaced } from './texts.js';

const WORDS = {
  'session.created': 'stay booked, two numbers given', 'session.in_progress': 'first text', 'session.closed': 'stay ended, line dead',
  'participant.opted_out': 'somebody said STOP', 'participant.opted_in': 'somebody said START', 'participant.blocked': 'somebody was blocked',
  'message.received': 'a text came in', 'message.sent': 'handed to the carrier', 'message.delivered': 'it is on the phone',
  'message.undelivered': 'the carrier lost it', 'message.failed': 'the carrier refused it', 'message.blocked': 'held back',
  'message.unknown': 'the carrier gave no answer: it is asked', 'message.unconfirmed': 'no receipt came', 'inbound.unrouted': 'a text that goes nowhere',
};

const short = (id) => (id ? `${id.slice(0, 4)}…${id.slice(-4)}` : '');

function detailOf(event) {
  const { message, from, to, participant, number, code, masked } = event.data;
  const parts = [];
  if (message) parts.push(short(message));
  if (from) parts.push(`from ${short(from)}`);
  if (to) parts.push(`to ${short(to)}`);
  if (participant) parts.push(short(participant));
  if (number) parts.push(`via ${spaced(number)}`);
  if (code) parts.push(code);
  if (masked) parts.push('a number was masked');
  return parts.join(' · ') || short(event.session);
}

const kind = (type) => (/undelivered|failed|blocked|unrouted|opted_out|closed/.test(type) ? 'bad' : /delivered|created|opted_in/.test(type) ? 'good' : '');

export function showPlatform(pane, stay) {
  const events = stay?.events ?? [];
  const picture = JSON.stringify(events.map((event) => event.id));
  if (pane.dataset.picture === picture) return;
  pane.dataset.picture = picture;
  pane.replaceChildren(
    element('p', { class: 'lead' }, 'Its event log, live: ids and numbers of the pool. No person\'s number, no word of any text.'),
    element('ol', { class: 'events' }, ...events.map((event) => element('li', { class: kind(event.type) },
      element('span', { class: 'at' }, exactTime(event.created_at)),
      element('span', { class: 'what' }, element('code', {}, event.type), element('span', { class: 'plain' }, WORDS[event.type] ?? ''),
        element('span', { class: 'detail' }, detailOf(event)))))),
    events.length ? null : element('p', { class: 'empty' }, 'Nothing yet: book a stay.'));
}

/** The sum of the samples of `name` whose labels hold all of `labels`. */
export function sample(lines, name, labels = {}) {
  let sum = 0;
  for (const line of lines) {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match || match[1] !== name) continue;
    if (Object.entries(labels).every(([label, value]) => (match[2] ?? '').includes(`${label}="${value}"`))) sum += Number(match[3]);
  }
  return sum;
}

function tiles(lines) {
  const texts = (direction, outcome) => sample(lines, 'bauta_texts_total', { direction, outcome });
  const mean = (name) => {
    const count = sample(lines, `${name}_count`);
    return count ? `${(1000 * sample(lines, `${name}_sum`) / count).toFixed(1)} ms` : '–';
  };
  return [
    ['taken in', texts('inbound', 'relayed')], ['delivered', texts('outbound', 'delivered')],
    ['waiting now', sample(lines, 'bauta_lane_texts')], ['came twice, swallowed', texts('inbound', 'duplicate')],
    ['not delivered', texts('outbound', 'undelivered') + texts('outbound', 'failed') + texts('outbound', 'blocked')],
    ['sent twice', sample(lines, 'bauta_possible_doubles_total')],
    ['made durable in', mean('bauta_fsync_seconds')], ['in to out', mean('bauta_end_to_end_seconds')],
  ];
}

function trace(stay, chosen) {
  const message = stay.messages.find((one) => one.id === chosen) ?? stay.messages.find((one) => one.origin === 'participant');
  if (!message) return element('p', { class: 'empty' }, 'Write a text: its trace stands here.');
  const start = Date.parse(message.received_at);
  const events = stay.events.filter((event) => event.data.message === message.id).sort((a, b) => a.sequence - b.sequence);
  const delivery = message.deliveries[0];
  const rows = events.map((event) => [Date.parse(event.created_at), event.type.replace('message.', ''), WORDS[event.type] ?? '']);
  if (delivery && delivery.status === 'queued') rows.push([Date.parse(delivery.updated_at), 'queued', 'waits in its lane, in order']);
  return element('div', { class: 'trace' },
    element('h3', {}, 'Trace of a text'),
    element('p', { class: 'detail' }, `${message.id} · ${message.encoding}, ${message.segments} part${message.segments === 1 ? '' : 's'}`),
    delivery ? element('p', { class: 'detail' }, `to ${delivery.to} · ${delivery.status}${delivery.error ? ` · ${delivery.error.code}` : ''}`) : null,
    element('ol', { class: 'steps' }, ...rows.map(([at, status, words], index) => element('li', {},
      element('span', { class: 'at' }, index === 0 ? exactTime(at) : `+${at - start} ms`), element('b', {}, status), element('span', {}, words)))));
}

export function showOperator(pane, state, chosen) {
  const picture = JSON.stringify([state.metrics, state.stay?.messages, state.stay?.events.length, chosen]);
  if (pane.dataset.picture === picture) return;
  pane.dataset.picture = picture;
  pane.replaceChildren(
    element('p', { class: 'lead' }, 'Its metrics since the server started, and the way of one text. Click a text to see its trace.'),
    element('dl', { class: 'tiles' }, ...tiles(state.metrics).map(([name, value]) => element('div', {},
      element('dt', {}, name), element('dd', {}, String(value))))),
    state.stay ? trace(state.stay, chosen) : element('p', { class: 'empty' }, 'Nothing yet: book a stay.'));
}

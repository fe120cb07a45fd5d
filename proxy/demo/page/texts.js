// What a phone shows, made from what was written on it, what it received, and what the relay says of the texts.  No document here.

/** "+12025550142" as people of its country write it, near enough. */
export function spaced(e164) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  if (us) return `+1 ${us[1]} ${us[2]} ${us[3]}`;
  const london = /^\+4420(\d{4})(\d{4})$/.exec(e164);
  return london ? `+44 20 ${london[1]} ${london[2]}` : e164;
}

export const time = (at) => new Date(at).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
export const exactTime = (at) => {
  const date = new Date(at);
  const two = (n) => String(n).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
};

const MASK = '***';

/** May `kept`, as the relay keeps it, be what somebody wrote as `written`?  Addresses in it were masked. */
export function couldBe(written, kept) {
  if (kept === written) return true;
  const pieces = kept.split(MASK);
  if (pieces.length < 2 || !written.startsWith(pieces[0]) || !written.endsWith(pieces.at(-1))) return false;
  let from = 0;
  for (const piece of pieces) {
    const at = written.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}

const SLACK_MS = 100;

/** Which of the relay's messages each written text became: id of the text -> message.  Carrier and relay know no common id, but times and words. */
export function matched(written, messages, seat) {
  const free = messages.filter((message) => message.from === seat).reverse();
  const found = new Map();
  for (const text of written) {
    if (!text.taken_at) continue;
    const index = free.findIndex((message) => {
      const at = Date.parse(message.received_at);
      return at >= Date.parse(text.at) - SLACK_MS && at <= Date.parse(text.taken_at) + SLACK_MS && couldBe(text.text, message.text);
    });
    if (index >= 0) found.set(text.id, free.splice(index, 1)[0]);
  }
  return found;
}

const KEYWORDS = /^\W*(stop|stopall|unsubscribe|cancel|end|quit|start|yes|unstop|help|info)\W*$/i;

const REASONS = {
  'consent.opted_out': 'they said STOP',
  'session.ended': 'the stay had ended',
  'carrier.undelivered': 'the carrier lost it',
};

function progressOf(delivery) {
  const why = delivery.error ? REASONS[delivery.error.code] ?? delivery.error.code : '';
  switch (delivery.status) {
    case 'delivered': return { state: 'delivered', note: 'delivered' };
    case 'sent':
    case 'unconfirmed': return { state: 'sent', note: 'sent' };
    case 'undelivered':
    case 'failed': return { state: 'dropped', note: `not delivered: ${why || 'the carrier lost it'}` };
    case 'blocked': return { state: 'dropped', note: `not sent: ${why || 'blocked'}` };
    case 'unknown': return { state: 'taken', note: 'asking the carrier' };
    default: return { state: 'taken', note: 'safe at the server' };
  }
}

function progress(text, message, session, relayUp) {
  if (!text.taken_at) return { state: 'waiting', note: relayUp ? 'on its way' : 'waits for the server' };
  if (message) return message.deliveries.length ? progressOf(message.deliveries[0]) : { state: 'taken', note: 'safe at the server' };
  if (KEYWORDS.test(text.text)) return { state: 'heard', note: 'heard by Bauta' };
  if (session.closed_at && Date.parse(text.taken_at) >= Date.parse(session.closed_at)) return { state: 'dropped', note: 'not delivered: the stay is over' };
  return { state: 'taken', note: 'safe at the server' };
}

/** The bubbles on a phone, the oldest first. */
export function bubblesOf(phone, stay, seat, relayUp) {
  const messages = matched(phone.written, stay.messages, seat);
  const mine = phone.written.map((text) => {
    const message = messages.get(text.id);
    return {
      key: text.id, mine: true, text: text.text, at: text.at, message: message?.id ?? null, tries: text.tries,
      masked: Boolean(message && message.text !== text.text), ...progress(text, message, stay.session, relayUp),
    };
  });
  const theirs = phone.received.map((text) => ({ key: `in-${text.sequence}`, mine: false, text: text.text, at: text.at, from: text.from }));
  return [...mine, ...theirs].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** How many texts a phone got, and how many of them show the address that it must never see, however it is written. */
export function leaksOn(phone, hidden) {
  const digits = hidden.replace(/\D/g, '');
  const shows = (text) => text.replace(/\D/g, '').includes(digits.slice(-8));
  return { texts: phone.received.length, leaks: phone.received.filter((one) => shows(one.from) || shows(one.text)).length };
}

import { Phone, element } from './phone.js';
import { readState, tell } from './server.js';
import { showOperator, showPlatform } from './sides.js';
import { leaksOn, spaced } from './texts.js';

const POLL_MS = 400;
const BACK_SHOWN_MS = 12_000;
const byId = (id) => document.getElementById(id);
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

let last = null;
let chosen = null;

function toast(error) {
  byId('toast').textContent = error.message;
  byId('toast').hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { byId('toast').hidden = true; }, 6_000);
}

const phones = ['host', 'guest'].map((who) => new Phone(who, {
  onFailure: toast,
  onTrace: (message) => {
    chosen = message;
    choose('operator');
    if (last) showOperator(byId('operator'), last, chosen);
  },
}));
byId('phones').append(...phones.map((phone) => phone.root));

function choose(side) {
  for (const name of ['platform', 'operator']) {
    byId(name).hidden = name !== side;
    byId(`tab-${name}`).setAttribute('aria-selected', String(name === side));
  }
}
for (const name of ['platform', 'operator']) byId(`tab-${name}`).addEventListener('click', () => choose(name));

/** A click does one thing at a time, and says what went wrong. */
function onClick(id, work) {
  byId(id).addEventListener('click', async () => {
    byId(id).setAttribute('aria-busy', 'true');
    try {
      await work();
      await refresh();
    } catch (error) {
      toast(error);
    } finally {
      byId(id).removeAttribute('aria-busy');
    }
  });
}

onClick('book', async () => {
  await tell('book');
  chosen = null;
});
onClick('end', () => tell('end'));
onClick('crash', () => tell('crash'));
for (const name of ['down', 'twice', 'loses']) {
  onClick(name, () => {
    const { down, twice, loses } = last.carrier;
    return tell('trouble', { down, twice, loses, [name]: !last.carrier[name] });
  });
}

function bannerOf({ relay, stay, carrier }) {
  if (relay.killed_at && !relay.back_at) return ['bad', 'The server was killed. Write on: the carrier keeps what you send, and nothing is lost. It starts again in a moment.'];
  if (!relay.up) return ['bad', 'The server does not answer. Write on: the carrier keeps what you send until it does.'];
  if (relay.back_at && Date.now() - Date.parse(relay.back_at) < BACK_SHOWN_MS) {
    const seconds = ((Date.parse(relay.back_at) - Date.parse(relay.killed_at)) / 1000).toFixed(1);
    return ['good', `The server is back after ${seconds} s, with all that it had taken: every text arrives once.`];
  }
  if (stay?.session.status === 'closed') return ['', 'The stay has ended and its line is dead. A late text is answered, and reaches nobody.'];
  if (carrier.down) return ['', 'The carrier is down: texts wait at the server, in order, and go out when it is back.'];
  return null;
}

function showBanner(state) {
  const banner = bannerOf(state);
  byId('banner').hidden = !banner;
  if (!banner) return;
  byId('banner').className = `banner ${banner[0]}`;
  if (byId('banner').textContent !== banner[1]) byId('banner').textContent = banner[1];
}

function showMasks(stay) {
  byId('masks').classList.toggle('booked', Boolean(stay));
  byId('masks').classList.toggle('ended', stay?.session.status === 'closed');
  if (!stay) return;
  const { host, guest } = stay.phones;
  for (const [who, phone] of Object.entries(stay.phones)) {
    byId(`${who}-real`).textContent = spaced(phone.address);
    byId(`${who}-mask`).textContent = spaced(phone.number);
  }
  const seen = [leaksOn(host, guest.address), leaksOn(guest, host.address)];
  const texts = seen[0].texts + seen[1].texts;
  const leaks = seen[0].leaks + seen[1].leaks;
  byId('leaks').replaceChildren(`Checked on both phones: ${texts} text${texts === 1 ? '' : 's'} shown, the other's real number in `,
    element('b', {}, String(leaks)), ' of them.');
  byId('leaks').classList.toggle('bad', leaks > 0);
}

function show(state) {
  const ended = state.stay?.session.status === 'closed';
  showBanner(state);
  showMasks(state.stay);
  for (const phone of phones) phone.show(state);
  showPlatform(byId('platform'), state.stay);
  showOperator(byId('operator'), state, chosen);
  for (const name of ['down', 'twice', 'loses']) byId(name).setAttribute('aria-pressed', String(state.carrier[name]));
  byId('book').textContent = state.stay ? 'Book another stay' : 'Book a stay';
  byId('book').disabled = !state.relay.up;
  byId('end').disabled = !state.stay || ended || !state.relay.up;
  byId('crash').disabled = !state.relay.can_crash || !state.relay.up;
}

async function refresh() {
  last = await readState();
  show(last);
}

while (true) {
  let state = null;
  try {
    state = await readState();
  } catch {
    byId('banner').hidden = false;
    byId('banner').className = 'banner bad';
    byId('banner').textContent = 'The demo has ended. Start it again with ./dev demo; this page goes on by itself.';
  }
  if (state) show(last = state);
  await wait(POLL_MS);
}

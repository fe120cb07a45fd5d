// One of the two phones: it shows a conversation with a number, and writes to it.
import { bubblesOf, spaced, time } from './texts.js';
import { tell } from './server.js';

/** An element with attributes and children; texts stay texts. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const TICKS = { waiting: '◷', taken: '✓', sent: '✓', delivered: '✓✓', dropped: '✕', heard: '✓' };

const PEOPLE = {
  host: {
    title: 'Host', city: 'Washington', other: 'guest',
    first: 'Hi! When will you arrive on Friday?',
    talk: ['The key is in the blue box, code 4711.', 'Ask for the crab cakes downstairs 🦀'],
  },
  guest: {
    title: 'Guest', city: 'London', other: 'host',
    first: 'Hello! We land at 18:40, is eight too late?',
    talk: ['Perfect, thank you!', 'Does the café downstairs serve dinner?'],
  },
};

export class Phone {
  constructor(who, { onTrace, onFailure }) {
    this.who = who;
    this.person = PEOPLE[who];
    this.onTrace = onTrace;
    this.onFailure = onFailure;
    this.contact = element('span', { class: 'contact' }, 'No conversation yet');
    this.subtitle = element('span', { class: 'subtitle' }, 'book a stay to begin');
    this.screen = element('div', { class: 'screen', role: 'log', 'aria-label': `${this.person.title}'s messages`, tabindex: '0' },
      element('p', { class: 'empty' }, `A booking gives this phone a number for the ${this.person.other}.`));
    this.chips = element('div', { class: 'chips' });
    this.input = element('input', { type: 'text', placeholder: 'Text message', autocomplete: 'off', maxlength: '400', 'aria-label': `Text as the ${this.who}` });
    this.send = element('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, '↑');
    this.form = element('form', { class: 'compose' }, this.input, this.send);
    this.own = element('span', { class: 'own-number' }, '');
    this.root = element('article', { class: `phone ${who}`, id: `phone-${who}`, 'aria-label': `The ${who}'s phone` },
      element('header', { class: 'owner' }, element('b', {}, `${this.person.title}'s phone`), this.own),
      element('div', { class: 'body' },
        element('div', { class: 'bar' }, element('span', { class: 'avatar', 'aria-hidden': 'true' }, this.person.other === 'guest' ? 'G' : 'H'),
          element('div', { class: 'who' }, this.contact, this.subtitle)),
        this.screen, this.chips, this.form));
    new ResizeObserver(() => { this.screen.scrollTop = this.screen.scrollHeight; }).observe(this.screen);
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.write();
    });
  }

  async write() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = '';
    try {
      await tell('text', { phone: this.who, text });
    } catch (error) {
      this.input.value = text;  // nothing typed is lost
      this.onFailure(error);
    }
  }

  show(state) {
    const stay = state.stay;
    for (const control of [this.input, this.send]) control.disabled = !stay;
    const picture = JSON.stringify([stay && [stay.phones[this.who], stay.messages, stay.session], state.relay.up]);
    if (picture === this.picture) return;
    this.picture = picture;
    if (!stay) return;
    const phone = stay.phones[this.who];
    const seat = stay.session.participants[this.who === 'host' ? 0 : 1];
    const ended = stay.session.status === 'closed';
    this.contact.textContent = spaced(phone.number);
    this.subtitle.textContent = ended ? 'this line is dead' : `the ${this.person.other}, behind a ${this.person.city} number`;
    this.own.textContent = `own number ${spaced(phone.address)}`;
    this.address = phone.address;
    const bubbles = bubblesOf(phone, stay, seat.id, state.relay.up);
    const atEnd = this.screen.scrollHeight - this.screen.scrollTop - this.screen.clientHeight < 60;
    this.screen.replaceChildren(...bubbles.map((bubble) => this.bubble(bubble)));
    if (bubbles.length === 0) this.screen.append(element('p', { class: 'empty' }, `Write the first text: the ${this.person.other} gets it from a number of their own city.`));
    if (atEnd) this.screen.scrollTop = this.screen.scrollHeight;
    this.suggest(bubbles, seat.state === 'opted_out', ended);
  }

  bubble(bubble) {
    const foot = bubble.mine
      ? [time(bubble.at), ' ', element('span', { class: `ticks ${bubble.state}`, title: bubble.note, 'aria-label': bubble.note }, TICKS[bubble.state])]
      : [`from ${spaced(bubble.from)} · ${time(bubble.at)}`];
    const notes = [];
    if (bubble.mine && ['waiting', 'dropped', 'heard'].includes(bubble.state)) notes.push(bubble.note);
    if (bubble.masked) notes.push('number masked for the other side');
    if (bubble.tries > 1) notes.push(`the carrier brought it ${bubble.tries} times`);
    const made = element(bubble.message ? 'button' : 'div', {
      class: `bubble ${bubble.mine ? 'mine' : 'theirs'} ${bubble.state ?? ''}`, 'data-key': bubble.key,
      type: bubble.message ? 'button' : null, title: bubble.message ? 'Show what the operator sees of it' : null,
    }, element('span', { class: 'words' }, bubble.text), element('span', { class: 'foot' }, ...foot),
      notes.length ? element('span', { class: 'note' }, notes.join(' · ')) : null);
    if (bubble.message) made.addEventListener('click', () => this.onTrace(bubble.message));
    return made;
  }

  suggest(bubbles, optedOut, ended) {
    const mine = bubbles.filter((bubble) => bubble.mine);
    const written = (text) => mine.some((bubble) => bubble.text === text);
    const number = `Call me: ${spaced(this.address)}`;
    const all = [];
    if (optedOut) {
      all.push(['START', 'START']);
    } else if (ended) {
      all.push(['Try: a late text', 'Are you still there?']);
    } else {
      const next = [this.person.first, ...this.person.talk].find((text) => !written(text));
      if (next) all.push([next, next]);
      if (bubbles.length > 0) all.push(['Try: type your phone number', number], ['Try: STOP', 'STOP']);
    }
    const picture = JSON.stringify(all);
    if (picture === this.chipsPicture) return;
    this.chipsPicture = picture;
    this.chips.replaceChildren(...all.map(([label, text]) => {
      const chip = element('button', { type: 'button', class: 'chip' }, label);
      chip.addEventListener('click', () => {
        this.input.value = text;
        this.write();
      });
      return chip;
    }));
  }
}

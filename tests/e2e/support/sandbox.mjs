import { until } from './until.mjs';
import { world } from './world.mjs';

export const SCOPES = ['sessions:read', 'sessions:write', 'addresses:read', 'messages:read', 'messages:write', 'numbers:read', 'numbers:write',
  'events:read', 'webhooks:write', 'account'];

/** Who does what in docs/sandbox.md. */
export const MAGIC = {
  undelivered: '+12025550180', slow: '+12025550181', unconfirmed: '+12025550182', refuses: '+12025550183', saysStop: '+12025550184',
  textsTwice: '+12025550185', answersLate: '+12025550186', unknown: '+12025550187', busy: '+12025550188', optedOut: '+12025550189',
};

/** The sandbox of a relay, through a test key. */
export class Sandbox {
  /**
   * A relay whose live connection leads to a strict stand-in.  After the test nothing may have come there: nothing that a test here does is of
   * the live relay, unless it says so by `live`.
   */
  static async make(t, { live = false, settings = {} } = {}) {
    const { relay, carrier } = await world({
      t, settings: { sandbox: { enabled: true }, log: { level: 'info' }, ...settings, webhooks: { allow_private: ['127.0.0.0/8'], ...settings.webhooks } },
    });
    const sandbox = new Sandbox();
    sandbox.relay = relay;
    sandbox.carrier = carrier;
    sandbox.made = await relay.ask(201, 'POST', '/api/v1/keys', { label: 'sandbox', scopes: SCOPES, test: true });
    sandbox.key = sandbox.made.secret;
    if (!live) {
      t.after(() => {
        if (carrier.posts.length + carrier.questions.length + carrier.faults.length > 0) throw new Error('the sandbox called a real carrier');
      });
    }
    return sandbox;
  }

  ask(status, method, path, body, options) { return this.relay.ask(status, method, path, body, { key: this.key, ...options }); }
  async list(path) { return (await this.ask(200, 'GET', `${path}${path.includes('?') ? '&' : '?'}limit=100`)).data.reverse(); }

  open(more, ...addresses) {
    return this.ask(201, 'POST', '/api/v1/sessions', { participants: addresses.map((address) => ({ address })), ...more });
  }
  show(session) { return this.ask(200, 'GET', `/api/v1/sessions/${session.id}`); }
  close(session) { return this.ask(200, 'PATCH', `/api/v1/sessions/${session.id}`, { status: 'closed' }); }
  text(from, to, text) { return this.ask(200, 'POST', '/api/v1/sandbox/handsets/text', { from, to, text }).then(({ outcome }) => outcome); }
  /** The texts of a phone, the oldest first. */
  async inbox(address) { return (await this.ask(200, 'POST', '/api/v1/sandbox/handsets/inbox', { address })).data.reverse(); }
  advance(seconds) { return this.ask(200, 'POST', '/api/v1/sandbox/clock/advance', { seconds }); }
  clock() { return this.ask(200, 'GET', '/api/v1/sandbox/clock'); }
  async events(...types) {
    const all = await this.list('/api/v1/events');
    return types.length === 0 ? all : all.filter((event) => types.includes(event.type));
  }

  /** The status of what was said to `seat` in the session's latest message that went to them, once it is `status`. */
  async delivery(session, seat, status) {
    return until(`${status} of a text to ${seat}`, async () => {
      const messages = (await this.ask(200, 'GET', `/api/v1/sessions/${session.id}/messages`)).data;
      return messages.flatMap((message) => message.deliveries).find((delivery) => delivery.to === seat && delivery.status === status);
    });
  }
}

import http from 'node:http';
import { until } from './until.mjs';

/** A stream of server-sent events, as a browser reads it (HTML Living Standard, 9.2.6). */
export class EventStream {
  /** Resolves when the head of the answer is there. */
  static open(relay, { lastEventId, key = relay.key } = {}) {
    const stream = new EventStream();
    const [host, port] = relay.address.split(':');
    return new Promise((resolve, reject) => {
      stream.call = http.request({
        host, port, path: '/api/v1/events', agent: false,
        headers: {
          Authorization: `Bearer ${key}`, Accept: 'text/event-stream',
          ...(lastEventId === undefined ? {} : { 'Last-Event-ID': String(lastEventId) }),
        },
      }, (answer) => {
        stream.status = answer.statusCode;
        stream.headers = answer.headers;
        stream.complete = new Promise((ended) => answer.on('close', () => ended(answer.complete)));
        answer.setEncoding('utf8').on('data', (chunk) => stream.#take(chunk)).on('error', () => {});
        resolve(stream);
      });
      stream.call.on('error', reject);
      stream.call.end();
    });
  }

  events = [];
  comments = 0;
  lastEventId = '';
  text = '';

  #take(chunk) {
    this.text += chunk;
    for (let end; (end = this.text.indexOf('\n\n')) >= 0; this.text = this.text.slice(end + 2)) {
      const event = { type: 'message', data: [] };
      for (const line of this.text.slice(0, end).split('\n')) {
        const [, name, value] = line.match(/^([^:]*):? ?(.*)$/);
        if (name === '') this.comments += 1;
        if (name === 'id') this.lastEventId = value;
        if (name === 'event') event.type = value;
        if (name === 'data') event.data.push(value);
      }
      if (event.data.length > 0) this.events.push({ type: event.type, id: this.lastEventId, data: JSON.parse(event.data.join('\n')) });
    }
  }

  has(type) { return until(`an event ${type}`, () => this.events.find((event) => event.type === type)); }

  close() { this.call.destroy(); }
}

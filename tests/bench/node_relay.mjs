// The relay that one writes in an afternoon: in memory, without a promise.  It reads the form, looks the sender up in a Map, hands the
// text to the carrier over kept connections, and answers the webhook when the carrier did.
//
//     node node_relay.mjs LINES CARRIER_HOST:PORT
import { readFileSync } from 'node:fs';
import http from 'node:http';

const [, , linesFile, carrier] = process.argv;
const [host, port] = carrier.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });

const routes = new Map();  // "from to" -> {to, from} of the other one of the session
const lines = readFileSync(linesFile, 'utf8').trimEnd().split('\n').map((line) => line.split(' '));
for (let n = 0; n < lines.length; n += 2) {
  const [first, second] = [lines[n], lines[n + 1]];
  routes.set(first.join(' '), { to: second[0], from: second[1] });
  routes.set(second.join(' '), { to: first[0], from: first[1] });
}

const server = http.createServer((question, answer) => {
  const chunks = [];
  question.on('data', (chunk) => chunks.push(chunk));
  question.on('end', () => {
    const fields = new URLSearchParams(Buffer.concat(chunks).toString());
    const route = routes.get(`${fields.get('From')} ${fields.get('To')}`);
    if (!route) {
      answer.writeHead(404).end();
      return;
    }
    const body = new URLSearchParams({ To: route.to, From: route.from, Body: fields.get('Body') }).toString();
    const call = http.request({
      method: 'POST', host, port, path: '/2010-04-01/Accounts/AC/Messages.json', agent,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) },
    }, (accepted) => {
      accepted.resume();
      accepted.on('end', () => answer.writeHead(accepted.statusCode === 201 ? 200 : 503, { 'Content-Type': 'text/xml' }).end('<Response/>'));
    });
    call.on('error', () => answer.writeHead(503).end());
    call.end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening 127.0.0.1:${server.address().port}`));

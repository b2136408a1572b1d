// One WebSocket by Node's package `ws`, as client or as server, driven by lines of text: it knows bytes, and nothing of MTProto.
//
//   node websocket_node.cjs client URL      node websocket_node.cjs server
//
// Lines in:  message HEX | fragments HEX HEX... | text WORD | ping HEX | close CODE [REASON]
// Lines out: listening PORT | open SUBPROTOCOL EXTENSIONS | message HEX | ping HEX | pong HEX | close CODE [REASON] | error TEXT
'use strict';

const readline = require('node:readline');
const { WebSocket, WebSocketServer } = require('ws');

const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);
const bytes = (hex) => Buffer.from(hex, 'hex');

let current = null;
const waiting = [];

function obey(line) {
  if (current === null || current.readyState === WebSocket.CONNECTING) {
    waiting.push(line);
    return;
  }
  const [verb, ...words] = line.split(' ');
  if (verb === 'message') current.send(bytes(words[0] || ''));
  if (verb === 'text') current.send(words[0]);
  if (verb === 'ping') current.ping(bytes(words[0] || ''));
  if (verb === 'close') current.close(Number(words[0]), line.split(' ').slice(2).join(' '));
  if (verb === 'fragments') {
    words.forEach((hex, at) => current.send(bytes(hex), { binary: true, fin: at === words.length - 1 }));
  }
}

function attach(socket) {
  current = socket;
  const opened = () => {
    say('open', socket.protocol || '-', socket.extensions || '-');
    waiting.splice(0).forEach(obey);
  };
  socket.on('open', opened);
  socket.on('message', (data, isBinary) => say(isBinary ? 'message' : 'text', data.toString('hex')));
  socket.on('ping', (data) => say('ping', data.toString('hex')));
  socket.on('pong', (data) => say('pong', data.toString('hex')));
  socket.on('close', (code, reason) => {
    say('close', code, reason.toString());
    if (process.argv[2] === 'client') process.exit(0);
  });
  socket.on('error', (error) => say('error', error.message));
  if (socket.readyState === WebSocket.OPEN) opened();
}

readline.createInterface({ input: process.stdin }).on('line', obey).on('close', () => process.exit(0));
if (process.argv[2] === 'client') {
  attach(new WebSocket(process.argv[3], ['binary'], { perMessageDeflate: true }));
} else {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/apiws' });
  server.on('listening', () => say('listening', server.address().port));
  server.on('connection', attach);
}

// A TCP peer for tests of flows.
//   serve HOST PORT                  answers every 10 bytes with 20; resets the connection after "reset....."
//   call HOST PORT COUNT [first]     so many connections one after the other, each one exchange; prints "connected" or the error code of the last
//   hold HOST PORT                   one connection; an exchange for every line of standard input, told with "done N"
//   try HOST PORT MS                 connects, giving up after MS; prints what came of it
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [mode, host, port, more, first = 'ask.......'] = process.argv.slice(2);
const answer = 'answer..............';
const say = (text) => process.stdout.write(`${text}\n`);

const exchange = (socket, text) =>
  new Promise((resolve, reject) => {
    let got = 0;
    const onData = (data) => {
      got += data.length;
      if (got < answer.length) return;
      socket.off('data', onData);
      resolve();
    };
    socket
      .on('data', onData)
      .once('error', reject)
      .once('close', () => resolve());
    socket.write(text);
  });

if (mode === 'serve') {
  createServer((socket) => {
    let waiting = '';
    socket.on('error', () => {});
    socket.on('data', (data) => {
      waiting += data;
      if (waiting.startsWith('reset')) socket.resetAndDestroy();
      for (; waiting.length >= 10; waiting = waiting.slice(10)) socket.write(answer);
    });
  }).listen(Number(port), host, () => say('ready'));
} else if (mode === 'call') {
  for (let i = 0; i < Number(more); i += 1) {
    const socket = connect(Number(port), host);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    await exchange(socket, first).catch(() => {});
    await new Promise((resolve) => {
      if (socket.closed) resolve();
      else socket.once('close', resolve).end();
    });
  }
  say('done');
} else if (mode === 'hold') {
  const socket = connect(Number(port), host, () => say('ready'));
  let done = 0;
  for await (const _ of createInterface(process.stdin)) {
    await exchange(socket, first);
    say(`done ${++done}`);
  }
  socket.end();
} else if (mode === 'try') {
  const socket = connect(Number(port), host);
  const timer = setTimeout(() => {
    socket.destroy();
    say('gave up');
  }, Number(more));
  socket.once('connect', () => {
    clearTimeout(timer);
    say('connected');
    socket.destroy();
  });
  socket.once('error', (error) => {
    clearTimeout(timer);
    say(error.code);
  });
}

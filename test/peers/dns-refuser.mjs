// A resolver that fails: every question over UDP is answered with a response code and nothing else.
//   HOST PORT RCODE
import { createSocket } from 'node:dgram';

const [host, port, rcode] = process.argv.slice(2);
const socket = createSocket('udp4');
socket.on('message', (question, { port: to, address }) => {
  const answer = Buffer.from(question);
  // QR, RA and the code (RFC 1035 §4.1.1); the question stays as it is, whatever else was in it goes.
  answer[2] |= 0x80;
  answer[3] = 0x80 | Number(rcode);
  answer.writeUInt16BE(0, 6);
  answer.writeUInt16BE(0, 8);
  answer.writeUInt16BE(0, 10);
  let end = 12;
  while (answer[end] !== 0) end += answer[end] + 1;
  socket.send(answer.subarray(0, end + 5), to, address);
});
socket.bind(Number(port), host, () => process.stdout.write('ready\n'));

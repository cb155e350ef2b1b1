import { crc32, deflateSync } from 'node:zlib';
import type { Random } from '../random.ts';

/** A page of the shop. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>${title}</title>
  <script src="/static/app.js" defer></script>
</head>
<body>
  <img src="/static/logo.png" alt="">
  <h1>${title}</h1>
${body}
</body>
</html>
`;
}

/** A bundle of 300 KB, as shops have them. */
export const script = Buffer.from(
  Array.from(
    { length: 3000 },
    (_, line) =>
      `export const token${line} = Object.freeze({ id: ${line}, key: 'k${(line * 7919) % 65_536}', width: ${line % 12} });\n`,
  )
    .join('')
    .padEnd(300_000, '\n')
    .slice(0, 300_000),
);

/** A small noisy PNG (ISO 15948): 8-bit grey, 48×48. */
export function logo(random: Random): Buffer {
  const size = 48;
  const rows = Buffer.alloc(size * (size + 1));
  for (let at = 0; at < rows.length; at++) rows[at] = at % (size + 1) === 0 ? 0 : random.between(0, 255);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), framed.length - 4);
  return framed;
}

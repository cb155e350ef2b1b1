/** RESP, the protocol of Redis (redis.io/docs/latest/develop/reference/protocol-spec), version 2. */

export type Reply = string | number | null | readonly Reply[] | RespError | { readonly simple: string };

export class RespError extends Error {}

/** A command as clients send it: an array of bulk strings. */
export function writeCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(bulk).join('')}`;
}

export function writeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return bulk(reply);
  if (reply instanceof RespError) return `-${reply.message}\r\n`;
  if ('simple' in reply) return `+${reply.simple}\r\n`;
  return `*${reply.length}\r\n${reply.map(writeReply).join('')}`;
}

/** The first whole value of the text and where it ends; undefined where more is to come. */
export function readReply(text: string, at = 0): { readonly value: Reply; readonly end: number } | undefined {
  const line = text.indexOf('\r\n', at);
  if (line < 0) return undefined;
  const rest = text.slice(at + 1, line);
  const after = line + 2;
  switch (text[at]) {
    case '+':
      return { value: { simple: rest }, end: after };
    case '-':
      return { value: new RespError(rest), end: after };
    case ':':
      return { value: Number(rest), end: after };
    case '$': {
      const length = Number(rest);
      if (length < 0) return { value: null, end: after };
      // One character a byte (latin1): lengths in bytes are lengths of the text.
      const end = after + length + 2;
      return text.length < end ? undefined : { value: text.slice(after, end - 2), end };
    }
    case '*': {
      const values: Reply[] = [];
      let end = after;
      for (let i = 0; i < Number(rest); i += 1) {
        const next = readReply(text, end);
        if (!next) return undefined;
        values.push(next.value);
        end = next.end;
      }
      return { value: values, end };
    }
    default:
      return { value: new RespError('ERR Protocol error'), end: text.length };
  }
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text, 'latin1')}\r\n${text}\r\n`;
}

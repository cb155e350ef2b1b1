/** The frontend/backend protocol of PostgreSQL, version 3.0 (postgresql.org/docs, "Frontend/Backend Protocol"): the simple query flow. */

export interface Message {
  /** One letter; '' for the first message of a connection, which has none. */
  readonly type: string;
  readonly body: Buffer;
}

export const protocolVersion = 196_608;
export const sslRequest = 80_877_103;
/** object identifier of text (pg_type.dat). */
const textOid = 25;

/** The first whole message and where it ends; undefined where more is to come. */
export function readMessage(
  bytes: Buffer,
  isFirst = false,
): { readonly message: Message; readonly end: number } | undefined {
  const at = isFirst ? 0 : 1;
  if (bytes.length < at + 4) return undefined;
  const end = at + Math.max(4, bytes.readUInt32BE(at));
  if (bytes.length < end) return undefined;
  return {
    message: { type: isFirst ? '' : String.fromCharCode(bytes[0] ?? 0), body: bytes.subarray(at + 4, end) },
    end,
  };
}

export function writeMessage(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type, 'latin1'), length, body]);
}

/** StartupMessage: user and database. */
export function writeStartup(user: string, database: string): Buffer {
  return writeMessage(
    '',
    int32(protocolVersion),
    text('user'),
    text(user),
    text('database'),
    text(database),
    text('application_name'),
    text('shop'),
    '\0',
  );
}

/** AuthenticationOk, what a server says of itself, ReadyForQuery. */
export function writeWelcome(pid: number): Buffer {
  return Buffer.concat([
    writeMessage('R', int32(0)),
    ...[
      ['server_version', '17.2'],
      ['client_encoding', 'UTF8'],
      ['DateStyle', 'ISO, MDY'],
      ['TimeZone', 'UTC'],
    ].map(([name = '', value = '']) => writeMessage('S', text(name), text(value))),
    writeMessage('K', int32(pid), int32(4711)),
    ready(),
  ]);
}

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Command tag: "SELECT 3", "INSERT 0 1". */
  readonly tag: string;
}

/** RowDescription, DataRows, CommandComplete, ReadyForQuery. */
export function writeResult({ columns, rows, tag }: QueryResult): Buffer {
  return Buffer.concat([
    ...(columns.length > 0 ? [writeMessage('T', int16(columns.length), ...columns.map(field))] : []),
    ...rows.map((row) => writeMessage('D', int16(row.length), ...row.map(value))),
    writeMessage('C', text(tag)),
    ready(),
  ]);
}

/** ErrorResponse with severity, SQLSTATE and message, ReadyForQuery. */
export function writeError(sqlState: string, message: string): Buffer {
  return Buffer.concat([
    writeMessage('E', 'S', text('ERROR'), 'V', text('ERROR'), 'C', text(sqlState), 'M', text(message), '\0'),
    ready(),
  ]);
}

/** A DataRow's values. */
export function readRow(body: Buffer): readonly (string | null)[] {
  let at = 2;
  return Array.from({ length: body.readUInt16BE(0) }, () => {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return body.toString('utf8', at - length, at);
  });
}

/** The fields of an ErrorResponse, by their letter. */
export function readError(body: Buffer): Readonly<Record<string, string>> {
  const fields = body.toString('utf8').split('\0').filter(Boolean);
  return Object.fromEntries(fields.map((each) => [each[0] ?? '', each.slice(1)]));
}

/** A text with the zero byte that ends it. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

/** ReadyForQuery, outside of a transaction. */
function ready(): Buffer {
  return writeMessage('Z', 'I');
}

function field(name: string): Buffer {
  return Buffer.concat([text(name), int32(0), int16(0), int32(textOid), int16(-1), int32(-1), int16(0)]);
}

function value(cell: string | null): Buffer {
  if (cell === null) return int32(-1);
  const bytes = Buffer.from(cell);
  return Buffer.concat([int32(bytes.length), bytes]);
}

function int32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

function int16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(number);
  return bytes;
}

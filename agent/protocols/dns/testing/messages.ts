/** DNS messages for tests: real ones, as dig asked dnsmasq 2.90 and as that answered, and a writer for others. */

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** dig sends a cookie (RFC 7873) in an OPT record. */
export const real = {
  aliasQuestion: hex(
    '13c801200001000000000001037777770473686f70076578616d706c65000001000100002904d000000000000c000a00080894cbbd4ccf84b2',
  ),
  aliasAnswer: hex(
    '13c885800001000400000001037777770473686f70076578616d706c650000010001c00c00050001000000780011026c620473686f70076578616d706c6500c02e000500010000003c001204656467650363646e076578616d706c6500c04b000100010000012c0004c0000201c04b000100010000012c0004c000020200002904d0000000000000',
  ),
  aaaaAnswer: hex(
    '50e485800001000300000001037777770473686f70076578616d706c6500001c0001c00c00050001000000780011026c620473686f70076578616d706c6500c02e000500010000003c001204656467650363646e076578616d706c6500c04b001c00010000012c001020010db800000000000000000000000100002904d0000000000000',
  ),
  nxdomainQuestion: hex(
    'a4a901200001000000000001076e6f7468696e67076578616d706c65000001000100002904d000000000000c000a000842e422693ae7dd4a',
  ),
  nxdomainAnswer: hex('a4a981830001000000000001076e6f7468696e67076578616d706c65000001000100002904d0000000000000'),
  srvAnswer: hex(
    '4bb385800001000100000004055f67727063045f7463700473686f70076578616d706c650000210001c00c00210001000000000018000a003c20fb04656467650363646e076578616d706c6500c03b000100010000012c0004c0000202c03b000100010000012c0004c0000201c03b001c00010000012c001020010db800000000000000000000000100002904d0000000000000',
  ),
  txtAnswer: hex(
    '847d858000010001000000010473686f70076578616d706c650000100001c00c001000010000000000130b763d73706631202d616c6c0673617920686900002904d0000000000000',
  ),
  mxAnswer: hex(
    '64bf858000010001000000010473686f70076578616d706c6500000f0001c00c000f0001000000000015000a046d61696c0473686f70076578616d706c650000002904d0000000000000',
  ),
  ptrAnswer: hex(
    '4345858000010001000000010131013201300331393207696e2d61646472046172706100000c0001c00c000c000100000000001204656467650363646e076578616d706c650000002904d0000000000000',
  ),
  caaAnswer: hex(
    '42de858000010001000000010473686f70076578616d706c650001010001c00c01010001000000000016000569737375656c657473656e63727970742e6f726700002904d0000000000000',
  ),
  httpsAnswer: hex(
    '2915858000010001000000010473686f70076578616d706c650000410001c00c004100010000000000120001000001000302683200040004c000020100002904d0000000000000',
  ),
  /** With an extended error (RFC 8914): 14, not ready. */
  refusedAnswer: hex(
    '3f988185000100000000000109656c736577686572650474657374000001000100002904d0000000000006000f0002000e',
  ),
};

export interface Written {
  readonly id?: number;
  readonly name: string;
  readonly type?: number;
  /** Makes it an answer. */
  readonly rcode?: number;
  readonly truncated?: boolean;
  /** Leaves the question section out. */
  readonly bare?: boolean;
  readonly answers?: readonly { name: string; type: number; ttl?: number; data: Uint8Array }[];
}

/** A message; without `rcode` a question. */
export function write(message: Written): Uint8Array {
  const { id = 1, name, type = 1, rcode, truncated = false, bare = false, answers = [] } = message;
  const flags = (rcode === undefined ? 0x0100 : 0x8180 | rcode) | (truncated ? 0x0200 : 0);
  const header = [id, flags, bare ? 0 : 1, answers.length, 0, 0].flatMap(u16);
  const question = bare ? [] : [...nameBytes(name), ...u16(type), ...u16(1)];
  const records = answers.flatMap((answer) => [
    ...nameBytes(answer.name),
    ...u16(answer.type),
    ...u16(1),
    ...u16((answer.ttl ?? 60) >> 16),
    ...u16((answer.ttl ?? 60) & 0xffff),
    ...u16(answer.data.length),
    ...answer.data,
  ]);
  return Uint8Array.from([...header, ...question, ...records]);
}

export const a = (name: string, address: string, ttl = 60) => ({
  name,
  type: 1,
  ttl,
  data: Uint8Array.from(address.split('.').map(Number)),
});

export const cname = (name: string, target: string, ttl = 60) => ({
  name,
  type: 5,
  ttl,
  data: Uint8Array.from(nameBytes(target)),
});

const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];

export function nameBytes(name: string): number[] {
  const labels = name === '.' ? [] : name.split('.');
  return [...labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]), 0];
}

/** As TCP carries it. */
export function framed(message: Uint8Array): Uint8Array {
  return Uint8Array.from([...u16(message.length), ...message]);
}

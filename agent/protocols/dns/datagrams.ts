/** DNS over UDP: one message per datagram. */
import type { Row } from '../../../src/domain/column.ts';
import { oldestEntryOf } from '../../../src/domain/oldest-entry.ts';
import { type Ends, endsOf } from '../../capture/ends.ts';
import type { Datagram } from '../../capture/source.ts';
import type { ProtocolOutput } from '../../stream/protocol.ts';
import { Conversation } from './conversation.ts';
import { dnsRole } from './direction.ts';
import { type DnsLimits, defaultDnsLimits } from './limits.ts';
import { readMessage } from './message.ts';
import { QuestionLog } from './question-log.ts';

export interface DnsDatagramsOptions {
  /** Columns that name the two ends; asked at most once a second (captured time) per pair of ends. */
  identity(ends: Ends, role: 'client' | 'server'): Row;
  /** Unix ns of a captured time. */
  wallTime(time: number): bigint;
  /** `recognised` is not called: its sockets are not announced. */
  readonly output: ProtocolOutput;
  /** The datagrams between these ends turned out to be DNS; once for each. */
  recognised?(ends: Ends): void;
  readonly limits?: Partial<DnsLimits> | undefined;
}

/** Never throws, whatever it is fed. */
export interface DnsDatagrams {
  datagram(datagram: Datagram): void;
  tick(time: number): void;
  /** The source ended: what waits is shown as in flight. */
  flush(): void;
  /** Now: `dns_pending`. */
  totals(): Readonly<Record<string, number>>;
}

export function createDnsDatagrams(options: DnsDatagramsOptions): DnsDatagrams {
  const limits: DnsLimits = { ...defaultDnsLimits, ...options.limits };
  const { output, identity, wallTime } = options;
  const log = new QuestionLog({ transport: 'udp', wallTime, output, limits });
  /** Those silent for longest first. */
  const conversations = new Map<string, Conversation>();
  const oldestConversation = oldestEntryOf(conversations);
  let now = 0;

  function conversationOf(datagram: Datagram): Conversation {
    const key = `${datagram.cookie} ${datagram.remoteAddress} ${datagram.remotePort}`;
    let conversation = conversations.get(key);
    if (conversation) conversations.delete(key);
    else {
      const ends = endsOf(datagram, 'udp');
      conversation = new Conversation(ends, datagram.time, (role) => identity(ends, role));
      options.recognised?.(ends);
    }
    conversation.lastTime = datagram.time;
    conversations.set(key, conversation);
    if (conversations.size > limits.conversations) forgetOldest();
    return conversation;
  }

  /** Questions of a forgotten one still time out; their answers are no longer paired. */
  function forgetOldest(): void {
    const oldest = oldestConversation();
    if (!oldest) return;
    conversations.delete(oldest[0]);
    if (oldest[1].isWaiting) output.lost('dns-budget', 1);
  }

  return {
    datagram(datagram) {
      const { payload, direction, time, len } = datagram;
      now = Math.max(now, time);
      const message = readMessage(payload);
      if (message === undefined || (!message.isResponse && message.question === undefined)) {
        if (datagram.localPort === 53 || datagram.remotePort === 53) output.lost('parse-error', 1);
        return;
      }
      const role = dnsRole(datagram, direction, message.isResponse);
      if (role === undefined) return;
      const conversation = conversationOf(datagram);
      log.pass({ conversation, role, message, time, size: len, kept: payload.length });
    },
    tick(time) {
      now = Math.max(now, time);
      log.tick(time);
      for (const [key, conversation] of conversations) {
        if (time - conversation.lastTime < limits.lingerNanos) break;
        if (conversation.isEmpty) conversations.delete(key);
      }
    },
    flush: () => log.flush(now),
    totals: () => ({ dns_pending: log.pending }),
  };
}

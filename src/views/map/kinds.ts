/** What a node of the map is, told by a glyph and a word. */

export type NodeKind = 'pod' | 'namespace' | 'process' | 'external' | 'dns' | 'database' | 'queue';

interface Look {
  readonly glyph: string;
  readonly ascii: string;
  readonly word: string;
}

const looks: Readonly<Record<NodeKind, Look>> = {
  pod: { glyph: '●', ascii: 'o', word: 'workload' },
  namespace: { glyph: '▣', ascii: '%', word: 'namespace' },
  process: { glyph: '○', ascii: '.', word: 'process' },
  external: { glyph: '◇', ascii: '*', word: 'external' },
  dns: { glyph: '@', ascii: '@', word: 'DNS server' },
  database: { glyph: '▤', ascii: '=', word: 'database' },
  queue: { glyph: '≡', ascii: '#', word: 'queue' },
};

export function kindGlyph(kind: NodeKind, ascii: boolean): string {
  return ascii ? looks[kind].ascii : looks[kind].glyph;
}

export function kindWord(kind: NodeKind): string {
  return looks[kind].word;
}

const databases =
  /^(pgsql|postgres(ql)?|mysql|mariadb|redis|memcached?|mongo(db)?|cql|cassandra|mssql|oracle|clickhouse|elasticsearch|etcd)$/;
const queues = /^(kafka|nats|amqp|rabbitmq|mqtt|pulsar)/;
/** An IPv4 address, with a port or without, or anything with two colons: an IPv6 address. */
const address = /^\d{1,3}(\.\d{1,3}){3}(:\d+)?$|^[^/]*:[^/]*:/;

export interface KindFacts {
  readonly namespace: string;
  readonly external: boolean;
  /** What it is spoken to in, and how much. */
  readonly protocols: ReadonlyMap<string, number>;
}

/** What it serves most says more than where it runs. */
export function kindOf(id: string, { namespace, external, protocols }: KindFacts): NodeKind {
  const [main = ''] = [...protocols].reduce<readonly [string, number]>((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  if (main === 'dns') return 'dns';
  if (databases.test(main)) return 'database';
  if (queues.test(main)) return 'queue';
  if (namespace !== '') return 'pod';
  return external || address.test(id) ? 'external' : 'process';
}

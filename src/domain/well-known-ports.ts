/** What usually listens on a port: a guess, for connections whose protocol nobody recognised. */

/** OpenTelemetry's names (db.system.name, messaging.system, network.protocol.name) by the ports IANA or the product gives them. */
const protocols: Readonly<Record<number, string>> = {
  22: 'ssh',
  25: 'smtp',
  53: 'dns',
  80: 'http',
  88: 'kerberos',
  123: 'ntp',
  389: 'ldap',
  443: 'tls',
  465: 'smtp',
  514: 'syslog',
  587: 'smtp',
  636: 'ldap',
  853: 'dns',
  1433: 'microsoft.sql_server',
  1521: 'oracle.db',
  1883: 'mqtt',
  2181: 'zookeeper',
  2379: 'etcd',
  2380: 'etcd',
  3306: 'mysql',
  4222: 'nats',
  4317: 'otlp',
  4318: 'otlp',
  5432: 'postgresql',
  5671: 'amqp',
  5672: 'amqp',
  6379: 'redis',
  6443: 'tls',
  7000: 'cassandra',
  8086: 'influxdb',
  8125: 'statsd',
  8443: 'tls',
  8883: 'mqtt',
  9042: 'cassandra',
  9092: 'kafka',
  9093: 'kafka',
  9200: 'elasticsearch',
  9300: 'elasticsearch',
  11211: 'memcached',
  26257: 'cockroachdb',
  27017: 'mongodb',
};

/** "postgresql" for 5432; undefined for a port nobody knows. */
export function protocolOfPort(port: number): string | undefined {
  return protocols[port];
}

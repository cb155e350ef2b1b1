/** The proxy that the environment names for a server, as kubectl takes it (golang.org/x/net/http/httpproxy). */
import { BlockList, isIP } from 'node:net';

/** undefined = none, or the server is excepted by NO_PROXY. Loopback is never reached through one. */
export function proxyFor(server: string, env: NodeJS.ProcessEnv): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const proxy =
    protocol === 'https:'
      ? env.HTTPS_PROXY || env.https_proxy
      : protocol === 'http:'
        ? env.HTTP_PROXY || env.http_proxy
        : '';
  if (!proxy || isLoopback(host)) return undefined;
  const usual = protocol === 'https:' ? '443' : '80';
  const exceptions = (env.NO_PROXY || env.no_proxy || '').split(',').map((part) => part.trim().toLowerCase());
  if (exceptions.some((exception) => isExcepted(exception, host, port || usual))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** "*", "10.0.0.1", "10.0.0.0/8", "example.com" (and what is below it), ".example.com" (what is below it alone), each with or without a port. */
function isExcepted(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  const family = isIP(host);
  if (exception.includes('/')) return family !== 0 && isIn(exception, host, family);
  const [, name = exception, ofPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(exception) ?? [];
  if (ofPort !== undefined && ofPort !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*\./, '.');
  if (family !== 0) return bare === host;
  return bare.startsWith('.') ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
}

function isIn(range: string, address: string, family: number): boolean {
  const [net = '', bits = ''] = range.split('/');
  if (isIP(net) !== family || !/^\d{1,3}$/.test(bits)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  try {
    const list = new BlockList();
    list.addSubnet(net, Number(bits), type);
    return list.check(address, type);
  } catch {
    return false;
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

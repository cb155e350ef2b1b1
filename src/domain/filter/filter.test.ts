/** What a filter keeps, told as a person would ask. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleHttpEvent } from '../tables/example-http-event.ts';
import { type HttpEvent, httpEvents } from '../tables/http-events.ts';
import type { FilterError } from './filter.ts';
import { parseFilter } from './parse.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function passes(text: string, changes: Partial<HttpEvent> = {}): boolean {
  const result = parseFilter(httpEvents, text);
  if (!result.ok) throw new Error(`${text}: ${result.error.reason}`);
  return result.filter.matches(exampleHttpEvent(changes));
}

function mistake(text: string): FilterError {
  const result = parseFilter(httpEvents, text);
  assert.ok(!result.ok, `'${text}' should be a mistake`);
  return result.error;
}

function needsPayload(text: string): boolean {
  const result = parseFilter(httpEvents, text);
  assert.ok(result.ok);
  return result.filter.needsPayload;
}

describe('bare words', () => {
  const elsewhere: Partial<HttpEvent> = {
    source: 'shop/frontend',
    destination: 'shop/api',
    pod: 'shop/api',
    remote_pod: 'shop/frontend',
    container: 'api',
    req_host: 'api',
  };

  test('a pod leaves the traffic to it and from it', () => {
    assert.ok(passes('kuard'));
    assert.ok(passes('KUARD', { ...elsewhere, source: 'default/kuard' }));
    assert.ok(!passes('kuard', elsewhere));
  });

  test('a pod called client or server is not every client or server', () => {
    assert.ok(!passes('client', { ...elsewhere, trace_role: 'client' }));
    assert.ok(!passes('server', { ...elsewhere, trace_role: 'server' }));
    assert.ok(passes('server', { ...elsewhere, destination: 'shop/server' }));
  });

  test('bodies, headers, ids, cgroups and the node are not searched', () => {
    assert.ok(
      !passes('secret', {
        ...elsewhere,
        req_body: bytes('secret'),
        resp_body: bytes('secret'),
        req_headers: [['x', 'secret']],
        node: 'secret',
        cgroup: '/secret',
        id: 'secret',
        conn_id: 'secret',
      }),
    );
  });

  test('a number is a status or a port, not a piece of another number', () => {
    assert.ok(passes('404', { resp_status: 404 }));
    assert.ok(passes('5xx', { resp_status: 503 }));
    assert.ok(passes('8080'));
    assert.ok(!passes('40', { resp_status: 404 }));
    assert.ok(!passes('123', { resp_body_size: 123, latency: 123, pid: 123 }));
  });

  test('a value of a closed set counts as a whole', () => {
    assert.ok(passes('in-flight', { outcome: 'in-flight' }));
    assert.ok(!passes('flight', { outcome: 'in-flight' }));
  });

  test('quotes, wildcards and patterns', () => {
    assert.ok(passes('"a b"', { req_path: '/a b' }));
    assert.ok(!passes('"a*b"', { req_path: '/a b' }));
    assert.ok(passes('a*b', { req_path: '/a b' }));
    assert.ok(passes('/k.a.d/'));
    assert.ok(!passes('/^uard/'));
    assert.ok(passes('/mem/api', { req_path: '/mem/api?x' }));
    assert.ok(passes('a\\,b', { req_path: '/a,b' }));
    assert.ok(passes('"say \\"x\\""', { req_path: '/say "x"' }));
  });

  test('addresses are words', () => {
    assert.ok(passes('10.244.0.9'));
    assert.ok(passes('fd00:10::9', { remote_addr: 'fd00:10::9' }));
    assert.ok(passes('::1', { remote_addr: '::1' }));
    assert.ok(passes('10.0.0.1:8080', { destination: '10.0.0.1:8080' }));
  });
});

describe('comparisons', () => {
  test('status, exactly, in order and by class', () => {
    assert.ok(passes('status=503', { resp_status: 503 }));
    assert.ok(passes('status>=500', { resp_status: 500 }));
    assert.ok(!passes('status>500', { resp_status: 500 }));
    assert.ok(passes('status:5xx', { resp_status: 599 }));
    assert.ok(!passes('status:5xx', { resp_status: 499 }));
    assert.ok(passes('status>=4xx', { resp_status: 400 }));
    assert.ok(!passes('status>4xx', { resp_status: 499 }));
    assert.ok(passes('status<4xx', { resp_status: 399 }));
    assert.ok(passes('status~^50', { resp_status: 503 }));
  });

  test('durations and sizes with units', () => {
    assert.ok(passes('latency>50ms', { latency: 50_000_001 }));
    assert.ok(!passes('latency>50ms', { latency: 50_000_000 }));
    assert.ok(passes('latency>=1.5s', { latency: 1.5e9 }));
    assert.ok(passes('latency<50us', { latency: 49_999 }));
    assert.ok(passes('latency<50µs', { latency: 49_999 }));
    assert.ok(passes('latency<=1m30s', { latency: 90e9 }));
    assert.ok(passes('latency>0', { latency: 1 }));
    assert.ok(passes('size>=10kb', { resp_body_size: 10_000 }));
    assert.ok(passes('size<1MiB', { resp_body_size: 1_048_575 }));
    assert.ok(!passes('size<1MiB', { resp_body_size: 1_048_576 }));
    assert.ok(passes('size=1234'));
  });

  test('equal means what is shown', () => {
    assert.ok(passes('latency=12.4ms', { latency: 12_444_000 }));
    assert.ok(!passes('latency=12.4ms', { latency: 12_460_000 }));
    assert.ok(passes('size=1.23k', { resp_body_size: 1234 }));
  });

  test('text: whole, part, prefix, pattern', () => {
    assert.ok(passes('method=get'));
    assert.ok(passes('method:GET'));
    assert.ok(!passes('method:GE'));
    assert.ok(passes('path~^/api', { req_path: '/api/v1' }));
    assert.ok(!passes('path!~^/api', { req_path: '/api/v1' }));
    assert.ok(passes('path=/api/*', { req_path: '/api/v1' }));
    assert.ok(!passes('path=/api', { req_path: '/api/v1' }));
    assert.ok(passes('path:v1', { req_path: '/api/v1' }));
    assert.ok(passes('ip:10.244.'));
    assert.ok(!passes('ip:244'));
    assert.ok(passes('to:kuard from:loadgen pod:kuard ns:default host:kuard'));
    assert.ok(!passes('ns:def'));
    assert.ok(passes('path~^/(a|b){1,2}$', { req_path: '/ba' }));
    assert.ok(passes('path~"a\\sb"', { req_path: '/a b' }));
  });

  test('time, truth, closed sets', () => {
    assert.ok(passes('time>=2026-01-01T00:00:00.123456789Z'));
    assert.ok(!passes('time>2026-01-01T01:00:00.123456789+01:00'));
    assert.ok(passes('tls:no'));
    assert.ok(passes('outcome=ok,error'));
    assert.ok(passes('proto:1.1'));
  });

  test('headers and bodies', () => {
    const payload: Partial<HttpEvent> = {
      req_headers: [
        ['X-Id', '7'],
        ['x-id', '8'],
      ],
      resp_headers: [['Content-Encoding', 'gzip']],
      resp_body: bytes('{"error": "naïve timeout"}'),
    };
    assert.ok(passes('req_header.x-id=8', payload));
    assert.ok(!passes('req_header.x-id=9', payload));
    assert.ok(!passes('req_header.x-id!=8', payload));
    assert.ok(passes('req_header.x-id~^[78]$', payload));
    assert.ok(passes('resp_headers:gzip', payload));
    assert.ok(passes('resp_headers~^content-encoding:', payload));
    assert.ok(passes('body~naïve.t', payload));
    assert.ok(passes('body:"\\"error\\""', payload));
    assert.ok(passes('req_header.x-other=', payload));
    assert.ok(passes('req_header.x-id!=', payload));
  });

  test('only payload needs the agent', () => {
    assert.ok(!needsPayload('kuard status>=500'));
    assert.ok(needsPayload('kuard !body:x'));
    assert.ok(needsPayload('req_header.a=b or kuard'));
  });
});

describe('putting terms together', () => {
  const get500 = { req_method: 'GET', resp_status: 500 };
  const post200 = { req_method: 'POST', resp_status: 200 };

  test('space is and, comma is or, a list is a value', () => {
    assert.ok(passes('method=GET,POST status>=500', get500));
    assert.ok(!passes('method=GET,POST status>=500', post200));
    assert.ok(passes('method=PUT,status=200', post200));
    assert.ok(passes('method=PUT, POST', post200));
    assert.ok(passes('kuard,nobody status=200', post200));
    assert.ok(!passes('nobody,noone status=200', post200));
  });

  test('a negated list is none of them', () => {
    assert.ok(!passes('method!=GET,POST', post200));
    assert.ok(passes('method!=GET,PUT', post200));
    assert.ok(!passes('!method=GET,POST', post200));
  });

  test('or is the loosest', () => {
    assert.ok(passes('nobody status=500 or method=POST', post200));
    assert.ok(!passes('nobody (status=500 or method=POST)', post200));
    assert.ok(passes('nobody && status=500 || method=POST', post200));
  });

  test('not', () => {
    assert.ok(!passes('!kuard'));
    assert.ok(!passes('not kuard'));
    assert.ok(passes('!!kuard'));
    assert.ok(passes('!(nobody,noone)'));
  });

  test('empty text keeps everything', () => {
    assert.ok(passes(''));
    assert.ok(passes('   '));
  });
});

describe('no value', () => {
  test('matches no comparison, but its negation', () => {
    assert.ok(!passes('status!=200', { resp_status: null }));
    assert.ok(!passes('status<600', { resp_status: null }));
    assert.ok(passes('!status=200', { resp_status: null }));
    assert.ok(!passes('pod!~x', { pod: null }));
  });

  test('can be asked for', () => {
    assert.ok(passes('status=', { resp_status: null }));
    assert.ok(!passes('status='));
    assert.ok(passes('status!='));
    assert.ok(passes('status=*'));
    assert.ok(passes('error= method=GET'));
    assert.ok(passes('error=, status=500'));
  });
});

describe('mistakes point at the word', () => {
  const cases: readonly (readonly [text: string, word: string, reason: RegExp])[] = [
    ['kuard statuz>=500', 'statuz', /No column 'statuz'; did you mean 'status'\?/],
    ['zzzzzz=1', 'zzzzzz', /double quotes/],
    ['latency>50', '50', /unit/],
    ['latency>50mx', '50mx', /'mx' is not a unit/],
    ['size>5xb', '5xb', /'xb' is not a unit/],
    ['path>5', '>', /no order/],
    ['latency~5', '~', /not text/],
    ['path~[a', '[a', /Unterminated character class/],
    ['path~(a', '(a', /group/i],
    ['path~(a)\\1', '(a)\\1', /Backreferences/],
    ['path~a(?=b)', 'a(?=b)', /Lookahead/],
    ['path~(a{900}){900}', '(a{900}){900}', /too large/],
    ['status>=', '>=', /needs a value/],
    ['status:abc', 'abc', /status/],
    ['kuard "abc', '"abc', /not closed/],
    ['a (b', '(', /not closed/],
    ['a b)', ')', /no '\('/],
    ['()', ')', /nothing between/],
    ['>500', '>500', /column before it/],
    ['a, ', ',', /behind it/],
    ['a or', 'or', /behind it/],
    ['!', '!', /negate/],
    ['method=(GET,POST)', '(GET,POST)', /no parentheses/],
    ['side:sever', 'sever', /'server'/],
    ['tls:maybe', 'maybe', /true nor false/],
    ['path.x=1', 'path.x', /no parts/],
    ['time>yesterday', 'yesterday', /time such as/],
  ];
  for (const [text, word, reason] of cases) {
    test(text, () => {
      const error = mistake(text);
      assert.match(error.reason, reason);
      assert.equal(text.slice(error.at, error.at + error.length), word);
    });
  }

  test('endless nesting and endless text are mistakes too', () => {
    assert.match(mistake('('.repeat(4000)).reason, /Nested/);
    assert.match(mistake('!'.repeat(4000)).reason, /Nested/);
    assert.match(mistake('a'.repeat(5000)).reason, /4096/);
  });
});

/** Who may look at an agent of a cluster: a real agent's server, and a real terminal's line to it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { status as codes, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { SignJWT } from 'jose';
import { createRows } from '../../agent/rows/rows.ts';
import { createAccess } from '../../agent/server/access.ts';
import { type AgentServer, createAgentServer } from '../../agent/server/server.ts';
import { AgentServiceClient } from '../../proto/gen/kelpie/v1/agent.ts';
import type { AgentAccess } from '../../src/agent-client/access-token.ts';
import type { AgentClient } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import { tokenAudience, tokenIssuer } from '../../src/domain/access.ts';
import type { AgentEvent, LinkState } from '../../src/domain/agent-event.ts';
import { parseFilter } from '../../src/domain/filter/parse.ts';
import { status } from './scripted-agent.ts';

const key = 'k'.repeat(64);
const otherKey = 'o'.repeat(64);

describe('an agent with a key', () => {
  let folder: string;
  let keyFile: string;
  let server: AgentServer;
  let clients: AgentClient[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kelpie-access-'));
    keyFile = join(folder, 'key');
    writeFileSync(keyFile, `${key}\n`);
    clients = [];
    server = await createAgentServer(
      {
        node: 'node-1',
        rows: createRows({ ringBytes: 1 << 20, whenSlow: 'drop' }),
        parseFilter,
        status: () => ({
          ...status(),
          source: { kind: 'live', name: '/', progress: 0 },
          names: undefined,
          policy: undefined,
        }),
        renewLease: () => 0n,
      },
      { kind: 'unix', path: join(folder, 'agent.sock') },
      createAccess(keyFile, 'node-1'),
    );
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** The first word on the line to it that says whether it may look. */
  async function outcomeOf(access: AgentAccess | undefined): Promise<LinkState> {
    const { promise, resolve } = Promise.withResolvers<LinkState>();
    const onEvent = (event: AgentEvent) => {
      if (event.type === 'link' && event.link.state !== 'connecting') resolve(event.link);
    };
    const endpoint = { agent: 'node-1', address: server.address, access };
    clients.push(
      createAgentClient({
        agents: [endpoint],
        queries: [],
        leases: [{ name: 'test', level: 'heads', scopes: [], messageCap: 0 }],
        onEvent,
      }),
    );
    return await promise;
  }
  const refusalOf = async (access: AgentAccess | undefined): Promise<string> => {
    const link = await outcomeOf(access);
    assert.equal(link.state, 'retrying');
    assert.equal(link.state === 'retrying' && link.error?.code, 'permission');
    return link.state === 'retrying' ? (link.error?.message ?? '') : '';
  };

  /** What a call with this token fails with. */
  function call(token: string | undefined): Promise<ServiceError | null> {
    const client = new AgentServiceClient(server.address, credentials.createInsecure(), {
      'grpc.default_authority': 'localhost',
    });
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', token);
    return new Promise((resolve) =>
      client.getAgent({}, metadata, (error) => {
        client.close();
        resolve(error);
      }),
    );
  }
  const signed = (claims: { exp?: number | string; aud?: string; alg?: string; key?: string }) => {
    const token = new SignJWT()
      .setProtectedHeader({ alg: claims.alg ?? 'HS256' })
      .setIssuer(tokenIssuer)
      .setAudience(claims.aud ?? tokenAudience('node-1'));
    if (claims.exp !== undefined) token.setExpirationTime(claims.exp);
    return token.sign(new TextEncoder().encode(claims.key ?? key));
  };

  test('lets in who has it', async () => {
    assert.equal((await outcomeOf({ key, node: 'node-1' })).state, 'connected');
  });

  test('refuses whoever has none, another one, or that of another node’s agent, and says why', async () => {
    assert.match(await refusalOf(undefined), /wants a token/);
    assert.match(await refusalOf({ key: otherKey, node: 'node-1' }), /not signed with the key/);
    assert.match(await refusalOf({ key, node: 'node-2' }), /not for the agent of node-1/);
  });

  test('refuses what is out of date, never ends, or is signed by nobody', async () => {
    const past = Math.floor(Date.now() / 1000) - 3600;
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await signed({ exp: '5m' })).split('.')[1]}.`;
    for (const [token, reason] of [
      [`Bearer ${await signed({ exp: past })}`, /out of date/],
      [`Bearer ${await signed({})}`, /not for|not signed/],
      [`Bearer ${none}`, /not signed/],
      [`Bearer ${await signed({ exp: '5m', alg: 'HS512' })}`, /not signed/],
      [`Bearer ${'x'.repeat(5000)}`, /wants a token/],
      ['Basic a2Vr', /wants a token/],
    ] as const) {
      const error = await call(token);
      assert.equal(error?.code, codes.UNAUTHENTICATED, token);
      assert.match(error?.details ?? '', reason);
      assert.doesNotMatch(JSON.stringify(error?.metadata.toJSON()) + error?.details, new RegExp(`${key}|${none}`));
    }
    assert.equal(await call(`Bearer ${await signed({ exp: '5m' })}`), null);
  });

  test('takes a new key without a restart, and then no longer the old one', async () => {
    writeFileSync(keyFile, otherKey);
    assert.equal((await outcomeOf({ key: otherKey, node: 'node-1' })).state, 'connected');
    assert.match(await refusalOf({ key, node: 'node-1' }), /not signed with the key/);
    rmSync(keyFile);
    assert.match(await refusalOf({ key: otherKey, node: 'node-1' }), /has no key/);
  });

  test('does not begin without a key worth the name', () => {
    assert.throws(() => createAccess(join(folder, 'none'), 'n'), {
      code: 'usage',
      message: /cannot be read \(ENOENT\)/,
    });
    writeFileSync(keyFile, 'short');
    assert.throws(() => createAccess(keyFile, 'n'), { code: 'usage', message: /holds 5 characters/ });
  });
});

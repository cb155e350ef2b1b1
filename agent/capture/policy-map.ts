/** The policies in the kernel, kept equal to what was last asked for with as few writes as possible. */
import { captureLevel, policyKey, policy as policyLayout } from './layout.gen.ts';
import type { SettingsMap } from './settings-map.ts';
import type { Policy } from './source.ts';

/** The part of the native addon used here, for one loaded object. */
export interface MapWriter {
  update(map: string, key: Uint8Array, value: Uint8Array): void;
  remove(map: string, key: Uint8Array): void;
}

/** Most bytes of one message that the programs copy. */
export const maxMessageCap = 65536;

const levels = {
  off: captureLevel.LEVEL_OFF,
  flows: captureLevel.LEVEL_FLOWS,
  heads: captureLevel.LEVEL_HEADS,
  bodies: captureLevel.LEVEL_BODIES,
} as const;

/** `set` replaces all policies. */
export function createPolicyMap(
  maps: MapWriter,
  settings: Pick<SettingsMap, 'raiseGeneration'>,
): { set(policies: readonly Policy[]): void } {
  let current = new Map<string, Policy>();

  return {
    set(policies) {
      const wanted = new Map(policies.map((policy) => [nameOf(policy), policy]));
      let mustReread = false;
      for (const [name, policy] of wanted) {
        const before = current.get(name);
        if (before !== undefined && isSame(before, policy)) continue;
        maps.update('policies', encodeKey(policy), encodePolicy(policy));
        mustReread ||= before === undefined || !isExtension(before, policy);
      }
      for (const [name, policy] of current) {
        if (wanted.has(name)) continue;
        maps.remove('policies', encodeKey(policy));
        mustReread = true;
      }
      current = wanted;
      if (mustReread) settings.raiseGeneration();
    },
  };
}

const nameOf = ({ cgroupId, port }: Policy): string => `${cgroupId} ${port}`;

function isSame(a: Policy, b: Policy): boolean {
  return a.level === b.level && a.messageCap === b.messageCap && a.expires === b.expires;
}

/** Sockets find a longer lease by themselves when the one they know runs out. */
function isExtension(before: Policy, after: Policy): boolean {
  return before.level === after.level && before.messageCap === after.messageCap && after.expires >= before.expires;
}

function encodeKey({ cgroupId, port }: Policy): Uint8Array {
  const bytes = new Uint8Array(policyKey.size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(policyKey.cgroupId, BigInt(cgroupId), true);
  view.setUint16(policyKey.port, port, true);
  return bytes;
}

function encodePolicy({ level, messageCap, expires }: Policy): Uint8Array {
  const bytes = new Uint8Array(policyLayout.size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(policyLayout.expiresNs, BigInt(Math.max(0, Math.round(expires))), true);
  view.setUint32(policyLayout.messageCap, Math.min(Math.max(0, Math.floor(messageCap)), maxMessageCap), true);
  view.setUint8(policyLayout.level, levels[level]);
  return bytes;
}

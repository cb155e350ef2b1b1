/** The policies in the kernel, kept equal to what was last asked for with as few writes as possible. */
import { captureLevel, policy as policyLayout, settings as settingsLayout } from './layout.gen.ts';
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

/** Writes `settings` once at creation; `set` replaces all policies. Sockets created by `selfPid` are never captured. */
export function createPolicyMap(maps: MapWriter, selfPid: number): { set(policies: readonly Policy[]): void } {
  let current = new Map<number, Policy>();
  let generation = 0n;

  const raiseGeneration = (): void => {
    generation++;
    maps.update('settings', new Uint8Array(4), encodeSettings(generation, selfPid));
  };
  raiseGeneration();

  return {
    set(policies) {
      const wanted = new Map(policies.map((policy) => [policy.cgroupId, policy]));
      let mustReread = false;
      for (const [cgroupId, policy] of wanted) {
        const before = current.get(cgroupId);
        if (before !== undefined && isSame(before, policy)) continue;
        maps.update('policies', encodeId(cgroupId), encodePolicy(policy));
        mustReread ||= before === undefined || !isExtension(before, policy);
      }
      for (const cgroupId of current.keys()) {
        if (wanted.has(cgroupId)) continue;
        maps.remove('policies', encodeId(cgroupId));
        mustReread = true;
      }
      current = wanted;
      if (mustReread) raiseGeneration();
    },
  };
}

function isSame(a: Policy, b: Policy): boolean {
  return a.level === b.level && a.messageCap === b.messageCap && a.expires === b.expires;
}

/** Sockets find a longer lease by themselves when the one they know runs out. */
function isExtension(before: Policy, after: Policy): boolean {
  return before.level === after.level && before.messageCap === after.messageCap && after.expires >= before.expires;
}

function encodeId(id: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(id), true);
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

function encodeSettings(generation: bigint, selfPid: number): Uint8Array {
  const bytes = new Uint8Array(settingsLayout.size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(settingsLayout.generation, generation, true);
  view.setUint32(settingsLayout.selfPid, selfPid, true);
  return bytes;
}

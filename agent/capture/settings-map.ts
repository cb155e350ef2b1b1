/** The one value that steers the programs (struct settings): whoever changes a part of it does so here. */
import { settings as layout } from './layout.gen.ts';
import type { MapWriter } from './policy-map.ts';

/** UDP ports whose datagrams are handed over unless told otherwise: DNS (RFC 1035 4.2.1). */
export const defaultDatagramPorts: readonly number[] = [53];

/** `settings.datagram_ports` has room for so many. */
export const maxDatagramPorts = 4;

export interface SettingsMap {
  /** Makes every socket read its policy again. */
  raiseGeneration(): void;
  /** Turns the programs to the other pair of maps; returns the bit (0 or 1) of the pair they filled until now. */
  flip(): 0 | 1;
}

/** Writes the settings at once. Sockets created by `selfPid` are never captured. */
export function createSettingsMap(
  maps: Pick<MapWriter, 'update'>,
  selfPid: number,
  datagramPorts: readonly number[] = defaultDatagramPorts,
): SettingsMap {
  if (datagramPorts.length > maxDatagramPorts) throw new RangeError(`at most ${maxDatagramPorts} datagram ports`);
  let generation = 1n;
  let epoch = 0;

  const write = (): void => {
    const bytes = new Uint8Array(layout.size);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(layout.generation, generation, true);
    view.setUint32(layout.selfPid, selfPid, true);
    view.setUint32(layout.epoch, epoch, true);
    datagramPorts.forEach((port, i) => {
      view.setUint16(layout.datagramPorts + 2 * i, port, true);
    });
    maps.update('settings', new Uint8Array(4), bytes);
  };
  write();

  return {
    raiseGeneration() {
      generation++;
      write();
    },
    flip() {
      const filled = (epoch & 1) as 0 | 1;
      epoch = (epoch + 1) >>> 0;
      write();
      return filled;
    },
  };
}

/** File capabilities as the kernel keeps them, for setpriv in the image, which hands them on to the agent (deploy/image/README.md). */

/** Bits of linux/capability.h; deploy/image/rootfs.sh has the same list for setcap, deploy/image/README.md says why each. */
const fileBits = {
  CAP_DAC_READ_SEARCH: 2,
  CAP_NET_ADMIN: 12,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_PERFMON: 38,
  CAP_BPF: 39,
} as const;

export const capabilityNames: readonly string[] = Object.keys(fileBits);

/** VFS_CAP_REVISION_2 without VFS_CAP_FLAGS_EFFECTIVE: permitted only. */
const revision = 0x02000000;

/**
 * Value of the extended attribute `security.capability`: struct vfs_cap_data of linux/capability.h, revision 2. Five 32-bit words, little-endian:
 * magic and flags, then twice (bits 0 to 31, bits 32 to 63) what is permitted and what is inheritable.
 */
export function fileCapabilities(): Buffer {
  const data = Buffer.alloc(20);
  data.writeUInt32LE(revision, 0);
  for (const bit of Object.values(fileBits)) {
    const at = bit < 32 ? 4 : 12;
    data.writeUInt32LE((data.readUInt32LE(at) | (1 << (bit % 32))) >>> 0, at);
  }
  return data;
}

/** Recognises TLS without reading it. */

/** Largest ciphertext fragment (RFC 8446 §5.2). */
const maxFragment = 16_384 + 256;

/** Whether bytes begin with a TLS record header: content type 20–24, version 3.0–3.4, a sane length. */
export function isTlsRecord(head: Uint8Array): boolean {
  const [type = 0, major = 0, minor = 255, high = 255, low = 255] = head;
  return type >= 20 && type <= 24 && major === 3 && minor <= 4 && high * 256 + low <= maxFragment;
}

/** Text as one word of a POSIX-like shell (bash, zsh, ksh, busybox), safe to paste whatever it holds. */

/**
 * Plain words stay, others are in '…'. Control and other unprintable characters never stand raw, because a terminal acts
 * on them while they are pasted; they are in the `$'\x1b'` form.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  return `$'${text.replace(/[^\x20-\x7e]|['\\]/gu, escapeAnsiC)}'`;
}

function escapeAnsiC(char: string): string {
  if (char === "'" || char === '\\') return `\\${char}`;
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  const bytes = new TextEncoder().encode(char);
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

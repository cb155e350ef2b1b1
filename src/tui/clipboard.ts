/** The terminal's clipboard by OSC 52 (xterm "Manipulate Selection Data"): works over SSH, needs no helper program. */

/** Base64 longer than this is refused by common terminals. */
const mostBase64 = 74_994;

export type ClipboardResult =
  | { readonly ok: true; readonly sequence: string }
  | { readonly ok: false; readonly reason: string };

/** The sequence that copies `text`, wrapped for tmux where it runs inside. Terminals do not say whether they obeyed. */
export function copySequence(text: string, env: Readonly<Record<string, string | undefined>>): ClipboardResult {
  if (env.TERM === 'dumb') return { ok: false, reason: 'this terminal has no clipboard' };
  const data = Buffer.from(text).toString('base64');
  if (data.length > mostBase64)
    return { ok: false, reason: `too long for a terminal's clipboard (${text.length} characters)` };
  const sequence = `\x1b]52;c;${data}\x07`;
  return { ok: true, sequence: env.TMUX ? `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\` : sequence };
}

/** The line a person types a command, a filter or a search into, with what it would do written under it. */

import { bottomBorder, topBorder } from './border.ts';
import { cellWidth, cut, fit } from './cells.ts';
import { Lines } from './lines.tsx';
import { offeredLine, type PromptState, suggestionOf } from './prompt-state.ts';
import { type Ui, useUi } from './ui-context.tsx';

/** What the text means so far. */
export interface Feedback {
  readonly note?: string | undefined;
  /** The stretch of the text at fault, and why. */
  readonly error?: { readonly at: number; readonly length: number; readonly reason: string } | undefined;
}

export interface PromptProps {
  /** ":" or "/". */
  readonly sign: string;
  readonly title: string;
  readonly state: PromptState;
  readonly feedback: Feedback;
  readonly boxed: boolean;
  readonly width: number;
}

export function Prompt({ sign, title, state, feedback, boxed, width }: PromptProps) {
  const ui = useUi();
  const inner = boxed ? width - 4 : width - 2;
  const { shift, line } = inputLine(sign, state, inner, ui);
  const below = feedbackLine(feedback, sign.length - shift, inner, ui);
  if (!boxed) return <Lines lines={[` ${line}`, ` ${below}`]} width={width} height={2} />;
  const side = ui.theme.paint('border', ui.glyphs.vertical);
  const lines = [
    topBorder([{ text: title, token: 'title' }], width, ui),
    `${side} ${line} ${side}`,
    `${side} ${below} ${side}`,
    bottomBorder(width, ui),
  ];
  return <Lines lines={lines} width={width} height={4} />;
}

/** The text with a block cursor and the grey suggestion; a long text scrolls so that the cursor stays visible. */
function inputLine(
  sign: string,
  state: PromptState,
  width: number,
  { theme, glyphs }: Ui,
): { shift: number; line: string } {
  const room = Math.max(1, width - sign.length - 1);
  const shift = Math.max(0, state.at - room + 1);
  const text = state.text.slice(shift);
  const at = state.at - shift;
  const before = text.slice(0, at);
  const suggestion = suggestionOf(state) || insteadOf(state, glyphs.arrow);
  const under = text[at] ?? suggestion[0] ?? ' ';
  const after = cut(text.slice(at + 1), Math.max(0, room - cellWidth(before)), 'end', '');
  const grey = text[at] === undefined ? cut(suggestion.slice(1), Math.max(0, room - cellWidth(before)), 'end', '') : '';
  const taken = sign.length + cellWidth(before) + cellWidth(under) + cellWidth(after) + cellWidth(grey);
  return {
    shift,
    line:
      theme.paint('prompt', sign) +
      theme.paint('strong', before) +
      theme.paint('selected', under) +
      theme.paint('strong', after) +
      theme.paint('suggestion', grey) +
      ' '.repeat(Math.max(0, width - taken)),
  };
}

/** A line that begins differently stands behind an arrow. */
function insteadOf(state: PromptState, arrow: string): string {
  const line = offeredLine(state);
  return line === undefined ? '' : `  ${arrow} ${line.trimStart()}`;
}

/** The note, or carets under the word at fault with the reason beside them. */
function feedbackLine({ note, error }: Feedback, indent: number, width: number, { theme, glyphs }: Ui): string {
  if (!error) return theme.paint('muted', fit(note ?? '', width, 'left', 'end', glyphs.ellipsis));
  const start = Math.max(0, Math.min(indent + error.at, width - 1));
  const carets = '^'.repeat(Math.max(1, Math.min(error.length, width - start)));
  const reason = error.reason.replaceAll('\n', ' ');
  const behind = `${' '.repeat(start)}${carets} ${reason}`;
  // Where the reason has no room to the right of the word, it stands to the left of it, before the carets, or alone.
  const text =
    cellWidth(behind) <= width
      ? behind
      : start > cellWidth(reason) + 1
        ? `${fit(reason, start - 1)} ${carets}`
        : reason;
  return theme.paint('error', fit(text, width, 'left', 'end', glyphs.ellipsis));
}

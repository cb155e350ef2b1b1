import type { Machine } from '../machine.ts';
import type { Check } from '../report.ts';

export function checkTerminal(machine: Machine): readonly Check[] {
  return [size(machine), colors(machine), locale(machine), ...tmux(machine)];
}

function size({ terminal: { isTTY, columns, rows }, env }: Machine): Check {
  const about = { id: 'terminal', group: 'terminal', title: 'Terminal' } as const;
  if (!isTTY)
    return { ...about, status: 'ok', found: 'output is not a terminal; the tables of `kelpie get` still work' };
  const found = `${env.TERM ?? 'TERM is not set'}, ${columns}×${rows}`;
  if (columns >= 80 && rows >= 24) return { ...about, status: 'ok', found };
  return { ...about, status: 'warn', found, remedy: 'Works, but 80×24 and more shows more.' };
}

function colors({ terminal, env }: Machine): Check {
  const about = { id: 'colors', group: 'terminal', title: 'Colours' } as const;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return { ...about, status: 'ok', found: 'off (NO_COLOR)' };
  if (!terminal.isTTY) return { ...about, status: 'ok', found: 'output is not a terminal' };
  if (terminal.colors >= 256) return { ...about, status: 'ok', found: terminal.colors > 256 ? '16 million' : '256' };
  return {
    ...about,
    status: 'warn',
    found: `${terminal.colors}`,
    remedy: 'If the terminal can do more: export TERM=xterm-256color',
  };
}

/** Which locale counts: setlocale(3). */
function locale({ env }: Machine): Check {
  const about = { id: 'locale', group: 'terminal', title: 'Locale' } as const;
  const value = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  if (/utf-?8/i.test(value)) return { ...about, status: 'ok', found: value };
  return {
    ...about,
    status: 'warn',
    found: value || 'not set',
    remedy: 'Lines and charts are drawn in ASCII; for the rest: export LANG=C.UTF-8',
  };
}

/** tmux holds ESC back for half a second by default, and knows 8 colours only by TERM=screen. */
function tmux({ env, run }: Machine): readonly Check[] {
  if (!env.TMUX) return [];
  const about = { id: 'tmux', group: 'terminal', title: 'tmux' } as const;
  const delay = Number(run('tmux', ['show-options', '-sv', 'escape-time'])?.output ?? 0);
  if (delay > 100)
    return [
      {
        ...about,
        status: 'warn',
        found: `escape-time ${delay} ms`,
        remedy: 'esc feels slow; in ~/.tmux.conf: set -sg escape-time 10',
      },
    ];
  return [{ ...about, status: 'ok', found: `escape-time ${delay} ms` }];
}

/** Palette and glyphs, given once to everything below. */
import { createContext, useContext } from 'react';
import { chooseGlyphs, type Glyphs } from './glyphs.ts';
import { createTheme, type Theme } from './theme.ts';

export interface Ui {
  readonly theme: Theme;
  readonly glyphs: Glyphs;
}

/** Mono and Unicode until somebody says otherwise. */
export const UiContext = createContext<Ui>({ theme: createTheme(0), glyphs: chooseGlyphs('unicode', {}) });

/** Palette and glyphs of this app. */
export function useUi(): Ui {
  return useContext(UiContext);
}

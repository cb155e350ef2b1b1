import type { ViewSpec } from '../view.ts';
import { createHelpView } from './help-view.tsx';

export const helpSpec: ViewSpec = {
  id: 'help',
  aliases: ['?', 'keys'],
  aside: true,
  doc: 'Every key, from the table that dispatches them.',
  create: (context) => createHelpView(context, 'app', context.actions()),
};

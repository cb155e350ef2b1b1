import { httpEvents } from '../../domain/tables/http-events.ts';
import type { RowViewSpec } from '../view.ts';
import { createExchangeView } from './exchange-view.ts';

export const exchangeSpec: RowViewSpec = { table: httpEvents.id, create: createExchangeView };

import type { ViewSpec } from '../view.ts';
import { createMapView } from './map-view.tsx';

export const mapSpec: ViewSpec = {
  id: 'map',
  aliases: ['graph', 'topology'],
  doc: 'Service map: who calls whom, how often, how fast, how badly.',
  create: createMapView,
};

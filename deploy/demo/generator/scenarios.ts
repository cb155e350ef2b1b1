import type { Random } from '../random.ts';
import { apiScenarios } from './api-scenarios.ts';
import { kuardScenarios } from './kuard-scenarios.ts';
import { rawScenarios } from './raw-scenarios.ts';
import { visitorScenarios } from './visitor-scenarios.ts';

/** Something the generator does, as often as its weight says against all others. */
export interface Scenario {
  readonly weight: number;
  run(): Promise<unknown>;
}

export function createScenarios(random: Random): readonly Scenario[] {
  return [...visitorScenarios(random), ...apiScenarios(random), ...kuardScenarios(random), ...rawScenarios()];
}

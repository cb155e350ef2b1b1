/** Values of the chart as JSON Schema: what Helm and `kelpie deploy` check them by. */
import { type JsonSchema, schemaOf } from './spec.ts';
import { valuesSpec } from './values.ts';

const { properties, ...strict } = schemaOf(valuesSpec);

export const valuesSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Values of the Kelpie chart',
  ...strict,
  properties: {
    ...(properties as JsonSchema),
    global: { type: 'object', description: 'What Helm hands to charts within charts. Nothing here reads it.' },
  },
};

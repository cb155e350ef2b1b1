/** What the shop sells. */
import { createRandom } from '../random.ts';

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly currency: string;
  readonly tags: readonly string[];
  readonly description: string;
}

const adjectives = ['Amber', 'Quiet', 'Nordic', 'Folding', 'Braided', 'Tidal', 'Matte', 'Hand-thrown'] as const;
const nouns = ['Lantern', 'Kettle', 'Rucksack', 'Desk', 'Teapot', 'Blanket', 'Stool', 'Compass'] as const;
const tags = ['new', 'sale', 'handmade', 'wood', 'linen', 'übersee', '日本'] as const;

/** The same shelf on every run, whatever the seed. */
export function shelf(): readonly Product[] {
  const random = createRandom(64);
  return adjectives.flatMap((adjective, row) =>
    nouns.map((noun, column) => ({
      id: `p-${1000 + row * nouns.length + column}`,
      name: `${adjective} ${noun}`,
      price: random.between(900, 24_900) / 100,
      currency: 'EUR',
      tags: [random.pick(tags), random.pick(tags)],
      description: `This ${noun.toLowerCase()} is made for every day. `.repeat(random.between(1, 4)).trim(),
    })),
  );
}

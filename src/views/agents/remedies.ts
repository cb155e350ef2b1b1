/** What a person can do about a loss; a reason without an entry takes care of itself. */
export const remedies: Readonly<Record<string, string>> = {
  'ring-full': 'Look at fewer pods at once, or give the agent more CPU.',
  'no-storage': 'Free memory on the node.',
  'flow-table': 'Look at fewer pods at once; the sums stay right.',
  'edge-table': 'Look at fewer pods at once.',
  'recording-full': 'Record to a faster disk.',
  'recording-cut': 'Record it again, and end recording with ctrl-c.',
  'stream-gap': 'See ring-full: it is the usual cause.',
  'reassembly-budget': 'Look at fewer pods at once, or at lists rather than bodies.',
  'connection-budget': 'Look at fewer pods at once.',
  'flow-budget': 'Look at fewer pods at once.',
  'slow-reader': 'Use a faster line, or a longer --refresh.',
  'row-limit': 'Filter: agents look through a filter before this limit.',
};

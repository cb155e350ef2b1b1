/** The name, in the corner of a wide screen. */
export const logo: readonly string[] = [
  ' _  __    _       _      ',
  '| |/ /___| |_ __ (_) ___ ',
  "| ' // _ \\ | '_ \\| |/ _ \\",
  '| . \\  __/ | |_) | |  __/',
  '|_|\\_\\___|_| .__/|_|\\___|',
  '           |_|           ',
];

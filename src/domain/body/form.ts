/** `application/x-www-form-urlencoded` (WHATWG URL §5) as one `name = value` a line, decoded where it can be. */

export function formLines(text: string): string[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? decode(pair) : `${decode(pair.slice(0, equals))} = ${decode(pair.slice(equals + 1))}`;
    });
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

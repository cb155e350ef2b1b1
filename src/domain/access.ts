/** How a terminal shows an agent that it may look: a JSON Web Token (RFC 7519) signed with the key of the installation. */

/** The key's owner, `iss`. */
export const tokenIssuer = 'kelpie';
/** HMAC with SHA-256 (RFC 7518 section 3.2): both sides hold the same key. */
export const tokenAlgorithm = 'HS256';
/** Metadata key of the token, with "Bearer " before it (RFC 6750). */
export const tokenHeader = 'authorization';
/** How long a token is good for, s. It is looked at when a call begins; a stream goes on. */
export const tokenLifeSeconds = 300;
/** How far the clocks of the two sides may be apart, s. */
export const tokenLeewaySeconds = 300;
/** Characters of the key: fewer could be guessed. */
export const leastKeyLength = 32;

/** `aud`: a token is for the agent of one node, so that one agent cannot use at another what it was shown. */
export const tokenAudience = (node: string): string => `kelpie-agent/${node}`;

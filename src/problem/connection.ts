/** What a connection failed with, as a clause, and whether the same request may succeed a moment later. */
export interface ConnectionFailure {
  readonly reason: string;
  readonly transient: boolean;
}

const nameOrOnline = 'check the name, and whether this machine is online';
const online = 'check whether this machine is online';

/** Why, and what to check, by the code of the error. */
const reasons: Readonly<Record<string, readonly [why: string, check?: string]>> = {
  ENOTFOUND: ['the host name cannot be resolved', nameOrOnline],
  EAI_AGAIN: ['the host name cannot be resolved', nameOrOnline],
  ENETUNREACH: ['the network cannot be reached', online],
  EHOSTUNREACH: ['the host cannot be reached', online],
  ECONNREFUSED: ['the host refused the connection', 'check the address, and whether its server runs'],
  ETIMEDOUT: ['the host does not answer'],
  UND_ERR_CONNECT_TIMEOUT: ['the host does not answer'],
  UND_ERR_HEADERS_TIMEOUT: ['the host does not answer'],
  UND_ERR_BODY_TIMEOUT: ['the server stopped sending'],
  ECONNRESET: ['the connection broke'],
  UND_ERR_SOCKET: ['the connection broke'],
  EPIPE: ['the connection broke'],
};

/** The meaning of an error of a connection, or of one that it caused; undefined for any other. */
export function connectionFailure(error: unknown): ConnectionFailure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code !== 'string') continue;
    const known = reasons[code];
    if (known) return { reason: inWords(code, ...known), transient: true };
    const lasting = lastingReason(code);
    if (lasting) return { reason: inWords(code, ...lasting), transient: false };
  }
  return undefined;
}

function lastingReason(code: string): readonly [why: string, check?: string] | undefined {
  if (code.startsWith('HPE_')) return ['the answer is not HTTP'];
  if (code.includes('CERT') || code.startsWith('UNABLE_TO_VERIFY'))
    return ['its certificate is not trusted', 'NODE_EXTRA_CA_CERTS can name a file with the authority that issued it'];
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return ['no encrypted connection is possible', 'check whether its address begins with http://'];
  return undefined;
}

function inWords(code: string, why: string, check?: string): string {
  return `${why} (${code})${check === undefined ? '' : `; ${check}`}`;
}

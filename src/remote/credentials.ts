import { EnvironmentError } from '../problem/errors.ts';

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The keys of an account of S3, its region, and the server, if it is not Amazon's. */
export interface BucketAccess {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly region: string;
  readonly endpoint: string | undefined;
}

/**
 * The value of the header `Authorization` for a remote: `PIPE_REMOTE_TOKEN_NAME` is a bearer token; `PIPE_REMOTE_USER_NAME` and
 * `PIPE_REMOTE_PASSWORD_NAME` are for basic authentication. Undefined if none is set.
 * @throws EnvironmentError that names a variable whose value cannot be sent, without the value.
 */
export function authorizationOf(name: string, environment: Variables): string | undefined {
  const suffix = name.toUpperCase().replaceAll(/[^A-Z0-9]/gu, '_');
  const token = sendable(environment, `PIPE_REMOTE_TOKEN_${suffix}`);
  if (token) return `Bearer ${token}`;
  const [user, password] = ['USER', 'PASSWORD'].map((what) => pasted(environment[`PIPE_REMOTE_${what}_${suffix}`]));
  return user ? `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` : undefined;
}

/**
 * What the variables of Amazon's own tools say. @param address for the message.
 * @throws EnvironmentError that names a variable that is missing or wrong, without its value.
 */
export function bucketAccess(address: string, environment: Variables): BucketAccess {
  const of = (name: string) => sendable(environment, name);
  const [accessKeyId, secretAccessKey] = [of('AWS_ACCESS_KEY_ID'), of('AWS_SECRET_ACCESS_KEY')];
  if (!accessKeyId || !secretAccessKey) {
    throw new EnvironmentError(`There are no credentials for ${address} in the environment.`, {
      hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws configure export-credentials --format env` prints those of a profile',
    });
  }
  const regionName = firstSet(environment, ['AWS_REGION', 'AWS_DEFAULT_REGION']);
  const region = (regionName && of(regionName)) || 'us-east-1';
  if (regionName && !/^[a-z0-9-]+$/iu.test(region)) {
    throw new EnvironmentError(`${regionName} is not the name of a region.`, {
      hint: 'set it to a name like us-east-1',
    });
  }
  const endpointName = firstSet(environment, ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL']);
  const endpoint = endpointName && of(endpointName);
  if (endpointName && !isServer(endpoint ?? '')) {
    throw new EnvironmentError(`${endpointName} is not the URL of a server.`, {
      hint: 'set it to http://… or https://…, without user and password',
    });
  }
  return { accessKeyId, secretAccessKey, sessionToken: of('AWS_SESSION_TOKEN') || undefined, region, endpoint };
}

function firstSet(environment: Variables, names: readonly string[]): string | undefined {
  return names.find((name) => environment[name]);
}

function isServer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/u.test(protocol) && username === '' && password === '';
}

/** A value that is sent in a header. HTTP allows only printable characters there, and Node's own message would show the header. */
function sendable(environment: Variables, name: string): string | undefined {
  const value = pasted(environment[name]);
  if (value === undefined || /^[\x20-\x7e]*$/u.test(value)) return value;
  throw new EnvironmentError(`${name} contains a line break or another character that HTTP cannot send.`, {
    hint: 'set it again, to the credential alone; the value may have been copied with something around it',
  });
}

/** A secret that was pasted or read from a file often ends in a newline that does not belong to it. */
function pasted(value: string | undefined): string | undefined {
  return value?.replace(/\r?\n$/u, '');
}

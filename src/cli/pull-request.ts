import { readFileSync } from 'node:fs';
import { isSystemError } from '../disk/codes.ts';
import { isJsonObject, type Json } from '../json/json.ts';
import { parseJson } from '../json/parse-json.ts';
import { ConfigurationError } from '../problem/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether CI runs this for a change that nobody has accepted yet: a pull request, a merge request, or a merge queue. Such a change can
 * edit the project file and the commands, so it must not choose whom it trusts, and must not write.
 */
export function isPullRequest(environment: Environment): boolean {
  const { GITHUB_EVENT_NAME: event = '', CI_PIPELINE_SOURCE: source = '' } = environment;
  return (
    isUnaccepted(event) ||
    (event === 'workflow_run' && !runsAfterAccepted(eventOf(environment))) ||
    (event === 'issue_comment' && !isOnIssue(eventOf(environment))) ||
    ['merge_request_event', 'external_pull_request_event'].includes(source) ||
    numberVariables.some((name) => !['', 'false'].includes(environment[name] ?? ''))
  );
}

/** Refuses a command that changes a shared cache. @throws ConfigurationError in a pull request. */
export function refuseToWrite(environment: Environment, command: string): void {
  if (!isPullRequest(environment)) return;
  throw new ConfigurationError([
    {
      message: `\`pipe ${command}\` does nothing in a pull request: nobody has accepted its changes yet.`,
      origin: { option: command },
      hint: 'send results and prune caches in a job for the main branch',
    },
  ]);
}

/** Variables that other services set to a number or an address for a pull request; otherwise they are absent, empty or `false`. */
const numberVariables = [
  'CI_MERGE_REQUEST_IID',
  'CI_EXTERNAL_PULL_REQUEST_IID',
  'CIRCLE_PULL_REQUEST',
  'TRAVIS_PULL_REQUEST',
  'BUILDKITE_PULL_REQUEST',
  'BITBUCKET_PR_ID',
  'SYSTEM_PULLREQUEST_PULLREQUESTID',
  'CHANGE_ID',
];

/** GitHub's events for pull requests and merge queues, `pull_request_target` and those for reviews among them. */
function isUnaccepted(event: string): boolean {
  return /^(pull_request|merge_group)/u.test(event);
}

/** Whether the workflow before this one ran for something else; a workflow often goes on with what a pull request made. */
function runsAfterAccepted(event: Json | undefined): boolean {
  const earlier = isJsonObject(event) ? event['workflow_run'] : undefined;
  const name = isJsonObject(earlier) ? earlier['event'] : undefined;
  return typeof name === 'string' && !isUnaccepted(name) && name !== 'workflow_run' && name !== 'issue_comment';
}

/** Whether a comment is on an issue; a comment on a pull request often starts a job that checks out its branch. */
function isOnIssue(event: Json | undefined): boolean {
  const issue = isJsonObject(event) ? event['issue'] : undefined;
  return isJsonObject(issue) && !('pull_request' in issue);
}

/** GitHub's description of what started the workflow; undefined if it cannot be read, and then nothing is taken as accepted. */
function eventOf({ GITHUB_EVENT_PATH: path }: Environment): Json | undefined {
  try {
    return path ? parseJson(readFileSync(path, 'utf8')) : undefined;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

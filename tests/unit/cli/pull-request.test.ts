import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPullRequest } from '../../../src/cli/pull-request.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const directory = temporaryDirectory();

/** The path of a file with GitHub's description of an event. */
function described(event: object): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${JSON.stringify(event).length}.json`);
  writeFileSync(path, JSON.stringify(event));
  return path;
}

test.each([
  ...['pull_request', 'pull_request_target', 'pull_request_review', 'merge_group'].map((name) => ({
    GITHUB_EVENT_NAME: name,
  })),
  { CI_MERGE_REQUEST_IID: '7' },
  { CI_PIPELINE_SOURCE: 'merge_request_event' },
  { CI_PIPELINE_SOURCE: 'external_pull_request_event' },
  { CIRCLE_PULL_REQUEST: 'https://github.com/a/b/pull/7' },
  { TRAVIS_PULL_REQUEST: '7' },
  { BUILDKITE_PULL_REQUEST: '7' },
  // Nothing says that these two are for an accepted change.
  { GITHUB_EVENT_NAME: 'workflow_run' },
  { GITHUB_EVENT_NAME: 'issue_comment', GITHUB_EVENT_PATH: '/nowhere/event.json' },
  {
    GITHUB_EVENT_NAME: 'workflow_run',
    GITHUB_EVENT_PATH: described({ workflow_run: { event: 'pull_request' } }),
  },
  {
    GITHUB_EVENT_NAME: 'issue_comment',
    GITHUB_EVENT_PATH: described({ issue: { pull_request: { url: 'https://api.github.com/x' } } }),
  },
])('%j is for a change that is not accepted', (environment) => {
  expect(isPullRequest(environment)).toBe(true);
});

test.each([
  {},
  { GITHUB_EVENT_NAME: 'push' },
  { GITHUB_EVENT_NAME: 'workflow_dispatch' },
  { CI_PIPELINE_SOURCE: 'push', CI_MERGE_REQUEST_IID: '' },
  { TRAVIS_PULL_REQUEST: 'false' },
  { BUILDKITE_PULL_REQUEST: 'false' },
  { GITHUB_EVENT_NAME: 'workflow_run', GITHUB_EVENT_PATH: described({ workflow_run: { event: 'push' } }) },
  { GITHUB_EVENT_NAME: 'issue_comment', GITHUB_EVENT_PATH: described({ issue: { number: 7 } }) },
])('%j is not', (environment) => {
  expect(isPullRequest(environment)).toBe(false);
});

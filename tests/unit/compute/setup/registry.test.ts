import { expect, test } from 'vitest';
import { findFile, indexUrl } from '../../../../src/compute/setup/registry.ts';
import { EnvironmentError } from '../../../../src/problem/errors.ts';
import { startPythonRegistry } from '../../../support/python-registry.ts';
import { tinyWheel } from '../../../support/tiny-tensorflow.ts';

const { wheel, file } = tinyWheel();

test.each(['json', 'html'] as const)('a file is found in a listing of %s', async (format) => {
  const { index } = await startPythonRegistry([file], { format });
  const url = await findFile(index, wheel.project, wheel.file);
  expect(new URL(url).origin).toBe(new URL(index).origin);
  expect(new URL(url).pathname).toBe(`/files/${wheel.file}`);
});

test('an index with user and password is asked with them, and neither shows in what is said', async () => {
  let authorization: string | undefined;
  const { index } = await startPythonRegistry([file], {
    intercept: (request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(403).end();
      return true;
    },
  });
  const withUser = index.replace('http://', 'http://me:se%40cret@');
  const error = await findFile(withUser, wheel.project, wheel.file).catch((thrown: unknown) => thrown);
  expect(authorization).toBe(`Basic ${Buffer.from('me:se@cret').toString('base64')}`);
  expect(error).toBeInstanceOf(EnvironmentError);
  expect((error as Error).message).toContain('the server refused (HTTP 403)');
  expect((error as Error).message).not.toContain('cret');
});

test('an index without the file says so and names another', async () => {
  const { index } = await startPythonRegistry([{ ...file, file: 'other.whl' }]);
  await expect(findFile(index, wheel.project, wheel.file)).rejects.toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: `${index}/${wheel.project}/ does not list ${wheel.file}`,
      hint: expect.stringContaining('PIP_INDEX_URL'),
    }),
  );
});

test('an index that does not answer is named, with what to do', async () => {
  const error = await findFile('http://127.0.0.1:1/simple', 'tensorflow-cpu', 'a.whl').catch((thrown) => thrown);
  expect(error).toBeInstanceOf(EnvironmentError);
  expect(error.message).toContain('http://127.0.0.1:1/simple/tensorflow-cpu/');
  expect(error.hint).toContain('PIP_INDEX_URL');
});

test('an answer that is no listing is an index that cannot be used', async () => {
  const { index } = await startPythonRegistry([file], {
    intercept: (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('<html>please log in</html>');
      return true;
    },
  });
  await expect(findFile(index, wheel.project, wheel.file)).rejects.toThrowError(EnvironmentError);
});

test('the index is the one of PIP_INDEX_URL, else PyPI where there is no pip', async () => {
  expect(await indexUrl({ PIP_INDEX_URL: 'https://mirror.example/simple' })).toBe('https://mirror.example/simple');
  expect(await indexUrl({ PATH: '' })).toBe('https://pypi.org/simple');
});

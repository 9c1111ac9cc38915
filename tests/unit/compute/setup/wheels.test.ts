import { expect, test } from 'vitest';
import pins from '../../../../src/compute/setup/wheels.json' with { type: 'json' };
import { wheelChoices, wheelsFor } from '../../../../src/compute/setup/wheels.ts';
import { frostWheel } from '../../../../src/data/corruptions/frost-textures.ts';

const linux = { system: 'linux', architecture: 'x64', glibc: '2.36' };

const named = ({ project, version, machine }: Record<'project' | 'version' | 'machine', string>) =>
  `${project} ${version} ${machine}`;

test('each wheel that the code chooses is pinned, and no other', () => {
  expect(pins.map(named)).toEqual([...wheelChoices, frostWheel].map(named));
});

test('a pin names a file of its project and version, its content and its size', () => {
  for (const pin of pins) {
    expect(pin.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(pin.bytes).toBeGreaterThan(0);
    expect(pin.unpackedBytes).toBeGreaterThan(0);
    expect(pin.file).toContain(`${pin.project.replaceAll('-', '_')}-${pin.version}-`);
  }
  expect(new Set(pins.map(({ sha256 }) => sha256)).size).toBe(pins.length);
});

test('of TensorFlow only the libraries and the headers of its C API are unpacked', () => {
  const [wheel] = wheelsFor('cpu', linux);
  const needed = [
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/libtensorflow_framework.so.2',
    'tensorflow/include/tensorflow/c/c_api.h',
    'tensorflow/include/tensorflow/c/eager/c_api.h',
    'tensorflow/include/tensorflow/core/platform/ctstring_internal.h',
    'tensorflow/include/tsl/platform/ctstring.h',
    'tensorflow/include/xla/tsl/c/tsl_status.h',
  ];
  const unneeded = [
    'tensorflow/__init__.py',
    'tensorflow/python/lib_pywrap_tensorflow_common.so',
    'tensorflow/include/tensorflow/core/platform/env.h',
    'tensorflow/include/tensorflow/c/kernels.h',
    'tensorflow/include/tensorflow/c/eager/parallel_device/parallel_device.h',
  ];
  expect(needed.filter((path) => !wheel?.members.test(path))).toEqual([]);
  expect(unneeded.filter((path) => wheel?.members.test(path))).toEqual([]);
});

test.each([
  [{ ...linux, system: 'darwin', glibc: undefined }, /Linux only, and this is darwin/],
  [{ ...linux, architecture: 'riscv64' }, /x64 and arm64 only, and this is riscv64/],
  [{ ...linux, glibc: undefined }, /needs the GNU C library, which this Linux/],
  [{ ...linux, glibc: '2.17' }, /needs the GNU C library 2\.27 or newer, and this system has 2\.17/],
])('a platform without TensorFlow is told what can be done: %o', (platform, message) => {
  expect(() => wheelsFor('cpu', platform)).toThrowError(
    expect.objectContaining({
      name: 'EnvironmentError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/docker/),
    }),
  );
});

test('Arm machines have the CPU build only', () => {
  const arm = { ...linux, architecture: 'arm64' };
  expect(wheelsFor('cpu', arm)).toHaveLength(1);
  expect(() => wheelsFor('gpu', arm)).toThrowError(/no GPU build for arm64/);
});

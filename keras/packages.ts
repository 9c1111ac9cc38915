import type { PythonPackages } from '../python/environment.ts';

/**
 * Keras with TensorFlow, for a CPU or for a GPU.
 * @param file gives the path of a file of the checkout.
 */
export function kerasPackages(file: (name: string) => string, device: 'cpu' | 'gpu'): PythonPackages {
  return device === 'gpu'
    ? { name: 'Keras', folder: 'keras', requirements: file('keras/requirements-gpu.txt'), gigabytes: 7 }
    : { name: 'Keras', folder: 'keras', requirements: file('keras/requirements.txt'), gigabytes: 2 };
}

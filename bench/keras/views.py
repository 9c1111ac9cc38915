"""Training views through tf.data, after the Keras example: flip, padding, resize, crop, RandAugment."""

import os
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from rand_augment import RandAugment
from task import Task

AUTO = tf.data.AUTOTUNE


class Views(NamedTuple):
    resize: int
    crop: int
    padding: int = 0
    augment: RandAugment | None = None


FULL = Views(resize=96, crop=72)
FULL_NOISY = FULL._replace(augment=RandAugment())


def view(image, views):
    image = tf.image.random_flip_left_right(image)
    if views.padding:
        edges = [views.padding, views.padding]
        image = tf.pad(image, [edges, edges, [0, 0]])
    # A resize to its own size would only turn bytes into floats.
    if views.resize != image.shape[0]:
        image = tf.image.resize(image, [views.resize, views.resize])
    image = tf.image.random_crop(image, [views.crop, views.crop, 3])
    if views.augment:
        image = views.augment(image)
        image.set_shape([views.crop, views.crop, 3])
    return image


def training_views(images, labels, views, batch_size, seed=42):
    """Batches of views of one epoch, shuffled as the example does."""
    dataset = tf.data.Dataset.from_tensor_slices((images, labels))
    dataset = dataset.shuffle(batch_size * 10, seed=seed)
    dataset = dataset.map(lambda image, label: (view(image, views), label), num_parallel_calls=AUTO)
    return dataset.batch(batch_size).prefetch(AUTO).with_options(threads())


def threads():
    options = tf.data.Options()
    options.threading.private_threadpool_size = int(os.environ["TF_NUM_INTRAOP_THREADS"])
    return options


def noisy_views():
    size = 128
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (2048, 32, 32, 3)).astype(np.uint8)
    labels = generator.integers(0, 10, 2048).astype(np.int32)
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).repeat()
    dataset = dataset.map(lambda image, label: (view(image, FULL_NOISY), label), num_parallel_calls=AUTO)
    batches = iter(dataset.batch(size).prefetch(2).with_options(threads()))

    def drain():
        for _ in range(5):
            next(batches)

    return Task(size, {"TensorFlow (Keras's)": tf.__version__}, lambda: next(batches), drain)

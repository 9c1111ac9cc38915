"""Steps of training and inference in JAX, each one function that jax.jit compiles as a whole."""

import os

import jax
import jax.numpy as jnp
import numpy as np

from network import CLASSES, initial, logits
from task import Task

VERSIONS = {"JAX": jax.__version__}
SIZE, SIDE = int(os.environ.get("BENCH_BATCH", "32")), 72
RATE, BETA1, BETA2, SMALL = 1e-3, 0.9, 0.999, 1e-7


def teacher_step():
    return training(jnp.float32)


def teacher_step_bfloat16():
    return training(jnp.bfloat16)


def inference():
    weights, moving = jax.device_put(initial())
    pixels, _ = batch()
    forward = jax.jit(lambda weights, moving, pixels: logits(weights, moving, pixels, jnp.float32, False)[0])
    return Task(SIZE, VERSIONS, lambda: np.asarray(forward(weights, moving, pixels)))


def training(dtype):
    weights, moving = jax.device_put(initial())
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = weights, moving, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.zeros((), jnp.int32)
    pixels, labels = batch()

    def loss_of(weights, moving, pixels, labels):
        answers, moved = logits(weights, moving, pixels, dtype, True)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(answers), labels[:, None], 1)
        return -chosen.mean(), (moved, (answers.argmax(1) == labels).mean())

    def step(state, pixels, labels):
        weights, moving, first, second, count = state
        (loss, (moving, accuracy)), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights, moving, pixels, labels)
        count += 1
        rate = RATE * jnp.sqrt(1 - BETA2**count) / (1 - BETA1**count)
        first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradients)
        second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradients)
        weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + SMALL), weights, first, second)
        return (weights, moving, first, second, count), loss, accuracy

    compiled = jax.jit(step, donate_argnums=0)

    def run():
        nonlocal state
        state, loss, accuracy = compiled(state, pixels, labels)
        return float(loss), float(accuracy)

    return Task(SIZE, VERSIONS, run)


def batch():
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (SIZE, SIDE, SIDE, 3)).astype(np.float32)
    return pixels, generator.integers(0, CLASSES, SIZE).astype(np.int32)

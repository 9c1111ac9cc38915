"""ResNet50V2 as keras.applications has it, in JAX: pixels 0..255 in, logits out; images channels last."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

CLASSES = 10
EPSILON = 1.001e-5
MOMENTUM = 0.99
# Blocks, bottleneck width and last stride of each stack.
STACKS = ((3, 64, 2), (4, 128, 2), (6, 256, 2), (3, 512, 1))
EXPANSION = 4


def blocks():
    """Name, channels in, width, stride and whether the shortcut is a convolution, block by block."""
    channels = 64
    for stack, (count, width, stride) in enumerate(STACKS):
        for block in range(count):
            last = block == count - 1
            yield f"{stack}.{block}", channels, width, stride if last else 1, block == 0
            channels = EXPANSION * width


def initial():
    """Weights, and the moving statistics of batch norm, by name; 23,585,290 numbers in all."""
    generator = np.random.default_rng(0)
    weights, moving = {}, {}

    def convolution(name, side, inputs, outputs, bias=False):
        limit = np.sqrt(6 / (side * side * (inputs + outputs)))
        weights[name] = generator.uniform(-limit, limit, (side, side, inputs, outputs)).astype(np.float32)
        if bias:
            weights[f"{name}.bias"] = np.zeros(outputs, np.float32)

    def normalisation(name, channels):
        weights[f"{name}.scale"] = np.ones(channels, np.float32)
        weights[f"{name}.offset"] = np.zeros(channels, np.float32)
        moving[f"{name}.mean"] = np.zeros(channels, np.float32)
        moving[f"{name}.variance"] = np.ones(channels, np.float32)

    convolution("stem", 7, 3, 64, bias=True)
    for name, channels, width, _, widen in blocks():
        normalisation(f"{name}.before", channels)
        convolution(f"{name}.reduce", 1, channels, width)
        normalisation(f"{name}.reduced", width)
        convolution(f"{name}.middle", 3, width, width)
        normalisation(f"{name}.filtered", width)
        convolution(f"{name}.expand", 1, width, EXPANSION * width, bias=True)
        if widen:
            convolution(f"{name}.project", 1, channels, EXPANSION * width, bias=True)
    normalisation("after", EXPANSION * STACKS[-1][1])
    convolution("dense", 1, EXPANSION * STACKS[-1][1], CLASSES, bias=True)
    return weights, moving


def logits(weights, moving, pixels, dtype, training):
    """Logits in float32, and the moving statistics after the batch. Weights are float32, computed with in `dtype`."""
    moved = {}

    def convolve(name, x, stride=1, padding=0):
        kernel = weights[name].astype(dtype)
        pad = ((padding, padding), (padding, padding))
        y = lax.conv_general_dilated(x, kernel, (stride, stride), pad, dimension_numbers=("NHWC", "HWIO", "NHWC"))
        bias = weights.get(f"{name}.bias")
        return y if bias is None else y + bias.astype(dtype)

    def normalise(name, x):
        mean, variance = moving[f"{name}.mean"], moving[f"{name}.variance"]
        if training:
            wide = x.astype(jnp.float32)
            batch_mean = wide.mean((0, 1, 2))
            batch_variance = jnp.maximum(jnp.square(wide).mean((0, 1, 2)) - jnp.square(batch_mean), 0)
            moved[f"{name}.mean"] = MOMENTUM * mean + (1 - MOMENTUM) * batch_mean
            moved[f"{name}.variance"] = MOMENTUM * variance + (1 - MOMENTUM) * batch_variance
            mean, variance = batch_mean, batch_variance
        factor = weights[f"{name}.scale"] * lax.rsqrt(variance + EPSILON)
        normalised = x.astype(jnp.float32) * factor + (weights[f"{name}.offset"] - mean * factor)
        return jax.nn.relu(normalised).astype(dtype)

    x = convolve("stem", (pixels / 127.5 - 1).astype(dtype), 2, 3)
    # Zeros are padded in front of the pooling, as in Keras.
    x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    x = lax.reduce_window(x, np.array(-np.inf, x.dtype), lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "VALID")
    for name, _, _, stride, widen in blocks():
        activated = normalise(f"{name}.before", x)
        shortcut = convolve(f"{name}.project", activated) if widen else x[:, ::stride, ::stride]
        branch = normalise(f"{name}.reduced", convolve(f"{name}.reduce", activated))
        branch = normalise(f"{name}.filtered", convolve(f"{name}.middle", branch, stride, 1))
        x = shortcut + convolve(f"{name}.expand", branch)
    x = normalise("after", x).astype(jnp.float32).mean((1, 2), keepdims=True)
    answers = convolve("dense", x.astype(dtype))
    return answers.reshape(-1, CLASSES).astype(jnp.float32), moved

"""RandAugment as the TensorFlow Model Garden does it (official/legacy/image_classification/augment.py), in plain TensorFlow.

Operations take and give images of bytes, [side, side, 3]; the sixteen are in the Model Garden's order.
"""

import math

import tensorflow as tf

MAX_LEVEL = 10.0
GREY = 128


class RandAugment:
    def __init__(self, layers=2, magnitude=9.0, cutout=40.0, translate=100.0):
        self.layers = layers
        level = magnitude / MAX_LEVEL
        enhance = level * 1.8 + 0.1
        self.operations = [
            autocontrast,
            equalize,
            lambda image: 255 - image,
            lambda image: rotate(image, randomly_negated(level * 30.0)),
            lambda image: posterize(image, int(level * 4)),
            lambda image: tf.where(image < int(level * 256), image, 255 - image),
            lambda image: blend(grey(image), image, enhance),
            lambda image: contrast(image, enhance),
            lambda image: blend(tf.zeros_like(image), image, enhance),
            lambda image: sharpness(image, enhance),
            lambda image: shear_x(image, randomly_negated(level * 0.3)),
            lambda image: shear_y(image, randomly_negated(level * 0.3)),
            lambda image: translate_x(image, randomly_negated(level * translate)),
            lambda image: translate_y(image, randomly_negated(level * translate)),
            lambda image: cut_out(image, int(level * cutout)),
            lambda image: solarize_add(image, int(level * 110)),
        ]

    def __call__(self, image):
        dtype = image.dtype
        if dtype != tf.uint8:
            image = tf.cast(tf.clip_by_value(image, 0.0, 255.0), tf.uint8)
        for _ in range(self.layers):
            chosen = tf.random.uniform([], maxval=len(self.operations) + 1, dtype=tf.int32)
            branches = {
                index: (lambda operation=operation, image=image: operation(image))
                for index, operation in enumerate(self.operations)
            }
            image = tf.switch_case(chosen, branches, default=lambda image=image: tf.identity(image))
            image.set_shape([None, None, 3])
        return tf.cast(image, dtype)


def blend(first, second, factor):
    """The way from the first image to the second, and beyond where the factor is above 1."""
    first = tf.cast(first, tf.float32)
    mixed = first + factor * (tf.cast(second, tf.float32) - first)
    if not 0.0 < factor < 1.0:
        mixed = tf.clip_by_value(mixed, 0.0, 255.0)
    return tf.cast(mixed, tf.uint8)


def grey(image):
    return tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(image))


def per_channel(operation, image):
    return tf.stack([operation(image[:, :, channel]) for channel in range(3)], 2)


def autocontrast(image):
    def stretch(channel):
        low = tf.cast(tf.reduce_min(channel), tf.float32)
        high = tf.cast(tf.reduce_max(channel), tf.float32)

        def scaled():
            scale = 255.0 / (high - low)
            values = tf.cast(channel, tf.float32) * scale - low * scale
            return tf.cast(tf.clip_by_value(values, 0.0, 255.0), tf.uint8)

        return tf.cond(high > low, scaled, lambda: channel)

    return per_channel(stretch, image)


def equalize(image):
    def flatten(channel):
        histogram = tf.histogram_fixed_width(tf.cast(channel, tf.int32), [0, 255], nbins=256)
        filled = tf.gather(histogram, tf.reshape(tf.where(histogram != 0), [-1]))
        step = (tf.reduce_sum(filled) - filled[-1]) // 255

        def mapped():
            table = (tf.cumsum(histogram) + step // 2) // step
            table = tf.clip_by_value(tf.concat([[0], table[:-1]], 0), 0, 255)
            return tf.cast(tf.gather(table, tf.cast(channel, tf.int32)), tf.uint8)

        return tf.cond(step == 0, lambda: channel, mapped)

    return per_channel(flatten, image)


def posterize(image, bits):
    shift = tf.cast(8 - bits, tf.uint8)
    return tf.bitwise.left_shift(tf.bitwise.right_shift(image, shift), shift)


def solarize_add(image, addition, threshold=128):
    added = tf.clip_by_value(tf.cast(image, tf.int32) + addition, 0, 255)
    return tf.where(image < threshold, tf.cast(added, tf.uint8), image)


def contrast(image, factor):
    """Against a grey of the number of pixels over 256, as the Model Garden has it, by way of a histogram."""
    degenerate = tf.cast(tf.image.rgb_to_grayscale(image), tf.int32)
    histogram = tf.histogram_fixed_width(degenerate, [0, 255], nbins=256)
    mean = tf.reduce_sum(tf.cast(histogram, tf.float32)) / 256.0
    constant = tf.cast(tf.clip_by_value(tf.ones_like(degenerate, tf.float32) * mean, 0.0, 255.0), tf.uint8)
    return blend(tf.image.grayscale_to_rgb(constant), image, factor)


def sharpness(image, factor):
    kernel = tf.constant([[1, 1, 1], [1, 5, 1], [1, 1, 1]], tf.float32, shape=[3, 3, 1, 1]) / 13.0
    pixels = tf.cast(image, tf.float32)[tf.newaxis]
    smooth = tf.nn.depthwise_conv2d(pixels, tf.tile(kernel, [1, 1, 3, 1]), [1, 1, 1, 1], padding="VALID")
    smooth = tf.cast(tf.clip_by_value(smooth[0], 0.0, 255.0), tf.uint8)
    border = [[1, 1], [1, 1], [0, 0]]
    inside = tf.pad(tf.ones_like(smooth), border)
    return blend(tf.where(inside == 1, tf.pad(smooth, border), image), image, factor)


def warp(image, transform):
    """Takes output (x, y) from input (a0 x + a1 y + a2, b0 x + b1 y + b2); beyond the edges the image is mirrored."""
    marked = tf.concat([image, tf.ones_like(image[:, :, :1])], 2)
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=marked[tf.newaxis],
        transforms=tf.cast(tf.stack(transform), tf.float32)[tf.newaxis],
        output_shape=tf.shape(image)[:2],
        fill_value=0.0,
        interpolation="NEAREST",
        fill_mode="REFLECT",
    )[0]
    return tf.where(moved[:, :, 3:] == 0, tf.cast(GREY, tf.uint8), moved[:, :, :3])


def rotate(image, degrees):
    angle = degrees * (math.pi / 180.0)
    height, width = (tf.cast(extent - 1, tf.float32) for extent in tf.unstack(tf.shape(image)[:2]))
    cos, sin = tf.cos(angle), tf.sin(angle)
    x = (width - (cos * width - sin * height)) / 2.0
    y = (height - (sin * width + cos * height)) / 2.0
    return warp(image, [cos, -sin, x, sin, cos, y, 0.0, 0.0])


def shear_x(image, level):
    return warp(image, [1.0, level, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])


def shear_y(image, level):
    return warp(image, [1.0, 0.0, 0.0, level, 1.0, 0.0, 0.0, 0.0])


def translate_x(image, pixels):
    return warp(image, [1.0, 0.0, pixels, 0.0, 1.0, 0.0, 0.0, 0.0])


def translate_y(image, pixels):
    return warp(image, [1.0, 0.0, 0.0, 0.0, 1.0, pixels, 0.0, 0.0])


def cut_out(image, half):
    height, width = tf.unstack(tf.shape(image)[:2])
    row = tf.random.uniform([], 0, height, tf.int32)
    column = tf.random.uniform([], 0, width, tf.int32)
    top, bottom = tf.maximum(0, row - half), tf.maximum(0, height - row - half)
    left, right = tf.maximum(0, column - half), tf.maximum(0, width - column - half)
    hole = tf.zeros([height - top - bottom, width - left - right, 1], tf.uint8)
    mask = tf.pad(hole, [[top, bottom], [left, right], [0, 0]], constant_values=1)
    return tf.where(mask == 0, tf.cast(GREY, tf.uint8), image)


def randomly_negated(value):
    return tf.where(tf.random.uniform([]) < 0.5, -value, value)

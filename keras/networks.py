"""The networks of the recipe, as one writes them in Keras: pixels 0..255 in, logits out."""

import keras
from keras import layers

CLASSES = 10


def resnet50v2(size=72):
    backbone = keras.applications.ResNet50V2(weights=None, include_top=False, input_shape=(size, size, 3))
    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            backbone,
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES),
        ]
    )


def small_resnet(channels=(16, 32, 64), size=32):
    """A pre-activation ResNet: one block of two convolutions for each width after the first."""
    inputs = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Conv2D(channels[0], 3, padding="same")(x)
    width = channels[0]
    for filters in channels[1:]:
        stride = 2 if filters > width else 1
        activated = layers.ReLU()(normalisation()(x))
        branch = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(activated)
        branch = layers.ReLU()(normalisation()(branch))
        branch = layers.Conv2D(filters, 3, padding="same")(branch)
        shortcut = x if filters == width else layers.Conv2D(filters, 1, strides=stride)(activated)
        x = layers.Add()([shortcut, branch])
        width = filters
    x = layers.ReLU()(normalisation()(x))
    return keras.Model(inputs, layers.Dense(CLASSES)(layers.GlobalAveragePooling2D()(x)))


def normalisation():
    return layers.BatchNormalization(epsilon=1.001e-5)

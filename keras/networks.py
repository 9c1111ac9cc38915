"""The networks of the recipe as one writes them in Keras, layer for layer and name for name: pixels 0..255 in, logits out."""

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
            layers.Dense(CLASSES, name="dense"),
        ]
    )


def small_resnet(channels=(16, 32, 64), size=32):
    """A pre-activation ResNet: one block of two convolutions for each width after the first."""
    inputs = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Conv2D(channels[0], 3, padding="same", name="conv1_conv")(x)
    width = channels[0]
    for index, filters in enumerate(channels[1:], start=1):
        name = f"block{index}"
        stride = 2 if filters > width else 1
        activated = layers.ReLU()(normalisation(f"{name}_preact_bn")(x))
        # "same" would pad an even side on one side only where the stride is 2.
        padded = layers.ZeroPadding2D()(activated) if stride > 1 else activated
        padding = "valid" if stride > 1 else "same"
        branch = layers.Conv2D(filters, 3, stride, padding, use_bias=False, name=f"{name}_1_conv")(padded)
        branch = layers.ReLU()(normalisation(f"{name}_1_bn")(branch))
        branch = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(branch)
        shortcut = x if filters == width else layers.Conv2D(filters, 1, stride, name=f"{name}_0_conv")(activated)
        x = layers.Add()([shortcut, branch])
        width = filters
    x = layers.ReLU()(normalisation("post_bn")(x))
    return keras.Model(inputs, layers.Dense(CLASSES, name="dense")(layers.GlobalAveragePooling2D()(x)))


def normalisation(name):
    return layers.BatchNormalization(epsilon=1.001e-5, name=name)

"""Carries weights between this program's safetensors files and Keras's.

    python keras/weights.py student.safetensors student.keras
    python keras/weights.py student.safetensors student.weights.h5
    python keras/weights.py mine.keras mine.safetensors
    python keras/weights.py mine.weights.h5 mine.safetensors --channels 16,32,64

A safetensors file says by its names and shapes which network it is of, a .keras file holds its network; of a .weights.h5
file the network is ResNet50V2, or the small one whose channels are given.
"""

import argparse
import sys

import keras
import numpy as np
from safetensors.numpy import load_file, save_file

from networks import resnet50v2, small_resnet


def name_of(variable):
    """The name this program gives a variable, e.g. conv1_conv/kernel: the last two steps of Keras's path."""
    return "/".join(variable.path.split("/")[-2:])


def network_of(tensors, size=None):
    """The Keras model whose weights these tensors are."""
    if "conv5_block3_3_conv/kernel" in tensors:
        return resnet50v2(size or 72)
    blocks = sum(name.endswith("_preact_bn/gamma") for name in tensors)
    names = ["conv1_conv"] + [f"block{index}_2_conv" for index in range(1, blocks + 1)]
    return small_resnet([tensors[f"{name}/kernel"].shape[-1] for name in names], size or 32)


def set_weights(model, tensors):
    """Gives a model the weights of their names."""
    known = {name_of(variable): variable for variable in model.weights}
    if known.keys() != tensors.keys():
        odd = ", ".join(sorted(known.keys() ^ tensors.keys())[:3])
        raise SystemExit(f"these weights are of another network: they differ in {odd}")
    for name, variable in known.items():
        if tuple(variable.shape) != tensors[name].shape:
            raise SystemExit(f"{name} is {tensors[name].shape}, not {tuple(variable.shape)}")
        variable.assign(tensors[name])


def weights_of(model):
    """A model's weights by the names they have in a network of ours, which has the same shapes in the same order."""
    values = [np.asarray(value, np.float32) for value in model.get_weights()]
    ours = resnet50v2() if len(values) == 272 else model
    expected = [tuple(variable.shape) for variable in ours.weights]
    if [value.shape for value in values] != expected:
        raise SystemExit("this model is neither ResNet50V2 with a dense layer of 10 logits nor the small network")
    return {name_of(variable): value for variable, value in zip(ours.weights, values)}


def to_keras(source, target, size):
    tensors = load_file(source)
    model = network_of(tensors, size)
    set_weights(model, tensors)
    if target.endswith(".keras"):
        model.save(target)
    else:
        model.save_weights(target)


def from_keras(source, target, channels):
    if source.endswith(".keras"):
        model = keras.saving.load_model(source, compile=False)
    else:
        model = small_resnet(channels) if channels else resnet50v2()
        model.load_weights(source)
    save_file(weights_of(model), target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="a .safetensors, .keras or .weights.h5 file")
    parser.add_argument("target", help="the file to write: .keras or .weights.h5, or .safetensors")
    parser.add_argument("--image-size", type=int, help="side of the images the Keras model takes (72, or 32 where small)")
    parser.add_argument("--channels", type=lambda text: [int(part) for part in text.split(",")])
    options = parser.parse_args()
    kinds = [path.endswith(".safetensors") for path in (options.source, options.target)]
    if sum(kinds) != 1 or not (options.target if kinds[0] else options.source).endswith((".keras", ".weights.h5")):
        sys.exit("one file must end in .safetensors, the other in .keras or .weights.h5")
    if kinds[0]:
        to_keras(options.source, options.target, options.image_size)
    else:
        from_keras(options.source, options.target, options.channels)


if __name__ == "__main__":
    main()

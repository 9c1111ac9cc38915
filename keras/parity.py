"""Keras's side of the comparison in tests/keras: what it makes of the weights and batches in a folder."""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file, save_file

from weights import name_of, network_of, set_weights

TEMPERATURE = 10.0

cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
divergence = keras.losses.KLDivergence()


def distillation(labels, logits, teacher_logits):
    """The loss of the example: the mean of cross-entropy and divergence."""
    soft = tf.nn.softmax(teacher_logits / TEMPERATURE)
    return (cross_entropy(labels, logits) + divergence(soft, tf.nn.softmax(logits / TEMPERATURE))) / 2


def loss_and_gradients(model, images, loss_of):
    """A loss in training mode, and its gradients; moves the moving statistics."""
    with tf.GradientTape() as tape:
        loss = loss_of(model(images, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    names = [name_of(variable) for variable in model.trainable_variables]
    return loss, dict(zip(names, gradients))


def compare(folder):
    """Logits, losses, gradients and some training steps from the weights in the folder; writes them, and the trained model."""
    initial, raised = (load_file(folder / f"{name}.safetensors") for name in ("initial", "raised"))
    batches = load_file(folder / "batches.safetensors")
    images, labels, teacher_logits = batches["images"], batches["labels"], batches["teacher_logits"]
    objectives = {
        "cross-entropy": lambda logits: cross_entropy(labels[0], logits),
        "distillation": lambda logits: distillation(labels[0], logits, teacher_logits[0]),
    }
    model = network_of(initial, images.shape[2])
    set_weights(model, initial)
    results = {"logits": model(images[0], training=False)}
    for start, tensors in {"initial": initial, "raised": raised}.items():
        for name, objective in objectives.items():
            set_weights(model, tensors)
            loss, gradients = loss_and_gradients(model, images[0], objective)
            results[f"{start}/{name}/loss"] = loss
            results |= {f"{start}/{name}/gradient/{weight}": gradient for weight, gradient in gradients.items()}
    set_weights(model, raised)
    # Epsilon stands above the rounding in gradients that are 0, of which Adam would make whole steps.
    model.compile(optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-5), loss=cross_entropy)
    losses = []
    for batch in range(len(images)):
        model.reset_metrics()
        losses.append(model.train_on_batch(images[batch], labels[batch]))
    results["losses"] = np.asarray(losses)
    results |= {f"trained/{name_of(variable)}": variable for variable in model.weights}
    results["trained/logits"] = model(images[0], training=False)
    save_file({name: np.array(value, np.float32) for name, value in results.items()}, folder / "keras.safetensors")
    model.save(folder / "keras.keras")
    model.save_weights(folder / "keras.weights.h5")


def ask(folder):
    """Logits of the models that ours were carried into."""
    images = load_file(folder / "batches.safetensors")["images"]
    whole = keras.saving.load_model(folder / "ours.keras", compile=False)
    filled = network_of(load_file(folder / "ours.safetensors"), images.shape[2])
    filled.load_weights(folder / "ours.weights.h5")
    logits = {name: np.array(model(images[0], training=False)) for name, model in [("keras", whole), ("h5", filled)]}
    save_file(logits, folder / "ours-in-keras.safetensors")


{"compare": compare, "ask": ask}[sys.argv[1]](Path(sys.argv[2]))

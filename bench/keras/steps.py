"""Steps of training and inference, through Keras's own calls."""

import keras
import numpy as np
import tensorflow as tf

from networks import CLASSES, resnet50v2, small_resnet
from self_training import SelfTrainer
from task import Task

VERSIONS = {"Keras": keras.__version__, "TensorFlow (Keras's)": tf.__version__}


def teacher_step():
    return training(resnet50v2(), 32, jit=False)


def teacher_step_xla():
    return training(resnet50v2(), 32, jit=True)


def small_step():
    return training(small_resnet(), 128, jit=False)


def student_step():
    trainer = SelfTrainer(student=resnet50v2(), teacher=resnet50v2(), temperature=10)
    trainer.compile(optimizer="adam", jit_compile=False)
    clean, labels = batch(32, 72)
    noisy, _ = batch(32, 72)
    step = trainer.make_train_function() or trainer.train_function

    def run():
        logs = step(iter([((clean, noisy), labels)]))
        return {name: float(value) for name, value in logs.items()}

    return Task(32, VERSIONS, run)


def inference():
    model = resnet50v2()
    images, _ = batch(32, 72)
    return Task(32, VERSIONS, lambda: model.predict_on_batch(images))


def training(model, size, jit):
    compile_for_training(model, jit)
    images, labels = batch(size, model.input_shape[1])
    return Task(size, VERSIONS, lambda: model.train_on_batch(images, labels))


def compile_for_training(model, jit=False):
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=jit,
    )


def batch(size, side):
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (size, side, side, 3)).astype(np.float32)
    return images, generator.integers(0, CLASSES, size).astype(np.int32)

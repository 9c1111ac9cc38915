"""The recipe of quick.yaml as one writes it in Keras with tf.data; and runs of it as tasks, each in a process of its own."""

import subprocess
import sys

import keras
import numpy as np
import tensorflow as tf

from networks import CLASSES, resnet50v2, small_resnet
from rand_augment import RandAugment
from self_training import SelfTrainer
from steps import VERSIONS, compile_for_training
from task import Task
from views import FULL, Views, threads, training_views

CLEAN = Views(resize=40, crop=32, padding=4)
NOISY = CLEAN._replace(augment=RandAugment(cutout=18.0, translate=44.0))
BATCH = 32
RATE = 0.003
VALIDATION = 500
CORRUPTIONS = 19
CORRUPTED = 200


def quick_pipeline():
    return in_process("whole")


def temperature_sweep():
    return in_process("sweep")


def in_process(name):
    """A task that starts this file anew."""
    return Task(0, VERSIONS, lambda: subprocess.run([sys.executable, __file__, name], check=True))


def teacher_run(batch=BATCH):
    """A short run of the teacher at full size with all of CIFAR-10 in memory: ten steps on views, validation."""
    images, labels = dataset(50_000)
    model = resnet50v2()
    compile_for_training(model)

    def run():
        held_out = whole(images[-128:], labels[-128:], 72)
        views = training_views(images, labels, FULL, batch).take(10)
        model.fit(views, validation_data=held_out, verbose=0)

    return Task(10 * batch, VERSIONS, run)


def teacher_run_128():
    return teacher_run(128)


class WeightAverage(keras.callbacks.Callback):
    """The equal mean of the weights after every so many steps; batch-norm statistics are gathered anew for it."""

    def __init__(self, views, start, period=10):
        super().__init__()
        self.views, self.start, self.period = views, start, period
        self.steps = self.taken = 0

    def on_train_begin(self, logs=None):
        self.averages = [tf.Variable(weight) for weight in self.model.trainable_variables]

    def on_train_batch_end(self, batch, logs=None):
        since = self.steps - self.start
        self.steps += 1
        if since >= 0 and since % self.period == 0:
            self.taken += 1
            self.move(tf.constant(1 / self.taken, tf.float32))

    @tf.function
    def move(self, rate):
        for average, weight in zip(self.averages, self.model.trainable_variables):
            average.assign_add(rate * (weight - average))

    def on_train_end(self, logs=None):
        for average, weight in zip(self.averages, self.model.trainable_variables):
            weight.assign(average)
        forward = tf.function(lambda images: self.model(images, training=True))
        for images, _ in self.views:
            forward(images)


def train_teacher(images, labels, held_out, epochs, averaging_start):
    teacher = small_resnet()
    compile_for_training(teacher)
    teacher.optimizer.learning_rate = RATE
    views = training_views(images, labels, CLEAN, BATCH)
    callbacks = [
        keras.callbacks.ReduceLROnPlateau(patience=3),
        keras.callbacks.EarlyStopping(patience=10),
        WeightAverage(views, averaging_start),
    ]
    teacher.fit(views, validation_data=held_out, epochs=epochs, callbacks=callbacks, verbose=0)
    return teacher


def train_student(teacher, images, labels, held_out, epochs, temperature):
    trainer = SelfTrainer(student=small_resnet(), teacher=teacher, temperature=temperature)
    trainer.compile(optimizer=keras.optimizers.Adam(RATE), jit_compile=False)
    clean = training_views(images, labels, CLEAN, BATCH)
    noisy = training_views(images, labels, NOISY, BATCH)
    pairs = tf.data.Dataset.zip((clean, noisy)).map(lambda clean, noisy: ((clean[0], noisy[0]), noisy[1]))
    callbacks = [
        keras.callbacks.ReduceLROnPlateau("val_accuracy", factor=0.5, patience=3, mode="max"),
        keras.callbacks.EarlyStopping("val_accuracy", patience=10, mode="max"),
    ]
    trainer.fit(pairs, validation_data=held_out, epochs=epochs, callbacks=callbacks, verbose=0)
    return trainer.student


def whole(images, labels, side):
    """Batches of whole images, resized."""
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(128)
    if side != images.shape[1]:
        batches = batches.map(lambda image, label: (tf.image.resize(image, [side, side]), label), tf.data.AUTOTUNE)
    return batches.prefetch(tf.data.AUTOTUNE).with_options(threads())


def dataset(count):
    """Noise: what is computed on has no influence on how long it takes."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (count, 32, 32, 3), np.uint8)
    return images, generator.integers(0, CLASSES, count).astype(np.int32)


def splits():
    images, labels = dataset(4000)
    first = len(images) - VALIDATION
    return images[:first], labels[:first], whole(images[first:], labels[first:], 32)


def whole_recipe():
    images, labels, held_out = splits()
    teacher = train_teacher(images, labels, held_out, 6, averaging_start=400)
    student = train_student(teacher, images, labels, held_out, 6, temperature=10)
    test_images, test_labels = dataset(1000)
    compile_for_training(student)
    for model in (teacher, student):
        model.evaluate(whole(test_images, test_labels, 32), verbose=0)
        for _ in range(CORRUPTIONS):
            # CIFAR-10-C comes corrupted from its authors; here it costs nothing.
            model.evaluate(whole(test_images[:CORRUPTED], test_labels[:CORRUPTED], 32), verbose=0)


def sweep():
    """Five runs in one process: the imports are paid for once."""
    for temperature in (1, 2, 4, 8, 10):
        images, labels, held_out = splits()
        teacher = train_teacher(images, labels, held_out, 2, averaging_start=100)
        train_student(teacher, images, labels, held_out, 2, temperature)


if __name__ == "__main__":
    {"whole": whole_recipe, "sweep": sweep}[sys.argv[1]]()

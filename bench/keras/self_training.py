"""The trainer of the Keras example "Consistency training with supervision": a student beside its live teacher."""

import keras
import tensorflow as tf


class SelfTrainer(keras.Model):
    """Takes batches of ((clean images, noisy images), labels)."""

    def __init__(self, student, teacher, temperature):
        super().__init__()
        self.student = student
        self.teacher = teacher
        self.temperature = temperature
        self.teacher.trainable = False
        self.divergence = keras.losses.KLDivergence()
        self.cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    @property
    def metrics(self):
        return [self.accuracy]

    def call(self, images, training=False):
        return self.student(images, training=training)

    def train_step(self, data):
        (clean, noisy), labels = data[:2]
        teacher_logits = self.teacher(clean, training=False)
        with tf.GradientTape() as tape:
            logits = self.student(noisy, training=True)
            soft = tf.nn.softmax(teacher_logits / self.temperature)
            divergence = self.divergence(soft, tf.nn.softmax(logits / self.temperature))
            loss = (self.cross_entropy(labels, logits) + divergence) / 2
        weights = self.student.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        self.accuracy.update_state(labels, tf.nn.softmax(logits))
        return {"loss": loss, "accuracy": self.accuracy.result()}

    def test_step(self, data):
        images, labels = data[:2]
        logits = self.student(images, training=False)
        self.accuracy.update_state(labels, tf.nn.softmax(logits))
        return {"loss": self.cross_entropy(labels, logits), "accuracy": self.accuracy.result()}

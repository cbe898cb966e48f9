"""Trains the tutorial's network with Keras on a folder of class folders and prints the seconds of each epoch, one a line.

    python training_keras.py PICTURES_DIR EPOCHS

Pictures are read, scaled and kept ready by tf.data, as Keras's own documentation advises.
"""
import os
import sys
import time

os.environ.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")
import keras
import tensorflow as tf

SIZE, BATCH = (224, 224), 32


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        print(time.perf_counter() - self.begin, flush=True)


def main():
    folder, epochs = sys.argv[1], int(sys.argv[2])
    data = keras.utils.image_dataset_from_directory(folder, label_mode="categorical", image_size=SIZE, batch_size=BATCH, seed=1, verbose=False)
    classes = len(data.class_names)
    data = data.map(lambda x, y: (x / 255.0, y), num_parallel_calls=tf.data.AUTOTUNE).cache().prefetch(tf.data.AUTOTUNE)
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((*SIZE, 3)),
        layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(classes, activation="softmax"),
    ])
    model.compile(keras.optimizers.Adam(1e-4), loss="categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    model.fit(data, epochs=epochs, verbose=0, callbacks=[Clock()])


main()

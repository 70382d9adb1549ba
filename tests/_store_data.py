"""What the tests of the store put into it."""

import numpy as np

from mmsk._store import Store

BIG = 2**40


def key(number):
    return number.to_bytes(32, "big")


def vector(number):
    return np.full(50, number, dtype=np.float32)


def payload(number):
    return vector(number).tobytes()


def filled(folder, count=100):
    store = Store(folder, BIG)
    store.put_many({key(number): payload(number) for number in range(count)})
    return store

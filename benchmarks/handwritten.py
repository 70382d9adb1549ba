"""The script that mmsk replaces: what one writes around scikit-image, librosa and a ColumnTransformer.

It is what everything else here is compared with, so it is written as a competent person would write it in an
afternoon: the libraries' own functions with their defaults, a class each for pictures and sounds, a StandardScaler
behind each, missing items as zeros, one grid of weights.
"""

from __future__ import annotations

import librosa
import numpy as np
from skimage.color import rgb2gray, rgba2rgb
from skimage.feature import hog
from skimage.io import imread
from skimage.transform import resize
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

N_HOG = 1764  # 7 x 7 blocks of 2 x 2 cells of 9 directions
N_SOUND = 104  # 20 MFCC, their deltas and 12 chroma, mean and deviation of each


def describe_picture(path):
    """Return the HOG of a picture's grey values at 64 x 64 pixels."""
    pixels = imread(path)
    if pixels.ndim == 3 and pixels.shape[2] == 2:
        gray, alpha = pixels[..., 0] / 255, pixels[..., 1] / 255
        pixels = gray * alpha + (1 - alpha)
    elif pixels.ndim == 3:
        pixels = rgb2gray(rgba2rgb(pixels) if pixels.shape[2] == 4 else pixels)
    small = resize(pixels, (64, 64))
    return hog(small, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(2, 2), block_norm="L2-Hys")


def describe_sound(path):
    """Return mean and deviation over time of MFCC, their deltas and chroma."""
    samples, rate = librosa.load(path)
    mfcc = librosa.feature.mfcc(y=samples, sr=rate)
    delta = librosa.feature.delta(mfcc, mode="interp" if mfcc.shape[1] >= 9 else "nearest")
    chroma = librosa.feature.chroma_stft(y=samples, sr=rate)
    return np.concatenate(
        [part for frames in (mfcc, delta, chroma) for part in (frames.mean(axis=1), frames.std(axis=1))]
    )


class Pictures(TransformerMixin, BaseEstimator):
    """Describe a column of paths of pictures; a missing one is a row of zeros."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return np.stack([np.zeros(N_HOG) if path is None else describe_picture(path) for path in X])


class Sounds(TransformerMixin, BaseEstimator):
    """Describe a column of paths of sounds; a missing one is a row of zeros."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return np.stack([np.zeros(N_SOUND) if path is None else describe_sound(path) for path in X])


def make_model():
    """Return the pipeline, from a table with the columns caption, picture and speech to a class."""
    fusion = ColumnTransformer(
        [
            ("text", TfidfVectorizer(), "caption"),
            ("image", make_pipeline(Pictures(), StandardScaler()), "picture"),
            ("audio", make_pipeline(Sounds(), StandardScaler()), "speech"),
        ]
    )
    return Pipeline([("fusion", fusion), ("classifier", SVC(kernel="linear"))])


def search_weights(X, y, weights, folds, n_jobs=None, refit=True):
    """Search for the best weights of the three modalities.

    Parameters
    ----------
    X : DataFrame with the columns caption, picture and speech, None where one is missing
    y : array of shape (n_rows,)
    weights : list of dict of str to float
    folds : list of (train, test)
    """
    X = X.assign(caption=X["caption"].fillna(""))
    search = GridSearchCV(
        make_model(),
        {"fusion__transformer_weights": weights},
        cv=folds,
        n_jobs=n_jobs,
        refit=refit,
        error_score="raise",
    )
    return search.fit(X, y)

"""The blocks of `Tfidf`: the scikit-learn vectorizer of each, how it is fitted, and how their matrices become one."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from mmsk._params import check_pair
from mmsk.text._stop_words import stop_words
from mmsk.text._words import split_unspaced, word_pattern

if TYPE_CHECKING:
    from mmsk.text._tfidf import Tfidf

__all__ = ["BLOCKS", "fit_blocks", "transform_blocks"]

#: The blocks that each `analyzer` stands for.
BLOCKS = {"word": ["word"], "char_wb": ["char"], "both": ["word", "char"]}

SHOWN = 3  # documents that an error shows
SHOWN_LENGTH = 60  # characters of each


def fit_blocks(tfidf: Tfidf, texts: Sequence[str | None], column: str) -> tuple[dict[str, TfidfVectorizer], Any]:
    """Return the fitted vectorizer of each block that the parameters ask for, and the matrix of the texts.

    Parameters
    ----------
    tfidf : Tfidf
        The parameters.
    texts : sequence of str or None
        Clean texts, None for a row without one.
    column : str
        How an error calls the column.

    Raises
    ------
    ValueError
        When there is no row, or no feature is left of a block: naming the column and showing the first texts.

    Warns
    -----
    UserWarning
        When all rows are missing. There are no vectorizers then, and one column of zeros.
    """
    present = [text for text in texts if text is not None]
    if not present:
        if not texts:
            raise ValueError(f"Tfidf: {column} has 0 rows")
        text = f"Tfidf: {column} holds no document, its {len(texts)} rows are all missing (None, nan, blank): no words"
        warnings.warn(text, UserWarning, stacklevel=4)
        return {}, _assembled(tfidf, [sparse.csr_matrix((0, 1), dtype=np.float32)], texts)
    vectorizers = _new_vectorizers(tfidf)
    matrices = []
    for block, vectorizer in vectorizers.items():
        try:
            matrices.append(vectorizer.fit_transform(_block_texts(tfidf, block, present)))
        except ValueError as error:
            if "empty vocabulary" not in str(error) and "no terms remain" not in str(error):
                raise
            raise ValueError(_no_vocabulary(block, present, column)) from error
    return vectorizers, _assembled(tfidf, matrices, texts)


def transform_blocks(tfidf: Tfidf, texts: Sequence[str | None]) -> Any:
    """Return the matrix of the texts under the fitted vectorizers."""
    present = [text for text in texts if text is not None]
    if present and tfidf.vectorizers_:
        blocks = tfidf.vectorizers_.items()
        matrices = [each.transform(_block_texts(tfidf, block, present)) for block, each in blocks]
    else:  # scikit-learn refuses to weigh no text at all, and without words there is nothing to weigh
        matrices = [sparse.csr_matrix((len(present), tfidf._n_features_out), dtype=np.float32)]
    return _assembled(tfidf, matrices, texts)


def _new_vectorizers(tfidf: Tfidf) -> dict[str, TfidfVectorizer]:
    """Return the unfitted vectorizer of each block."""
    shared: dict[str, Any] = {
        "lowercase": tfidf.lowercase,
        "strip_accents": tfidf.strip_accents,
        "min_df": tfidf.min_df,
        "max_df": tfidf.max_df,
        "max_features": tfidf.max_features,
        "sublinear_tf": tfidf.sublinear_tf,
        "dtype": np.float32,
    }
    pattern = word_pattern() if tfidf.token_pattern is None else tfidf.token_pattern
    words = TfidfVectorizer(ngram_range=check_pair("ngram_range", tfidf.ngram_range), token_pattern=pattern, **shared)
    if tfidf.stop_words is not None:
        listed = stop_words(tfidf.stop_words) if isinstance(tfidf.stop_words, str) else tfidf.stop_words
        words.set_params(stop_words=_as_tokens(words, map(tfidf._clean, listed)))
    lengths = check_pair("char_ngram_range", tfidf.char_ngram_range)
    vectorizers = {"word": words, "char": TfidfVectorizer(analyzer="char_wb", ngram_range=lengths, **shared)}
    return {block: vectorizers[block] for block in BLOCKS[tfidf.analyzer]}


def _as_tokens(words: TfidfVectorizer, listed: Iterable[str]) -> list[str]:
    """Return stop words as the tokens that they will be met as: "don't" is met as "don"."""
    prepare, tokenize = words.build_preprocessor(), words.build_tokenizer()
    return sorted({token for word in listed for token in tokenize(prepare(word))})


def _block_texts(tfidf: Tfidf, block: str, texts: Sequence[str]) -> Iterable[str]:
    """Return what a block's vectorizer reads: where there are no spaces, words have to be found first."""
    return map(split_unspaced, texts) if tfidf.split_unspaced and block == "word" else texts


def _no_vocabulary(block: str, texts: Sequence[str], column: str) -> str:
    """Return what to say when no feature of a block is left."""
    what, remedy = "word", "stop_words, token_pattern, min_df and max_df, or set analyzer='char_wb'"
    if block == "char":
        what, remedy = "character n-gram", "char_ngram_range, min_df and max_df"
    shown = ", ".join(repr(text[:SHOWN_LENGTH]) for text in texts[:SHOWN])
    return (
        f"Tfidf: no {what} of {column} is left as a feature (empty vocabulary); the first of its {len(texts)} "
        f"documents: {shown}; check {remedy}"
    )


def _assembled(tfidf: Tfidf, matrices: Sequence[Any], texts: Sequence[str | None]) -> Any:
    """Put the blocks of the texts that are there side by side, and each text into its row."""
    missing = np.array([text is None for text in texts], dtype=bool)
    matrix = sparse.hstack(matrices, format="csr", dtype=np.float32)
    stored = np.zeros(len(texts) + 1, dtype=matrix.indptr.dtype)
    stored[1:][~missing] = np.diff(matrix.indptr)
    ends = np.cumsum(stored, dtype=matrix.indptr.dtype)
    matrix = sparse.csr_matrix((matrix.data, matrix.indices, ends), shape=(len(texts), matrix.shape[1]))
    if tfidf.sparse_output:
        return matrix
    dense = matrix.toarray()
    dense[missing] = np.nan
    return dense

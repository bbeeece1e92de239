"""Vectors of two other domains, and umap-learn's layouts of them, for bench/quality.mjs.

    pip install umap-learn==0.5.3 numba==0.57.1 numpy==1.24.4 scipy==1.10.1 scikit-learn==1.2.2 pynndescent==0.5.10 'setuptools<81' pillow
    python3 bench/quality-sets.py FOLDER WORDNET

WORDNET holds `data.noun` of WordNet 3.0 (Debian's package wordnet-base: /usr/share/wordnet). Writes into FOLDER

- glosses_64_f16.npy [5000, 64]: definitions of nouns, one a synset; TF-IDF, truncated SVD, rows of length 1
- patches_64_f16.npy [5000, 64]: gray patches of 8 x 8 pixels from scikit-learn's two photographs, less their mean
- umap-learn_<set>_nn<k>.npy [5000, 2]: umap-learn's layouts of 10, 30 and 60 neighbors, 1000 epochs, negative sample
  rate 20, seed 0; several minutes each. The old numba is needed: with 0.68 all weights of umap-learn 0.5.3 came out
  as 1 on the handwritten digits.
"""
import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_sample_images
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

COUNT = 5000


def glosses(wordnet):
    lines = (wordnet / 'data.noun').read_text('utf8').splitlines()
    distinct = sorted({line.split(' | ', 1)[1].strip() for line in lines if ' | ' in line})
    rows = np.random.default_rng(0).permutation(len(distinct))[:COUNT]
    words = TfidfVectorizer(
        min_df=2, sublinear_tf=True, stop_words='english', token_pattern=r'(?u)\b[^\W\d_]{2,}\b'
    ).fit_transform([distinct[row] for row in rows])
    vectors = TruncatedSVD(64, random_state=0).fit_transform(words)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(norms > 1e-6, vectors / np.maximum(norms, 1e-6), 0)


def patches():
    rng = np.random.default_rng(0)
    images = [image.mean(axis=2) / 255 for image in load_sample_images().images]
    rows = []
    for _ in range(COUNT):
        image = images[rng.integers(len(images))]
        y, x = (rng.integers(size - 8) for size in image.shape)
        patch = image[y : y + 8, x : x + 8].ravel()
        rows.append(patch - patch.mean())
    return np.array(rows)


def main(folder, wordnet):
    import umap

    for name, vectors in {'glosses': glosses(wordnet), 'patches': patches()}.items():
        vectors = vectors.astype(np.float16)
        np.save(folder / f'{name}_64_f16.npy', vectors)
        for k in (10, 30, 60):
            fit = umap.UMAP(n_neighbors=k, n_epochs=1000, negative_sample_rate=20, random_state=0)
            np.save(folder / f'umap-learn_{name}_nn{k}.npy', fit.fit_transform(vectors.astype(np.float32)))
            print(name, k, flush=True)


main(Path(sys.argv[1]), Path(sys.argv[2]))

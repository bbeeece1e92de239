"""umap-learn on all cores, on the page's vectors: peers.py FOLDER full|trial SIZES…; a line of JSON a result.

Needs NumPy, SciPy, numba and scikit-learn, which stay with the machine; umap-learn and pynndescent travel as wheels.
"""
import json
import os
import sys
import time

import numpy as np

folder, mode, sizes = sys.argv[1], sys.argv[2], [int(size) for size in sys.argv[3:]]
is_trial = mode == 'trial'


def tell(**result):
    print(json.dumps(result), flush=True)


def trustworthiness(data, layout):
    from sklearn.manifold import trustworthiness as measure

    rows = np.sort(np.random.default_rng(1).choice(len(data), min(2000, len(data)), replace=False))
    return float(measure(data[rows], layout[rows], n_neighbors=15))


try:
    import umap

    standard = dict(n_neighbors=15, n_epochs=5 if is_trial else 500, negative_sample_rate=5)
    vectors = {size: np.load(f'{folder}/mixture-{size}.npy').astype(np.float32) for size in sizes}
    began = time.perf_counter()
    umap.UMAP(n_neighbors=15, n_epochs=5).fit_transform(vectors[sizes[0]][:500])
    tell(what='layout', engine='umap-learn, compiling', seconds=time.perf_counter() - began)
    for size in sizes:
        began = time.perf_counter()
        layout = umap.UMAP(**standard, n_jobs=os.cpu_count()).fit_transform(vectors[size])
        tell(
            what='layout',
            engine='umap-learn',
            version=umap.__version__,
            cores=os.cpu_count(),
            nPoints=size,
            nNeighbors=15,
            nEpochs=standard['n_epochs'],
            negativeSampleRate=5,
            seconds=time.perf_counter() - began,
            trustworthiness=trustworthiness(vectors[size], layout),
        )
except ImportError as error:
    tell(what='layout', engine='umap-learn', failed=f'{type(error).__name__}: {error}')

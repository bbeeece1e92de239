// sigma of a row of k distances, the first of which does not count, by bisection, so that
// sum exp(-max(0, d - rho) / sigma) is log2(k) (smooth_knn_dist of umap-learn). The kernel's `distanceAt` reads them.
const STEPS = 64u;
const TOLERANCE = 1e-5;
const UNBOUNDED = 3.0e38;

fn findSigma(first: u32, k: u32, rho: f32) -> f32 {
  let goal = log2(f32(k));
  var low = 0.0;
  var high = UNBOUNDED;
  var sigma = 1.0;
  for (var step = 0u; step < STEPS; step++) {
    var total = 0.0;
    for (var slot = 1u; slot < k; slot++) { total += exp(-max(0.0, distanceAt(first + slot) - rho) / sigma); }
    if (abs(total - goal) < TOLERANCE) { break; }
    if (total > goal) {
      high = sigma;
      sigma = (low + high) / 2.0;
    } else {
      low = sigma;
      sigma = select((low + high) / 2.0, 2.0 * sigma, high == UNBOUNDED);
    }
  }
  return sigma;
}

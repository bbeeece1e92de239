// Membership strength of every neighbor in its point's fuzzy set: 1 up to rho, then exp(-(d - rho) / sigma).
struct Params { begin: u32, end: u32, stride: u32, k: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> distances: array<f32>; // [nPoints, stride]
@group(0) @binding(2) var<storage, read> rhos: array<f32>;      // [nPoints]
@group(0) @binding(3) var<storage, read> sigmas: array<f32>;    // [nPoints]
@group(0) @binding(4) var<storage, read> means: array<f32>;     // [nPoints]
@group(0) @binding(5) var<storage, read> mean: array<f32>;      // [1] of all rows
@group(0) @binding(6) var<storage, read_write> memberships: array<f32>; // [nPoints, k], 0 for the point itself

const LEAST_SIGMA = 1e-3; // of the mean distance (MIN_K_DIST_SCALE of umap-learn)

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let rho = rhos[row];
  let sigma = max(sigmas[row], LEAST_SIGMA * select(mean[0], means[row], rho > 0.0));
  memberships[row * params.k] = 0.0;
  for (var slot = 1u; slot < params.k; slot++) {
    let beyond = distances[row * params.stride + slot] - rho;
    memberships[row * params.k + slot] = select(1.0, exp(-beyond / sigma), beyond > 0.0);
  }
}

// Membership strengths of new points among their nearest fitted points, and the mean of those points' positions by them,
// where the new point starts. Strengths are exp(-d / sigma) with rho = 0 (umap-learn's `transform` lowers
// local_connectivity to 0), and are kept relative to that of the nearest, so that none can vanish.
struct Params { begin: u32, end: u32, stride: u32, k: u32, nEpochs: u32, isCosine: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;            // [nNew, stride], the first k in use
@group(0) @binding(2) var<storage, read> squared: array<f32>;        // [nNew, stride] Euclidean, ascending
@group(0) @binding(3) var<storage, read> fitted: array<vec2f>;       // [nFitted]
@group(0) @binding(4) var<storage, read_write> rates: array<u32>;    // [nNew, k] samples per 65,536 epochs
@group(0) @binding(5) var<storage, read_write> placed: array<vec2f>; // [nNew]

const LEAST_SIGMA = 1e-3; // of the mean distance

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let first = row * params.stride;
  let nearest = distanceAt(first);
  var sum = 0.0;
  for (var slot = 0u; slot < params.k; slot++) { sum += distanceAt(first + slot); }
  let sigma = max(findSigma(first, params.k, 0.0), LEAST_SIGMA * sum / f32(params.k));
  var total = 0.0;
  var position = vec2f();
  for (var slot = 0u; slot < params.k; slot++) {
    let strength = exp((nearest - distanceAt(first + slot)) / sigma);
    let rate = u32(round(strength * 65536.0));
    // What would be sampled less than once is left out, as in umap-learn.
    rates[row * params.k + slot] = select(0u, rate, rate * params.nEpochs >= 65536u);
    total += strength;
    position += strength * fitted[ids[first + slot]];
  }
  // A new point that is identical to a fitted one starts there.
  placed[row] = select(position / total, fitted[ids[first]], nearest == 0.0);
}

fn distanceAt(at: u32) -> f32 { return select(sqrt(squared[at]), squared[at] / 2.0, params.isCosine == 1u); }

// Per point: rho, the distance to its nearest distinct neighbor, and sigma of its neighbors (smooth_knn_dist of umap-learn,
// local_connectivity 1).
struct Params { begin: u32, end: u32, partBegin: u32, stride: u32, k: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> distances: array<f32>;     // [rows of the part, stride], the first k in use
@group(0) @binding(2) var<storage, read_write> shapes: array<vec2f>; // [nPoints] rho and sigma, without its lower bound
@group(0) @binding(3) var<storage, read_write> means: array<f32>;   // [nPoints] of k distances, the 0 to itself included

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let first = (row - params.partBegin) * params.stride;
  var rho = 0.0;
  var sum = 0.0;
  for (var slot = 1u; slot < params.k; slot++) {
    let distance = distances[first + slot];
    if (rho == 0.0) { rho = distance; }
    sum += distance;
  }
  shapes[row] = vec2f(rho, findSigma(first, params.k, rho));
  means[row] = sum / f32(params.k);
}

fn distanceAt(at: u32) -> f32 { return distances[at]; }

// Squared Euclidean distances of some queries to all points of a part, by differences: no cancellation, no heap, nothing
// shared with the engine's own kernels but how half-floats are read.
struct Params { begin: u32, end: u32, nPairs: u32, nQueries: u32, nPoints: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<u32>;              // [nPoints, nPairs] two half-floats each
@group(0) @binding(2) var<storage, read> queries: array<vec2f>;           // [nQueries, nPairs]
@group(0) @binding(3) var<storage, read_write> distances: array<f32>;     // [nQueries, nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let point = params.begin + id.x;
  if (point >= params.end) { return; }
  for (var query = 0u; query < params.nQueries; query++) {
    var sum = 0.0;
    for (var pair = 0u; pair < params.nPairs; pair++) {
      let away = unpack2x16float(points[point * params.nPairs + pair]) - queries[query * params.nPairs + pair];
      sum += dot(away, away);
    }
    distances[query * params.nPoints + point] = sum;
  }
}

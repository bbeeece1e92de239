// The nearest centroid of every vector; of equally near ones the first.
struct Params { begin: u32, end: u32, partBegin: u32, nQuads: u32, nClusters: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> vectors: array<vec2u>;      // [rows of the part, nQuads] four half-floats each
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;    // [nClusters, nQuads]
@group(0) @binding(3) var<storage, read> lengths: array<f32>;        // [nClusters] half of each squared length
@group(0) @binding(4) var<storage, read_write> nearest: array<u32>;  // [nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let first = (row - params.partBegin) * params.nQuads;
  var best = 0u;
  var most = -3.0e38;
  for (var cluster = 0u; cluster < params.nClusters; cluster++) {
    var sums = vec4f();
    for (var quad = 0u; quad < params.nQuads; quad++) {
      sums = fma(unpackQuad(vectors[first + quad]), centroids[cluster * params.nQuads + quad], sums);
    }
    // |a - c|² is least where a·c - |c|²/2 is most.
    let score = sums.x + sums.y + sums.z + sums.w - lengths[cluster];
    if (score > most) {
      most = score;
      best = cluster;
    }
  }
  nearest[row] = best;
}

// The nearest centroid of every vector; of equally near ones the first. Eight centroids at a time, so that a vector is read
// once for eight of them.
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
  let last = params.nClusters - 1u;
  var best = 0u;
  var most = -3.0e38;
  for (var cluster = 0u; cluster < params.nClusters; cluster += 8u) {
    // Beyond the last one that is taken again, which changes nothing.
    let c0 = cluster * params.nQuads;
    let c1 = min(cluster + 1u, last) * params.nQuads;
    let c2 = min(cluster + 2u, last) * params.nQuads;
    let c3 = min(cluster + 3u, last) * params.nQuads;
    let c4 = min(cluster + 4u, last) * params.nQuads;
    let c5 = min(cluster + 5u, last) * params.nQuads;
    let c6 = min(cluster + 6u, last) * params.nQuads;
    let c7 = min(cluster + 7u, last) * params.nQuads;
    var s0 = vec4f();
    var s1 = vec4f();
    var s2 = vec4f();
    var s3 = vec4f();
    var s4 = vec4f();
    var s5 = vec4f();
    var s6 = vec4f();
    var s7 = vec4f();
    for (var quad = 0u; quad < params.nQuads; quad++) {
      let value = unpackQuad(vectors[first + quad]);
      s0 = fma(value, centroids[c0 + quad], s0);
      s1 = fma(value, centroids[c1 + quad], s1);
      s2 = fma(value, centroids[c2 + quad], s2);
      s3 = fma(value, centroids[c3 + quad], s3);
      s4 = fma(value, centroids[c4 + quad], s4);
      s5 = fma(value, centroids[c5 + quad], s5);
      s6 = fma(value, centroids[c6 + quad], s6);
      s7 = fma(value, centroids[c7 + quad], s7);
    }
    // |a - c|² is least where a·c - |c|²/2 is most.
    let low = vec4f(score(s0, cluster), score(s1, cluster + 1u), score(s2, cluster + 2u), score(s3, cluster + 3u));
    let high = vec4f(score(s4, cluster + 4u), score(s5, cluster + 5u), score(s6, cluster + 6u), score(s7, cluster + 7u));
    for (var i = 0u; i < 8u; i++) {
      let own = select(high[i & 3u], low[i & 3u], i < 4u);
      if (own > most) {
        most = own;
        best = cluster + i;
      }
    }
  }
  nearest[row] = best;
}

fn score(sums: vec4f, cluster: u32) -> f32 {
  return sums.x + sums.y + sums.z + sums.w - lengths[min(cluster, params.nClusters - 1u)];
}

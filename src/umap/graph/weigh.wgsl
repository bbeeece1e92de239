// Weights of one set: membership strength in both directions, 1 up to rho, then exp(-(d - rho) / sigma), and their fuzzy
// union a + b - ab. Every edge is written where it stands in the rows of a graph part: by its own point, and for a point
// that does not have it among its neighbors by the other end.
struct Params {
  begin: u32, end: u32, partBegin: u32, k: u32, most: u32, // neighbors in the lists, and in the last set
  k0: u32, k1: u32, k2: u32, k3: u32, k4: u32, // neighbors of all sets but the last, then 256: above every place
  graphBegin: u32, graphEnd: u32,              // rows of the graph part
  nSets: u32, setIndex: u32, kOfSet: u32,
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;                   // [rows of the part, k]
@group(0) @binding(2) var<storage, read> distances: array<f32>;             // [rows of the part, k]
@group(0) @binding(3) var<storage, read> places: array<u32>;                // [rows of the part, ceil(k / 4)]
@group(0) @binding(4) var<storage, read> shapes: array<vec2f>;              // [nPoints] rho and sigma of this set
@group(0) @binding(5) var<storage, read> bounds: array<vec2u>;              // [rows of the graph part, nSets]
@group(0) @binding(6) var<storage, read> columns: array<u32>;               // [entries of the graph part]
@group(0) @binding(7) var<storage, read_write> weights: array<atomic<u32>>; // [entries of the set], two each, zero before

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let local = row - params.partBegin;
  for (var slot = 1u; slot < params.most; slot++) {
    let place = placeAt(local, slot);
    let level = levelOf(slot, place);
    if (level > params.setIndex) { continue; }
    let neighbor = ids[local * params.k + slot];
    let distance = distances[local * params.k + slot];
    var here = 0.0;
    var there = 0.0;
    if (slot < params.kOfSet) { here = membership(distance, shapes[row]); }
    if (place < params.kOfSet) { there = membership(distance, shapes[neighbor]); }
    let weight = u32(round((here + there - here * there) * 65535.0));
    put(row, neighbor, level, weight);
    if (place == NONE) { put(neighbor, row, level, weight); }
  }
}

fn membership(distance: f32, shape: vec2f) -> f32 {
  let beyond = distance - shape.x;
  return select(1.0, exp(-beyond / shape.y), beyond > 0.0);
}

fn put(head: u32, column: u32, level: u32, weight: u32) {
  if (head < params.graphBegin || head >= params.graphEnd) { return; }
  let own = (head - params.graphBegin) * params.nSets;
  let start = bounds[own + params.nSets - 1u].x;
  var low = 0u;
  if (level > 0u) { low = bounds[own + level - 1u].y; }
  var high = bounds[own + level].y;
  while (low + 1u < high) {
    let middle = (low + high) / 2u;
    if (columns[start + middle] <= column) { low = middle; } else { high = middle; }
  }
  let at = bounds[own + params.setIndex].x + low;
  atomicOr(&weights[at >> 1u], weight << (16u * (at & 1u)));
}

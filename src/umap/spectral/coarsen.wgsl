// The graph of clusters: the weight between every two, and within each, in 1/65,535 as 64-bit integers, which add up to the same
// sum in any order.
struct Params { begin: u32, end: u32, partBegin: u32, nSets: u32, least: u32, nClusters: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;             // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> columns: array<u32>;              // [entries]
@group(0) @binding(3) var<storage, read> weights: array<u32>;              // [entries] of the last set, two each
@group(0) @binding(4) var<storage, read> labels: array<u32>;               // [nPoints] cluster; others count for nothing
@group(0) @binding(5) var<storage, read_write> low: array<atomic<u32>>;    // [nClusters, nClusters] lower halves
@group(0) @binding(6) var<storage, read_write> high: array<atomic<u32>>;   // [nClusters, nClusters] upper halves

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let label = labels[row];
  if (label >= params.nClusters) { return; }
  var within = 0u;
  let own = bounds[(row - params.partBegin + 1u) * params.nSets - 1u];
  for (var edge = own.x; edge < own.x + own.y; edge++) {
    let weight = weightAt(edge);
    if (weight < params.least) { continue; }
    let other = labels[columns[edge]];
    if (other == label) {
      if (within > 0xffffffffu - weight) { // a hub with more than 65,537 neighbors of its own cluster
        add(label * params.nClusters + label, within);
        within = 0u;
      }
      within += weight;
    } else if (other < params.nClusters) {
      add(label * params.nClusters + other, weight);
    }
  }
  add(label * params.nClusters + label, within);
}

fn add(cell: u32, weight: u32) {
  let before = atomicAdd(&low[cell], weight);
  if (before > 0xffffffffu - weight) { atomicAdd(&high[cell], 1u); }
}

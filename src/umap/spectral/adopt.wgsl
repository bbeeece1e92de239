// One round of clustering a graph by its own edges (label propagation; Raghavan, Albert and Kumara 2007): a vertex takes the
// cluster that most of its weight goes to. One without a cluster always does, another in every second round, so that two never
// swap theirs for good; a seed keeps its own. The weights of clusters are counted in eight places (Space-Saving; Metwally, Agrawal
// and El Abbadi 2005): a cluster with over an eighth of the weight is never missed.
struct Params { begin: u32, end: u32, partBegin: u32, nSets: u32, least: u32, round: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;            // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> columns: array<u32>;             // [entries]
@group(0) @binding(3) var<storage, read> weights: array<u32>;             // [entries] of the last set, two each
@group(0) @binding(4) var<storage, read> seeds: array<u32>;               // [nClusters] vertex that names each cluster
@group(0) @binding(5) var<storage, read> labels: array<u32>;              // [nPoints] cluster, NONE or OUTSIDE
@group(0) @binding(6) var<storage, read_write> next: array<u32>;          // [nPoints] the same after the round
@group(0) @binding(7) var<storage, read_write> changes: atomic<u32>;      // 1 when a vertex without a cluster found one

const OUTSIDE = 0xfffffffeu; // of the largest component
const NONE = 0xffffffffu;    // not yet in a cluster
const PLACES = 8u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let label = labels[row];
  next[row] = label;
  if (label == OUTSIDE) { return; }
  if (label != NONE) {
    if (((row ^ params.round) & 1u) == 0u || seeds[label] == row) { return; }
  }
  var names = array<u32, 8>(NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE);
  var counts = array<u32, 8>();
  let own = bounds[(row - params.partBegin + 1u) * params.nSets - 1u];
  for (var edge = own.x; edge < own.x + own.y; edge++) {
    let weight = weightAt(edge);
    if (weight < params.least) { continue; }
    let name = labels[columns[edge]];
    if (name >= OUTSIDE) { continue; }
    // The place of this name, or else the one with the least weight.
    var place = 0u;
    for (var other = 0u; other < PLACES; other++) {
      if (names[other] == name) { place = other; break; }
      if (counts[other] < counts[place]) { place = other; }
    }
    names[place] = name;
    counts[place] += weight;
  }
  var best = 0u;
  for (var other = 1u; other < PLACES; other++) {
    if (counts[other] > counts[best] || (counts[other] == counts[best] && names[other] < names[best])) { best = other; }
  }
  if (counts[best] == 0u) { return; }
  next[row] = names[best];
  if (label == NONE) { atomicMax(&changes, 1u); }
}

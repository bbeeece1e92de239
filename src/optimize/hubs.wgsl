// Marks the hubs: vertices so heavily connected that the pulls of all their edges, each computed from the same old
// position and added up afterwards, would throw them past their neighbors, further every epoch. Also the longest row of
// the others, which bounds the sum that the fixed-point numbers must hold.
struct Params { begin: u32, end: u32, hubWeight: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rowStarts: array<u32>;         // [nPoints + 1]
@group(0) @binding(2) var<storage, read> weights: array<f32>;           // [nEdges]
@group(0) @binding(3) var<storage, read_write> hubs: array<u32>;        // [nPoints] 1 for a hub
@group(0) @binding(4) var<storage, read_write> maxDegree: atomic<u32>;  // of the vertices that are no hubs

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var total = 0.0;
  for (var edge = rowStarts[row]; edge < rowStarts[row + 1u]; edge++) { total += weights[edge]; }
  let isHub = total > params.hubWeight;
  hubs[row] = u32(isHub);
  if (!isHub) { atomicMax(&maxDegree, rowStarts[row + 1u] - rowStarts[row]); }
}

// How much of each pull a vertex takes. All pulls of an epoch are computed from its old position and added up afterwards;
// where there are many, their sum would throw it past its neighbors. A vertex takes all of it up to the weight of
// `fullWeight` strongest edges, and beyond that a share that keeps the sum at that of so many pulls. Also the largest
// number of whole pulls, which bounds the sum that the fixed-point numbers must hold.
struct Params { begin: u32, end: u32, fullWeight: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rowStarts: array<u32>;         // [nPoints + 1]
@group(0) @binding(2) var<storage, read> weights: array<f32>;           // [nEdges]
@group(0) @binding(3) var<storage, read_write> shares: array<f32>;      // [nPoints] in (0, 1]
@group(0) @binding(4) var<storage, read_write> maxPulls: atomic<u32>;   // edges of a vertex times its share, rounded up

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var total = 0.0;
  for (var edge = rowStarts[row]; edge < rowStarts[row + 1u]; edge++) { total += weights[edge]; }
  let share = min(1.0, params.fullWeight / max(total, params.fullWeight));
  shares[row] = share;
  atomicMax(&maxPulls, u32(ceil(f32(rowStarts[row + 1u] - rowStarts[row]) * share)));
}

// The learning rate up to which a vertex follows the pulls of others. All pulls of an epoch are computed from its old
// position and added up afterwards; where there are many, their sum would throw it past its neighbors. The rate keeps the
// sum at that of `fullWeight` whole pulls: it binds hubs early, and nothing once the learning rate has fallen below it, so
// that every vertex comes to rest where its edges draw it. Also the largest number of whole pulls, which bounds the sum that
// the fixed-point numbers must hold.
struct Params { begin: u32, end: u32, partBegin: u32, nSets: u32, setIndex: u32, least: u32, fullWeight: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;          // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> weights: array<u32>;           // [entries] of the set, two each
@group(0) @binding(3) var<storage, read_write> pullRates: array<f32>;   // [nPoints] above 0
@group(0) @binding(4) var<storage, read_write> maxPulls: atomic<u32>;   // whole pulls on a vertex, rounded up

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let own = bounds[(row - params.partBegin) * params.nSets + params.setIndex];
  var total = 0.0;
  var used = 0u;
  for (var edge = own.x; edge < own.x + own.y; edge++) {
    let weight = weightAt(edge);
    if (weight < params.least) { continue; }
    total += f32(weight) / 65535.0;
    used++;
  }
  let rate = params.fullWeight / max(total, 1.0);
  pullRates[row] = rate;
  atomicMax(&maxPulls, u32(ceil(f32(used) * min(1.0, rate))));
}

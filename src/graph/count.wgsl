// Entries of every row of the symmetric graph: the point's own edges and those one-way edges that end in it. Edges too
// weak to be sampled once in nEpochs are left out.
struct Params { begin: u32, end: u32, stride: u32, k: u32, nEpochs: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;                    // [nPoints, stride], the first k in use
@group(0) @binding(2) var<storage, read> unions: array<f32>;                 // [nPoints, k], negative where one-way
@group(0) @binding(3) var<storage, read> largest: array<u32>;                // [1] bits of the largest union
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;   // [nPoints], zero before

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let least = bitcast<f32>(largest[0]) / params.nEpochs;
  var own = 0u;
  for (var slot = 1u; slot < params.k; slot++) {
    let united = unions[row * params.k + slot];
    if (abs(united) < least || united == 0.0) { continue; }
    own++;
    if (united < 0.0) { atomicAdd(&counts[ids[row * params.stride + slot]], 1u); }
  }
  atomicAdd(&counts[row], own);
}

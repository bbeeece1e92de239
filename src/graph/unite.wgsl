// Fuzzy union a + b - ab of the two directions of every edge; the sign says whether both directions are there.
struct Params { begin: u32, end: u32, stride: u32, k: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;              // [nPoints, stride], the first k in use
@group(0) @binding(2) var<storage, read> memberships: array<f32>;      // [nPoints, k]
@group(0) @binding(3) var<storage, read_write> unions: array<f32>;     // [nPoints, k], negative where one-way
@group(0) @binding(4) var<storage, read_write> largest: atomic<u32>;   // bits of the largest union, which is positive

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var most = 0.0;
  unions[row * params.k] = 0.0;
  for (var slot = 1u; slot < params.k; slot++) {
    let tail = ids[row * params.stride + slot];
    var back = 1u;
    while (back < params.k && ids[tail * params.stride + back] != row) { back++; }
    let isMutual = back < params.k;
    let there = memberships[row * params.k + slot];
    var here = 0.0;
    if (isMutual) { here = memberships[tail * params.k + back]; }
    let united = there + here - there * here;
    most = max(most, united);
    unions[row * params.k + slot] = select(-united, united, isMutual);
  }
  atomicMax(&largest, bitcast<u32>(most));
}

// Entries that one level adds to every row: the point's own edges, and those edges of others that end in it and that it
// does not have itself.
struct Params {
  begin: u32, end: u32, partBegin: u32, k: u32, most: u32, // neighbors in the lists, and in the last set
  level: u32,
  k0: u32, k1: u32, k2: u32, k3: u32, k4: u32, // neighbors of all sets but the last, then 256: above every place
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;                  // [rows of the part, k]
@group(0) @binding(2) var<storage, read> places: array<u32>;               // [rows of the part, ceil(k / 4)]
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>; // [nPoints], zero before

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let local = row - params.partBegin;
  var own = 0u;
  for (var slot = 1u; slot < params.most; slot++) {
    let place = placeAt(local, slot);
    if (levelOf(slot, place) != params.level) { continue; }
    own++;
    if (place == NONE) { atomicAdd(&counts[ids[local * params.k + slot]], 1u); }
  }
  atomicAdd(&counts[row], own);
}

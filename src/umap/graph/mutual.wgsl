// Whether a point is among its neighbors' own neighbors, and at which place. The rows of one part look into those of
// another; what earlier parts found stays.
struct Params { begin: u32, end: u32, partBegin: u32, otherBegin: u32, otherEnd: u32, k: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;           // [rows of the part, k]
@group(0) @binding(2) var<storage, read> others: array<u32>;        // [rows of the other part, k]
@group(0) @binding(3) var<storage, read_write> places: array<u32>;  // [rows of the part, ceil(k / 4)] a byte each, 0 for none

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let local = row - params.partBegin;
  let width = (params.k + 3u) / 4u;
  for (var slot = 1u; slot < params.k; slot++) {
    let neighbor = ids[local * params.k + slot];
    if (neighbor < params.otherBegin || neighbor >= params.otherEnd) { continue; }
    let first = (neighbor - params.otherBegin) * params.k;
    for (var place = 1u; place < params.k; place++) {
      if (others[first + place] != row) { continue; }
      let shift = 8u * (slot & 3u);
      let at = local * width + slot / 4u;
      places[at] = (places[at] & ~(255u << shift)) | (place << shift);
      break;
    }
  }
}

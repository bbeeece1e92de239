// Takes a multiple of a single vector away from every vector of a basis, then mixes the six: basis = (basis - s·cᵀ)·M.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mix: array<f32>;          // [42]: M [6, 6] row-major, then c [6]
@group(0) @binding(2) var<storage, read> single: array<f32>;       // [nPoints]
@group(0) @binding(3) var<storage, read_write> basis: array<f32>;  // [nPoints, 6]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var mixed = array<f32, 6>();
  for (var p = 0u; p < 6u; p++) {
    let value = basis[6u * row + p] - single[row] * mix[36u + p];
    for (var q = 0u; q < 6u; q++) { mixed[q] += value * mix[6u * p + q]; }
  }
  for (var q = 0u; q < 6u; q++) { basis[6u * row + q] = mixed[q]; }
}

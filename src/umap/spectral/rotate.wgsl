// Takes a number away from every vector of a basis, then mixes the eight: basis = (basis - 1·cᵀ)·M.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mix: array<vec4f>;          // [18]: M [8, 2] row-major, then c [2]
@group(0) @binding(2) var<storage, read> degrees: array<f32>;        // [nPoints] 0 where the basis stays 0
@group(0) @binding(3) var<storage, read_write> basis: array<vec4f>;  // [nPoints, 2]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  if (degrees[row] == 0.0) { return; }
  let a = basis[2u * row] - mix[16];
  let b = basis[2u * row + 1u] - mix[17];
  basis[2u * row] = a.x * mix[0] + a.y * mix[2] + a.z * mix[4] + a.w * mix[6]
    + b.x * mix[8] + b.y * mix[10] + b.z * mix[12] + b.w * mix[14];
  basis[2u * row + 1u] = a.x * mix[1] + a.y * mix[3] + a.z * mix[5] + a.w * mix[7]
    + b.x * mix[9] + b.y * mix[11] + b.z * mix[13] + b.w * mix[15];
}

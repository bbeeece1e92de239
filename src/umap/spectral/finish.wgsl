// The first two vectors of a basis of D^-1 W as those of D^-1/2 W D^-1/2.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> degrees: array<f32>;       // [nPoints]
@group(0) @binding(2) var<storage, read> basis: array<vec4f>;       // [nPoints, 2]
@group(0) @binding(3) var<storage, read_write> pairs: array<vec2f>; // [nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  pairs[row] = sqrt(degrees[row]) * basis[2u * row].xy;
}

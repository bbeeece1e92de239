// The first two of six columns, which are all that the host reads.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> columns: array<f32>;          // [nPoints, 6]
@group(0) @binding(2) var<storage, read_write> pairs: array<vec2f>;    // [nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  pairs[row] = vec2f(columns[6u * row], columns[6u * row + 1u]);
}

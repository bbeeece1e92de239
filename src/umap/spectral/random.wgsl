// A block of six random columns, uniform in [-1, 1), on the points of the largest component, which no product ever leaves.
struct Params { begin: u32, end: u32, seed: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> trivial: array<f32>;        // [nPoints] 0 off the largest component
@group(0) @binding(2) var<storage, read_write> columns: array<f32>;    // [nPoints, 6]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  for (var column = 0u; column < 6u; column++) {
    let at = 6u * row + column;
    let bits = pcg(params.seed ^ pcg(at)) >> 8u;
    let isOn = trivial[row] > 0.0;
    columns[at] = select(0.0, f32(bits) / 8388608.0 - 1.0, isOn);
  }
}

// Numbers in a row: first, first + step, first + 2·step, …; with a step of 0 the same bits everywhere, those of a float too.
struct Params { begin: u32, end: u32, first: u32, step: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> values: array<u32>; // [end]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  values[row] = params.first + row * params.step;
}

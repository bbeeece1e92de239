// Adds up 64 consecutive rows of a matrix at a time, so that the host has 64 times fewer to read.
struct Params { begin: u32, end: u32, nRows: u32, width: u32 } // cells of the sums
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rows: array<f32>;        // [nRows, width]
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;  // [ceil(nRows / 64), width]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let cell = params.begin + id.x;
  if (cell >= params.end) { return; }
  let first = 64u * (cell / params.width);
  let last = min(first + 64u, params.nRows);
  var sum = 0.0;
  for (var row = first; row < last; row++) { sum += rows[row * params.width + cell % params.width]; }
  sums[cell] = sum;
}

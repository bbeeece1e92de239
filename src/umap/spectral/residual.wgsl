// How far the vectors of a basis are from being eigenvectors: product = product - values·basis, column by column.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;         // [6]
@group(0) @binding(2) var<storage, read> basis: array<f32>;          // [nPoints, 6]
@group(0) @binding(3) var<storage, read_write> product: array<f32>;  // [nPoints, 6] matrix times basis

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  for (var q = 0u; q < 6u; q++) {
    let at = 6u * row + q;
    product[at] = fma(-values[q], basis[at], product[at]);
  }
}

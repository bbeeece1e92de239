// How far the vectors of a basis are from being eigenvectors: product = product - values·basis, column by column.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<vec4f>;         // [2]
@group(0) @binding(2) var<storage, read> basis: array<vec4f>;          // [nPoints, 2]
@group(0) @binding(3) var<storage, read_write> product: array<vec4f>;  // [nPoints, 2] matrix times basis

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  for (var half = 0u; half < 2u; half++) {
    let at = 2u * row + half;
    product[at] = fma(-values[half], basis[at], product[at]);
  }
}

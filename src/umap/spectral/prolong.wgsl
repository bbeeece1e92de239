// Gives every point the numbers of its cluster; 0 to those without one.
struct Params { begin: u32, end: u32, nClusters: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> labels: array<u32>;         // [nPoints]
@group(0) @binding(2) var<storage, read> coarse: array<vec4f>;       // [nClusters, 2]
@group(0) @binding(3) var<storage, read_write> basis: array<vec4f>;  // [nPoints, 2]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let label = labels[row];
  for (var half = 0u; half < 2u; half++) {
    var numbers = vec4f();
    if (label < params.nClusters) { numbers = coarse[2u * label + half]; }
    basis[2u * row + half] = numbers;
  }
}

// The lower bound of sigma: a thousandth of the row's mean distance, or of all rows' where rho is 0 (MIN_K_DIST_SCALE of
// umap-learn).
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> means: array<f32>;          // [nPoints]
@group(0) @binding(2) var<storage, read> mean: array<f32>;           // [1] of all rows
@group(0) @binding(3) var<storage, read_write> shapes: array<vec2f>; // [nPoints] rho and sigma

const LEAST_SIGMA = 1e-3;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let shape = shapes[row];
  shapes[row].y = max(shape.y, LEAST_SIGMA * select(mean[0], means[row], shape.x > 0.0));
}

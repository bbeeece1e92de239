// Inner products of two blocks of six vectors, and of a single vector with the second block, over 256 rows a workgroup;
// the host adds the parts in float64. A thread a product, so that the order of each sum is fixed.
struct Params { nPoints: u32, firstGroup: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> left: array<f32>;       // [nPoints, 6]
@group(0) @binding(2) var<storage, read> right: array<f32>;      // [nPoints, 6]
@group(0) @binding(3) var<storage, read> single: array<f32>;     // [nPoints]
@group(0) @binding(4) var<storage, read_write> parts: array<f32>; // [nChunks, 42]: left × right, then single × right

const ROWS = 256u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) product: u32) {
  if (product >= 42u) { return; }
  let chunk = params.firstGroup + group.x;
  let begin = chunk * ROWS;
  let end = min(begin + ROWS, params.nPoints);
  let p = product / 6u;
  let q = product % 6u;
  var sum = 0.0;
  for (var row = begin; row < end; row++) {
    let other = right[6u * row + q];
    if (p < 6u) { sum = fma(left[6u * row + p], other, sum); } else { sum = fma(single[row], other, sum); }
  }
  parts[chunk * 42u + product] = sum;
}

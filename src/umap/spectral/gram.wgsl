// Inner products, weighted by degree, of two blocks of eight vectors, and the weighted sums of the second block, over 256 rows
// a workgroup; the host adds the parts in float64. A thread a product, so that the order of each sum is fixed.
struct Params { nPoints: u32, firstGroup: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> left: array<f32>;        // [nPoints, 8]
@group(0) @binding(2) var<storage, read> right: array<f32>;       // [nPoints, 8]
@group(0) @binding(3) var<storage, read> degrees: array<f32>;     // [nPoints]
@group(0) @binding(4) var<storage, read_write> parts: array<f32>; // [nChunks, 72]: left × right, then ones × right

const ROWS = 256u;

@compute @workgroup_size(72)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) product: u32) {
  let chunk = params.firstGroup + group.x;
  let begin = chunk * ROWS;
  let end = min(begin + ROWS, params.nPoints);
  let p = product / 8u;
  let q = product % 8u;
  var sum = 0.0;
  for (var row = begin; row < end; row++) {
    var other = degrees[row] * right[8u * row + q];
    if (p < 8u) { other *= left[8u * row + p]; }
    sum += other;
  }
  parts[chunk * 72u + product] = sum;
}

// Mean of all values, in one workgroup and a fixed order.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>;     // [count]
@group(0) @binding(2) var<storage, read_write> mean: array<f32>; // [1]

const THREADS = 256u;
var<workgroup> sums: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  for (var i = thread; i < params.count; i += THREADS) { sum += values[i]; }
  sums[thread] = sum;
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  if (thread == 0u) { mean[0] = sums[0] / f32(params.count); }
}
